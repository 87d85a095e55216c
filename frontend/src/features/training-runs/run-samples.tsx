import { Switch } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { memo, useEffect, useMemo, useState } from "react";

import { isLive } from "@/api/runs";
import type { CheckpointSample, Run } from "@/api/training-types";
import { ClippedText } from "@/components/clipped-text";
import { EmptyNote } from "@/components/empty-note";
import { countOf, formatCount, formatShare } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { LoadingShape } from "@/components/loading-shape";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";
import { TextDiff } from "@/components/text-diff";

import { runSamplesQuery } from "./run-samples-query";
import type { KnownSamples } from "./run-samples-query";
import classes from "./run-samples.module.css";
import { figureWithChange, gridOf, shareOfNewWords, SHOWN_AT_FIRST, withoutTheMiddle } from "./sample-grid";
import type { Checkpoint, SampleRow } from "./sample-grid";

// The other stages train no model that writes.
const WRITING: ReadonlySet<Run["stage"]> = new Set(["sft", "ppo"]);

function nameOf({ step }: { step: number }): string {
  return step === 0 ? "Before training" : `Step ${formatCount(step)}`;
}

function howTheyAreWritten(run: Run, grid: { numPrompts: number; hasReward: boolean }): string {
  const { sample_max_tokens: limit = "", temperature = 1 } = run.hyperparameters;
  const asked = `${countOf(grid.numPrompts, "held-out prompt")}, answered at every checkpoint in at most ${limit} tokens`;
  if (run.stage === "ppo") {
    return `${asked} by the policy in training, at temperature ${temperature} and with the same random numbers each time. Reward is the reward model's; KL is that of the one answer from the reference, in nats, and may be negative.`;
  }
  const reward = grid.hasReward ? "Reward is the reward model's. " : "Reward: not defined: the run has no reward model. ";
  return `${asked}, always with the likeliest token. ${reward}KL: not defined: supervised training has no reference policy.`;
}

function Figures({ sample, before }: { sample: CheckpointSample; before: CheckpointSample | undefined }) {
  const share = before === undefined ? null : shareOfNewWords(before.text, sample.text);
  const facts = [
    { name: "Reward", value: figureWithChange(sample.reward, before?.reward) },
    { name: "KL", value: figureWithChange(sample.kl_nats, before?.kl_nats) },
    { name: "Tokens", value: `${sample.token_count}${sample.finish_reason === "length" ? ", cut off" : ""}` },
    { name: "New words", value: share === null || share === 0 ? "" : formatShare(share, 0) },
  ];
  return (
    <dl className={classes.figures}>
      {facts
        .filter(({ value }) => value !== "")
        .map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

// Comparing words takes time, and an answer that is there never changes.
const Answer = memo(function Answer({
  sample,
  before,
  what,
  marksChanges,
}: {
  sample: CheckpointSample;
  before: CheckpointSample | undefined;
  what: string;
  marksChanges: boolean;
}) {
  const isSame = before !== undefined && before.text === sample.text;
  return (
    <>
      {isSame ? (
        <p className={classes.same}>The same as {before.step === 0 ? "before training" : `at step ${formatCount(before.step)}`}</p>
      ) : (
        <ClippedText text={sample.text} what={what}>
          {marksChanges && before !== undefined ? (
            <TextDiff before={before.text} after={sample.text} />
          ) : (
            <ReadText text={sample.text} />
          )}
        </ClippedText>
      )}
      <Figures sample={sample} before={before} />
    </>
  );
});

function PromptRows({
  row,
  checkpoints,
  marksChanges,
}: {
  row: SampleRow;
  checkpoints: Checkpoint[];
  marksChanges: boolean;
}) {
  const number = row.prompt.place + 1;
  return (
    <tbody>
      <tr className={classes.prompt}>
        <th scope="rowgroup" colSpan={checkpoints.length}>
          <div className={classes.inSight}>
            <span className={classes.number}>Prompt {number}</span>
            <ClippedText text={row.prompt.text} what={`prompt ${number}`}>
              <ReadText text={row.prompt.text} />
            </ClippedText>
          </div>
        </th>
      </tr>
      <tr>
        {checkpoints.map((checkpoint, place) => {
          const sample = row.cells[place];
          return (
            <td key={checkpoint.step}>
              <span className={classes.where} aria-hidden>
                {nameOf(checkpoint)}
              </span>
              {sample === undefined ? (
                <p className={classes.same}>Not answered</p>
              ) : (
                <Answer
                  sample={sample}
                  before={place === 0 ? undefined : row.cells[place - 1]}
                  what={`the answer to prompt ${number}, ${nameOf(checkpoint).toLowerCase()}`}
                  marksChanges={marksChanges}
                />
              )}
            </td>
          );
        })}
      </tr>
    </tbody>
  );
}

function CheckpointHead({ checkpoint, before }: { checkpoint: Checkpoint; before: Checkpoint | undefined }) {
  const reward = figureWithChange(checkpoint.meanReward, before?.meanReward);
  const kl = figureWithChange(checkpoint.meanKl, before?.meanKl);
  return (
    <th scope="col">
      <span className={classes.checkpoint}>{nameOf(checkpoint)}</span>
      {reward !== "" && <span className={classes.mean}>mean reward {reward}</span>}
      {kl !== "" && <span className={classes.mean}>mean KL {kl}</span>}
    </th>
  );
}

function Grid({ known, run }: { known: KnownSamples; run: Run }) {
  const [marksChanges, setMarksChanges] = useState(false);
  const [showsAll, setShowsAll] = useState(false);
  const whole = useMemo(() => gridOf(known.prompts, known.samples), [known]);
  const isLong = whole.checkpoints.length > SHOWN_AT_FIRST;
  const { checkpoints, rows } = isLong && !showsAll ? withoutTheMiddle(whole) : whole;
  const hasReward = known.samples.some(({ reward }) => reward !== null);
  return (
    <>
      <p className={classes.note}>{howTheyAreWritten(run, { numPrompts: rows.length, hasReward })}</p>
      <div className={classes.controls}>
        {checkpoints.length > 1 && (
          <Switch
            label="Mark what changed since the checkpoint before"
            checked={marksChanges}
            onChange={(event) => {
              setMarksChanges(event.currentTarget.checked);
            }}
          />
        )}
        {isLong && (
          <Switch
            label={`All ${whole.checkpoints.length} checkpoints`}
            checked={showsAll}
            onChange={(event) => {
              setShowsAll(event.currentTarget.checked);
            }}
          />
        )}
      </div>
      {/* A scrolled region must be reachable by key. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={classes.frame} tabIndex={0} role="group" aria-label="Samples by checkpoint">
        <table className={classes.table}>
          <caption>Answers to the same prompts at every checkpoint</caption>
          <thead>
            <tr>
              {checkpoints.map((checkpoint, place) => (
                <CheckpointHead key={checkpoint.step} checkpoint={checkpoint} before={checkpoints[place - 1]} />
              ))}
            </tr>
          </thead>
          {rows.map((row) => (
            <PromptRows
              key={row.prompt.place}
              row={row}
              checkpoints={checkpoints}
              marksChanges={marksChanges}
            />
          ))}
        </table>
      </div>
    </>
  );
}

function NoSamples({ run, reason }: { run: Run; reason: string }) {
  if (reason !== "none has arrived yet") {
    return <EmptyNote title="This run has no samples">Not defined: {reason}.</EmptyNote>;
  }
  return (
    <EmptyNote title="No sample is recorded yet">
      {isLive(run.state) || run.state === "paused"
        ? "The first answers are written before the first step, the next ones at every checkpoint."
        : "This run ended before its first answers."}
    </EmptyNote>
  );
}

/** Asks once more when a run ends, because its last answers come after the last poll. */
function useLastSamples(run: Run, isWatched: boolean) {
  const queryClient = useQueryClient();
  const isOver = isWatched && !isLive(run.state);
  useEffect(() => {
    if (isOver) void queryClient.invalidateQueries({ queryKey: runSamplesQuery(run.id, false).queryKey });
  }, [isOver, run.id, queryClient]);
}

/** What the model in training answers to the same few prompts at every checkpoint (R47). */
export function RunSamples({ run }: { run: Run }) {
  const isWriting = WRITING.has(run.stage);
  const samples = useQuery({ ...runSamplesQuery(run.id, isLive(run.state)), enabled: isWriting });
  useLastSamples(run, isWriting);
  if (!isWriting) return null;
  return (
    <Section title="Samples">
      <Loaded query={samples} skeleton={<LoadingShape height={260} />}>
        {(known) =>
          known.samples.length === 0 ? (
            <NoSamples run={run} reason={known.reason} />
          ) : (
            <Grid known={known} run={run} />
          )
        }
      </Loaded>
    </Section>
  );
}
