import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Submitting } from "@/api/use-submission";

import { durationWords } from "./duration";
import { useNow } from "./use-now";

/** How an answer's way to the server goes, while it is not simply there. */
export function SubmissionProgress({ submitting }: { submitting: Submitting }) {
  const { t } = useTranslation("common");
  const now = useNow(500);
  const { state } = submitting;
  if (state.phase === "sending") {
    return (
      <Text role="status" size="sm">
        {state.attempt === 1 ? t("sending.first") : t("sending.again", { attempt: state.attempt })}
      </Text>
    );
  }
  if (state.phase === "waiting") {
    return (
      <div role="status">
        <Text size="sm" c="var(--caution)" fw={550}>
          {t("sending.waiting", { problem: state.problem, span: durationWords(state.retryAt - now) })}
        </Text>
        <Group gap="xs" mt="xs">
          <Button size="compact-sm" onClick={submitting.retryNow}>
            {t("sending.tryNow")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={submitting.stop}>
            {t("sending.keepEditing")}
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
            {t("sending.next")}
          </Button>
        )}
      </div>
    );
  }
  return null;
}
