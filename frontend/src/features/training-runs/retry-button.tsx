import { Button, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useNavigate } from "react-router";

import { stagesQuery } from "@/api/runs";
import type { HyperparameterField, Run } from "@/api/training-types";
import { DialogFoot } from "@/components/dialog-foot";
import { Modal } from "@/components/dialogs";
import { ProblemNote } from "@/components/problem-note";

import { overridesOf, problemsOf, textOf } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import { fieldMessages, refusedFields } from "./use-launch";
import { useRetry } from "./use-run";

/** What a retry of this run may change, with the values of the run where a field has its default. */
function fieldsOf(run: Run, fields: HyperparameterField[]): HyperparameterField[] {
  return fields
    .filter((field) => field.may_change_in_retry && field.name in run.hyperparameters)
    .map((field) => ({ ...field, default: run.hyperparameters[field.name] ?? field.default }));
}

function blockedBecause(problems: Record<string, string>): string | null {
  const [name] = Object.keys(problems);
  return name === undefined ? null : `${name} cannot be used as typed.`;
}

/** Retries a run as it was, or with another limit or memory budget: nothing else may change. */
export function RetryButton({ run }: { run: Run }) {
  const retry = useRetry(run.id);
  const navigate = useNavigate();
  const [isOpen, dialog] = useDisclosure(false);
  const [typed, setTyped] = useState<Typed>({});
  const stages = useQuery({ ...stagesQuery, enabled: isOpen });
  const described = stages.data?.find(({ stage }) => stage === run.stage)?.hyperparameters ?? [];
  const fields = fieldsOf(run, described);
  const problems = problemsOf(fields, typed);
  const refused = fieldMessages(refusedFields(retry.error), "hyperparameters");

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    retry.mutate(overridesOf(fields, typed), {
      onSuccess: (fresh) => void navigate(`/runs/${fresh.id}`),
    });
  }

  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        Retry
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={`Retry ${run.name}`} centered>
        <p>
          The retry is a run of its own. On the same code it goes on from the newest checkpoint that
          is left (a run that was cancelled at work leaves none), so only what decides nothing of what
          is learned may change.
        </p>
        <form onSubmit={submit}>
          {fields.map((field) => (
            <TextInput
              key={field.name}
              mt="sm"
              label={field.name}
              description={field.help}
              inputMode="decimal"
              autoComplete="off"
              value={typed[field.name] ?? textOf(field.default)}
              error={problems[field.name] ?? refused[field.name]}
              onChange={(event) => {
                const text = event.currentTarget.value;
                setTyped((before) => ({ ...before, [field.name]: text }));
              }}
            />
          ))}
          {retry.isError && <ProblemNote error={retry.error} title="The retry was not requested" />}
          <Stack mt="lg">
            <DialogFoot
              action="Retry the run"
              blocked={blockedBecause(problems)}
              isPending={retry.isPending}
              onLeave={dialog.close}
            />
          </Stack>
        </form>
      </Modal>
    </>
  );
}
