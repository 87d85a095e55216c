import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { modelVersionsQuery } from "@/api/model-versions";
import { stagesQuery } from "@/api/runs";
import { snapshotsQuery } from "@/api/snapshots";
import type { Stage, StageDescription } from "@/api/training-types";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { useAddressFilters } from "@/components/use-address-filters";

import { GpuWorkersNote } from "./gpu-workers-note";
import { LaunchForm } from "./launch-form";
import classes from "./launch.module.css";

const NOTES: Record<Stage, string> = {
  sft: "Imitates demonstrations",
  reward_model: "Learns what labelers prefer",
  generalisation: "Measures how accuracy carries over to labelers left out",
  ppo: "Improves a policy against a reward model",
  sampling: "Writes completions to be ranked",
  scoring: "Rewards stored completions",
};

function StageChoice({
  stages,
  chosen,
  onChoose,
}: {
  stages: StageDescription[];
  chosen: Stage;
  onChoose: (stage: Stage) => void;
}) {
  return (
    <fieldset className={classes.stages}>
      <legend>Stage</legend>
      {stages.map(({ stage, label }) => (
        <label key={stage} className={classes.stage}>
          <input
            type="radio"
            name="stage"
            value={stage}
            checked={stage === chosen}
            onChange={() => onChoose(stage)}
          />
          <span>{label}</span>
          <span className={classes.stageNote}>{NOTES[stage]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Requests a run: which stage, from what, on what, and how. */
export function LaunchPage() {
  const [params] = useSearchParams();
  const [filters, setFilter] = useAddressFilters(["stage"]);
  const stages = useQuery(stagesQuery);
  const models = useQuery(modelVersionsQuery);
  const snapshots = useQuery(snapshotsQuery);
  const wanted = [...params.getAll("model"), ...params.getAll("snapshot")];

  return (
    <>
      <PageHeader title="New run">
        The run keeps its inputs, hyperparameters, seed and code revision for good.
      </PageHeader>
      <GpuWorkersNote />
      <Loaded query={stages}>
        {(described) => {
          const stage = described.find((candidate) => candidate.stage === filters.stage) ?? described[0];
          if (!stage) return null;
          return (
            <>
              <StageChoice
                stages={described}
                chosen={stage.stage}
                onChoose={(chosen) => setFilter("stage", chosen)}
              />
              <Loaded query={models}>
                {(modelRows) => (
                  <Loaded query={snapshots}>
                    {(snapshotRows) => (
                      <LaunchForm
                        key={stage.stage}
                        stage={stage}
                        models={modelRows}
                        snapshots={snapshotRows}
                        wanted={wanted}
                      />
                    )}
                  </Loaded>
                )}
              </Loaded>
            </>
          );
        }}
      </Loaded>
    </>
  );
}
