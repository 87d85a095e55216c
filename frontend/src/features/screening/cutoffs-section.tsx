import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { ScreeningDetail } from "@/api/screening-types";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import { CutoffFields, cutoffsRequest } from "./cutoff-fields";
import type { CutoffForm } from "./cutoff-fields";
import { useChangeScreening } from "./screening-queries";
import { CRITERIA } from "./screening-words";
import classes from "./screening.module.css";

const SHOWN_FIELDS = ["flags_cutoff", "ranking_cutoff", "demonstration_cutoff"];

function formOf(screening: ScreeningDetail): CutoffForm {
  return {
    // Seventy-five, and not 75.00000000000001.
    flagsPercent: Number((screening.flags_cutoff * 100).toFixed(6)),
    rankingPercent: Number((screening.ranking_cutoff * 100).toFixed(6)),
    grade: screening.demonstration_cutoff,
  };
}

/** The soft cut-offs, and how each score comes about (R12). */
export function CutoffsSection({ screening }: { screening: ScreeningDetail }) {
  const [form, setForm] = useState(() => formOf(screening));
  const save = useChangeScreening(screening.id);
  const messages = save.error instanceof ApiError ? save.error.fields : {};

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    save.mutate(cutoffsRequest(form));
  }

  return (
    <Section
      title="Soft cut-offs"
      note="Moving one changes marks, never a decision that was saved."
      isSheet
    >
      <form onSubmit={submit} className={classes.form}>
        {save.isError && (
          <ProblemNote error={save.error} title="Nothing was changed" shownFields={SHOWN_FIELDS} />
        )}
        <CutoffFields
          form={form}
          messages={messages}
          onChange={(change) => setForm((before) => ({ ...before, ...change }))}
        />
        <Group>
          <Button type="submit" variant="default" loading={save.isPending}>
            Save the cut-offs
          </Button>
          {save.isSuccess && (
            <Text size="sm" role="status">
              Saved
            </Text>
          )}
        </Group>
        <dl className={classes.rules}>
          {CRITERIA.map(({ key, label }) => (
            <div key={key}>
              <dt>{label}</dt>
              <dd>{screening.rules[key]}</dd>
            </div>
          ))}
        </dl>
      </form>
    </Section>
  );
}
