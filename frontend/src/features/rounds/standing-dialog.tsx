import { Checkbox, NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import { modelVersionsQuery } from "@/api/model-versions";
import type { ModelVersion } from "@/api/training-types";
import { MODEL_KIND_WORDS } from "@/api/words";
import { DialogFoot } from "@/components/dialog-foot";
import { Modal } from "@/components/dialogs";
import { Loaded } from "@/components/loaded";
import { ProblemNote } from "@/components/problem-note";
import { TableSkeleton } from "@/components/table-skeleton";

import { RankingProjects } from "./ranking-projects";
import { useStandingCommand } from "./standing-queries";

const SHOWN_FIELDS = ["name", "start", "min_rankings", "ranking_projects"];
// A reward model goes on with its own head; the others begin a new one.
const KINDS: ModelVersion["kind"][] = ["reward_model", "sft", "policy", "base"];

function blockedBecause(name: string, start: string): string | null {
  if (start === "") return "There is no model to start from yet.";
  return name.trim() === "" ? "A name is needed." : null;
}

function StandingForm({ models, onClose }: { models: ModelVersion[]; onClose: () => void }) {
  const starts = KINDS.flatMap((kind) => models.filter((model) => model.kind === kind));
  const [name, setName] = useState("");
  const [start, setStart] = useState(starts[0]?.id ?? "");
  const [minRankings, setMinRankings] = useState<number | string>(1);
  const [projects, setProjects] = useState<number[]>([]);
  const [simulated, setSimulated] = useState(false);
  const command = useStandingCommand();
  const fields = command.error instanceof ApiError ? command.error.fields : {};

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const keep = {
      name: name.trim(),
      start,
      min_rankings: Number(minRankings),
      include_simulated: simulated,
      ...(projects.length > 0 && { ranking_projects: projects }),
    };
    command.mutate({ keep }, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {command.isError && (
          <ProblemNote error={command.error} title="It is not kept up to date" shownFields={SHOWN_FIELDS} />
        )}
        <TextInput
          label="Name"
          maxLength={140}
          data-autofocus
          value={name}
          error={fields.name?.join(" ")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label="Start from"
          description="The first refresh; each later one goes on from the one before."
          data={starts.map(({ id, name: label, kind }) => ({
            value: id,
            label: `${label} (${MODEL_KIND_WORDS[kind]})`,
          }))}
          value={start}
          error={fields.start?.join(" ")}
          onChange={(event) => setStart(event.currentTarget.value)}
        />
        <NumberInput
          label="New rankings for a refresh"
          min={1}
          max={10_000_000}
          allowDecimal={false}
          value={minRankings}
          error={fields.min_rankings?.join(" ")}
          onChange={setMinRankings}
        />
        <RankingProjects
          chosen={projects}
          error={fields.ranking_projects?.join(" ")}
          onChange={setProjects}
        />
        <Checkbox
          label="Also rankings by simulated labelers"
          checked={simulated}
          onChange={(event) => setSimulated(event.currentTarget.checked)}
        />
        <DialogFoot
          action="Keep it up to date"
          blocked={blockedBecause(name, start)}
          isPending={command.isPending}
          onLeave={onClose}
        />
      </Stack>
    </form>
  );
}

/** Names a reward model that follows the rankings by itself. */
export function StandingDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const models = useQuery(modelVersionsQuery);
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keep a reward model up to date" centered>
      <Loaded query={models} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) => <StandingForm models={rows} onClose={onClose} />}
      </Loaded>
    </Modal>
  );
}
