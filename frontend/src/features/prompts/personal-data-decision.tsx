import { Button, Group } from "@mantine/core";

import type { PromptDetail } from "@/api/research-types";
import { ProblemNote } from "@/components/problem-note";

import { useReviewPersonalData } from "./prompt-queries";

const DECIDABLE = new Set<PromptDetail["personal_data"]>(["found", "cleared", "confirmed"]);

/** Decides about what was found in this prompt, or changes the decision. */
export function PersonalDataDecision({ prompt }: { prompt: PromptDetail }) {
  const review = useReviewPersonalData();
  if (!DECIDABLE.has(prompt.personal_data)) return null;
  const decide = (isPersonal: boolean) => review.mutate({ promptId: prompt.id, isPersonal });
  return (
    <>
      {review.isError && <ProblemNote error={review.error} title="The decision was not stored" />}
      <Group mt="lg" gap="sm">
        <Button
          variant="default"
          disabled={prompt.personal_data === "cleared"}
          loading={review.isPending}
          onClick={() => decide(false)}
        >
          Not personal
        </Button>
        <Button
          variant="default"
          disabled={prompt.personal_data === "confirmed"}
          loading={review.isPending}
          onClick={() => decide(true)}
        >
          Personal
        </Button>
      </Group>
    </>
  );
}
