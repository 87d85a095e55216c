import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import type { CheckpointSample, SamplePrompt, SamplesPage } from "@/api/training-types";

const MAX_PAGES = 100;
// Checkpoints lie far apart: nobody waits for the second in which one is answered.
const LIVE_EVERY_MS = 5_000;
const BEFORE_THE_FIRST = -1;

/** What is known of a run's samples, and after which checkpoint to ask on. */
export interface KnownSamples {
  prompts: SamplePrompt[];
  samples: CheckpointSample[];
  nextStep: number;
  /** Why there is none at all; empty where there are some. */
  reason: string;
}

const NOTHING: KnownSamples = { prompts: [], samples: [], nextStep: BEFORE_THE_FIRST, reason: "" };

/** Adds the checkpoints that are new since last time. */
export async function withNewerSamples(
  known: KnownSamples,
  fetchAfter: (step: number) => Promise<SamplesPage>,
): Promise<KnownSamples> {
  const prompts = new Map(known.prompts.map((prompt) => [prompt.place, prompt]));
  const samples = [...known.samples];
  let { nextStep, reason } = known;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page = await fetchAfter(nextStep);
    page.prompts.forEach((prompt) => prompts.set(prompt.place, prompt));
    samples.push(...page.samples);
    nextStep = page.next_step;
    reason = page.reason_undefined;
    if (!page.has_more) break;
  }
  const byPlace = [...prompts.values()].sort((one, other) => one.place - other.place);
  return { prompts: byPlace, samples, nextStep, reason };
}

export function runSamplesQuery(runId: string, isLive: boolean) {
  const queryKey = ["runs", "samples", runId] as const;
  return queryOptions({
    queryKey,
    queryFn: ({ client, signal }) =>
      withNewerSamples(client.getQueryData<KnownSamples>(queryKey) ?? NOTHING, (step) =>
        bodyOf(
          api.GET("/api/runs/{run_id}/samples/", {
            params: { path: { run_id: runId }, query: { after_step: step } },
            signal,
          }),
        ),
      ),
    refetchInterval: isLive ? LIVE_EVERY_MS : false,
    structuralSharing: false,
  });
}
