import { Button, Group, Text } from "@mantine/core";

import type { Submitting } from "@/api/use-submission";

import { durationWords } from "./duration";
import { useNow } from "./use-now";

/** How an answer's way to the server goes, while it is not simply there. */
export function SubmissionProgress({ submitting }: { submitting: Submitting }) {
  const now = useNow(500);
  const { state } = submitting;
  if (state.phase === "sending") {
    return (
      <Text role="status" size="sm">
        {state.attempt === 1 ? "Sending…" : `Sending again, attempt ${state.attempt}…`}
      </Text>
    );
  }
  if (state.phase === "waiting") {
    return (
      <div role="status">
        <Text size="sm" c="var(--caution)" fw={550}>
          {state.problem} Your answer is kept; it goes out again in{" "}
          {durationWords(state.retryAt - now)}.
        </Text>
        <Group gap="xs" mt="xs">
          <Button size="compact-sm" onClick={submitting.retryNow}>
            Try now
          </Button>
          <Button size="compact-sm" variant="default" onClick={submitting.stop}>
            Keep editing
          </Button>
        </Group>
      </div>
    );
  }
  if (state.phase === "refused") {
    const fields = Object.values(state.error.fields)
      .flat()
      .filter((message) => message !== state.error.detail);
    const isDoneAlready = state.error.code.startsWith("already_");
    return (
      <div role="alert">
        <Text size="sm" c="var(--danger)" fw={550}>
          {state.error.detail}
        </Text>
        {fields.map((message) => (
          <Text size="sm" c="var(--danger)" key={message}>
            {message}
          </Text>
        ))}
        {isDoneAlready && (
          <Button size="compact-sm" mt="xs" onClick={submitting.goOn}>
            Next task
          </Button>
        )}
      </div>
    );
  }
  return null;
}
