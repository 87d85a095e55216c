import { Button, Group, NativeSelect, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { Pool } from "@/api/research-types";
import type { Decision } from "@/api/screening-types";
import { choicesOf, isPool, POOL_WORDS } from "@/api/words";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import { useDecide } from "./screening-queries";
import classes from "./screening.module.css";

const SHOWN_FIELDS = ["decision", "pool", "reason"];
const POOLS = choicesOf(POOL_WORDS);

interface Draft {
  /** Nothing is chosen beforehand. */
  decision: Decision["decision"] | null;
  pool: Pool;
  reason: string;
}

/** The explicit yes or no of a person, with a reason; the cut-offs may be overridden (R13). */
export function DecisionForm({ candidacyId }: { candidacyId: string }) {
  const [draft, setDraft] = useState<Draft>({ decision: null, pool: "training", reason: "" });
  const decide = useDecide(candidacyId);
  const messages = decide.error instanceof ApiError ? decide.error.fields : {};
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const { decision, pool, reason } = draft;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (decision === null) return;
    decide.mutate({ decision, pool: decision === "accept" ? pool : null, reason });
  }

  return (
    <Section
      title="Decide"
      note="The scores are stored as they stand now. A decision cannot be taken back; name and vendor are shown after it."
      isSheet
    >
      <form onSubmit={submit} className={classes.form}>
        {decide.isError && (
          <ProblemNote error={decide.error} title="Nothing was decided" shownFields={SHOWN_FIELDS} />
        )}
        <Radio.Group
          label="Decision"
          value={decision}
          error={messages.decision?.join(" ")}
          onChange={(value) => change({ decision: value === "accept" ? "accept" : "reject" })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="accept" label="Accept" />
            <Radio value="reject" label="Do not accept" />
          </Stack>
        </Radio.Group>
        {decision === "accept" && (
          <NativeSelect
            label="Pool"
            description="Screened labelers join the training pool unless you say otherwise."
            data={POOLS}
            value={pool}
            error={messages.pool?.join(" ")}
            onChange={(event) => {
              const { value } = event.currentTarget;
              if (isPool(value)) change({ pool: value });
            }}
          />
        )}
        <Textarea
          label="Reason"
          description="Kept with the decision; the candidate does not see it."
          autosize
          minRows={3}
          maxLength={2_000}
          value={reason}
          error={messages.reason?.join(" ")}
          onChange={(event) => change({ reason: event.currentTarget.value })}
        />
        <Group>
          <Button
            type="submit"
            disabled={decision === null || reason.trim() === ""}
            loading={decide.isPending}
          >
            Save the decision
          </Button>
          {decision === null && (
            <Text size="sm" c="dimmed">
              Choose one of the two.
            </Text>
          )}
        </Group>
      </form>
    </Section>
  );
}
