import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import type { ContestedPrompt } from "@/api/research-types";
import { formatDateTime } from "@/components/formats";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import { useExclude, useLiftExclusion } from "./contested-queries";
import type { Place } from "./contested-queries";

/** Takes the prompt out of the project's training and statistics, or lets it back. */
export function ExclusionSection({ prompt, place }: { prompt: ContestedPrompt; place: Place }) {
  const [reason, setReason] = useState("");
  const exclude = useExclude(place);
  const lift = useLiftExclusion(place);
  const { exclusion } = prompt;
  const problem = exclude.error ?? lift.error;
  return (
    <Section
      title="Take it out"
      note={
        exclusion
          ? `Out of training and statistics since ${formatDateTime(exclusion.created_at)}, by ${exclusion.author_name}: ${exclusion.reason}`
          : "Excluded prompts count neither in training nor in statistics of their project. Frozen snapshots stay as they are."
      }
      isSheet
    >
      <Stack gap="md">
        {exclusion ? (
          <Group>
            <Button variant="default" loading={lift.isPending} onClick={() => lift.mutate(undefined)}>
              Let it back
            </Button>
          </Group>
        ) : (
          <>
            <Textarea
              label="Why it is excluded"
              autosize
              minRows={2}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Group>
              <Button
                variant="default"
                disabled={reason.trim() === ""}
                loading={exclude.isPending}
                onClick={() => exclude.mutate(reason, { onSuccess: () => setReason("") })}
              >
                Exclude the prompt
              </Button>
            </Group>
          </>
        )}
        {problem && <ProblemNote error={problem} title="It was not stored" />}
      </Stack>
    </Section>
  );
}
