import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";

import { modelVersionsQuery } from "@/api/model-versions";
import { stagesQuery } from "@/api/runs";
import { snapshotsQuery } from "@/api/snapshots";
import type { Run, Stage, StageDescription } from "@/api/training-types";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";

import { GpuWorkersNote } from "./gpu-workers-note";
import { LaunchForm } from "./launch-form";
import { startLike, startWith } from "./launch-start";
import classes from "./launch.module.css";
import { runQuery } from "./use-run";

const NOTES: Record<Stage, string> = {
  sft: "Imitates demonstrations",
  reward_model: "Learns what labelers prefer",
  generalisation: "Measures how accuracy carries over to labelers left out",
  ppo: "Improves a policy against a reward model",
  sampling: "Writes completions to be ranked",
  scoring: "Rewards stored completions",
};

/** One thing to start: a stage, or one of the two ways in which the paper uses PPO. */
interface Start {
  stage: Stage;
  /** Empty where the stage begins with its defaults. */
  preset: string;
  label: string;
  note: string;
}

const PRESET_NOTES: Record<string, string> = {
  ppo_ptx: "PPO that keeps what pretraining taught, by a share of its text",
};

function startsOf(stages: StageDescription[]): Start[] {
  return stages.flatMap(({ stage, label, presets }) => [
    { stage, preset: "", label, note: NOTES[stage] },
    ...presets
      .filter(({ name }) => PRESET_NOTES[name])
      .map((preset) => ({ stage, preset: preset.name, label: preset.label, note: PRESET_NOTES[preset.name] ?? "" })),
  ]);
}

/** The start that the address names, or that an earlier run was. */
function startNamed(starts: Start[], params: URLSearchParams, like: Run | undefined): Start | undefined {
  const stage = like ? like.stage : params.get("stage");
  const preset = like?.is_ptx ? "ppo_ptx" : (params.get("preset") ?? "");
  const ofStage = starts.filter((start) => start.stage === stage);
  return ofStage.find((start) => start.preset === preset) ?? ofStage[0] ?? starts[0];
}

function StageChoice({
  starts,
  chosen,
  onChoose,
}: {
  starts: Start[];
  chosen: Start;
  onChoose: (start: Start) => void;
}) {
  return (
    <>
      <fieldset className={classes.stages}>
        <legend>Stage</legend>
        {starts.map((start) => (
          <label key={`${start.stage} ${start.preset}`} className={classes.stage}>
            <input
              type="radio"
              name="stage"
              value={`${start.stage} ${start.preset}`}
              checked={start === chosen}
              onChange={() => onChoose(start)}
            />
            <span>{start.label}</span>
            <span className={classes.stageNote}>{start.note}</span>
          </label>
        ))}
      </fieldset>
      <p className={classes.evaluate}>
        To have people compare a policy with a baseline, <Anchor component={Link} to="/evaluations/new">start an evaluation</Anchor>.
      </p>
    </>
  );
}

/** Requests a run: which stage, from what, on what, and how. */
export function LaunchPage() {
  const [params, setParams] = useSearchParams();
  const stages = useQuery(stagesQuery);
  const models = useQuery(modelVersionsQuery);
  const snapshots = useQuery(snapshotsQuery);
  const likeId = params.get("like");
  const like = useQuery({ ...runQuery(likeId ?? ""), enabled: likeId !== null });
  const earlier = likeId === null ? undefined : like.data;
  const wanted = [...params.getAll("model"), ...params.getAll("snapshot")];

  function choose({ stage, preset }: Start) {
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        next.set("stage", stage);
        next.delete("like");
        if (preset === "") next.delete("preset");
        else next.set("preset", preset);
        return next;
      },
      { replace: true },
    );
  }

  return (
    <>
      <PageHeader title="New run">
        The run keeps its inputs, hyperparameters, seed and code revision for good.
      </PageHeader>
      <GpuWorkersNote />
      {like.isError && <ProblemNote error={like.error} title="The run to start from could not be read" />}
      {earlier && (
        <p className={classes.quiet}>
          Filled in as <Anchor component={Link} to={`/runs/${earlier.id}`}>{earlier.name}</Anchor> was requested, but for its seed.
        </p>
      )}
      <Loaded query={stages}>
        {(described) => {
          const starts = startsOf(described);
          const start = startNamed(starts, params, earlier);
          const stage = described.find((candidate) => candidate.stage === start?.stage);
          if (!start || !stage || (likeId !== null && like.isPending)) return null;
          return (
            <>
              <StageChoice starts={starts} chosen={start} onChoose={choose} />
              <Loaded query={models}>
                {(modelRows) => (
                  <Loaded query={snapshots}>
                    {(snapshotRows) => (
                      <LaunchForm
                        key={`${start.stage} ${start.preset} ${earlier?.id ?? ""}`}
                        stage={stage}
                        models={modelRows}
                        snapshots={snapshotRows}
                        start={
                          earlier
                            ? startLike(stage, earlier)
                            : startWith(stage, modelRows, snapshotRows, { preset: start.preset, wanted })
                        }
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
