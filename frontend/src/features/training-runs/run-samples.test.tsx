import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { CheckpointSample, Run, SamplesPage } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { run } from "@/testing/training";

const ADDRESS = `GET /api/runs/${run.id}/samples/`;
const LONG = "The sea is wide and the sea is deep. ".repeat(20);
let server: FakeServer;

function sample(step: number, place: number, text: string, change: Partial<CheckpointSample> = {}): CheckpointSample {
  return { step, place, text, token_count: 9, finish_reason: "stop", reward: null, kl_nats: null, ...change };
}

function page(samples: CheckpointSample[], change: Partial<SamplesPage> = {}): SamplesPage {
  return {
    prompts: [
      { place: 0, prompt_id: "7", text: "What is the sea?" },
      { place: 1, prompt_id: "9", text: "Count to three." },
    ].filter(({ place }) => samples.some((one) => one.place === place)),
    samples,
    next_step: samples.at(-1)?.step ?? -1,
    has_more: false,
    reason_undefined: "",
    ...change,
  };
}

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on(`GET /api/runs/${run.id}/metrics/`, { body: { points: [], next_step: -1 } })
    .on("GET /api/runs/stages/ppo/glossary/", { body: { steps: [], report: [] } })
    .on("GET /api/runs/stages/sft/glossary/", { body: { steps: [], report: [] } })
    .on(`GET /api/runs/stages/${run.stage}/glossary/`, { body: { steps: [], report: [] } })
    .on(`GET /api/runs/${run.id}/log/`, { body: { text: "", next_offset: 0, truncated: false } });
});

function open(change: Partial<Run>) {
  server.on(`GET /api/runs/${run.id}/`, { body: { ...run, stage: "ppo", ...change } });
  return renderApp(`/runs/${run.id}`);
}

const panel = async () => within(await screen.findByRole("region", { name: "Samples" }));

test("answers stand under their prompt by checkpoint, with reward, KL and what they gained (R47)", async () => {
  server.on(ADDRESS, {
    body: page([
      sample(0, 0, "It is water.", { reward: 0.5, kl_nats: 0 }),
      sample(0, 1, "One.", { reward: -1, kl_nats: 0 }),
      sample(50, 0, "It is salt water.", { reward: 0.75, kl_nats: 2.5, finish_reason: "length" }),
      sample(50, 1, "One.", { reward: -1, kl_nats: 0 }),
    ]),
  });
  open({ hyperparameters: { sample_max_tokens: 64, temperature: 0.7 } });

  const table = within(await (await panel()).findByRole("table"));
  expect(table.getAllByRole("columnheader").map(({ textContent }) => textContent)).toEqual([
    "Before trainingmean reward −0.25mean KL 0.00",
    "Step 50mean reward −0.13 (+0.13)mean KL 1.25 (+1.25)",
  ]);
  expect(table.getByRole("rowheader", { name: /What is the sea\?/ })).toBeVisible();
  const answer = table.getByText("It is salt water.").closest("td");
  expect(answer).toHaveTextContent("Reward0.75 (+0.25)KL2.50 (+2.50)Tokens9, cut offNew words25%");
  expect(table.getByText("The same as before training")).toBeVisible();
  expect((await panel()).getByText(/at temperature 0.7/)).toBeVisible();
});

test("a supervised run says why it has neither reward nor KL", async () => {
  server.on(ADDRESS, { body: page([sample(0, 0, "It is water.")]) });
  open({ stage: "sft", hyperparameters: { sample_max_tokens: 64 } });

  const note = await (await panel()).findByText(/Reward: not defined/);
  expect(note).toHaveTextContent("KL: not defined: supervised training has no reference policy.");
});

test("a switch marks the words that changed since the checkpoint before", async () => {
  server.on(ADDRESS, { body: page([sample(0, 0, "It is water."), sample(50, 0, "It is salt water.")]) });
  const { user } = open({});
  const shown = await panel();

  await user.click(await shown.findByRole("switch", { name: /Mark what changed/ }));

  expect(shown.getByText("salt", { exact: false, selector: "ins" })).toBeVisible();
});

test("a long answer is clipped until somebody asks for all of it", async () => {
  server.on(ADDRESS, { body: page([sample(0, 0, LONG)]) });
  const { user } = open({});
  const more = await (await panel()).findByRole("button", {
    name: "Show all of the answer to prompt 1, before training",
  });
  expect(more).toHaveAttribute("aria-expanded", "false");

  await user.click(more);

  expect(more).toHaveAttribute("aria-expanded", "true");
  expect(more).toHaveTextContent("Show less");
});

test("of many checkpoints four are shown, and all on request", async () => {
  server.on(ADDRESS, { body: page([0, 10, 20, 30, 40, 50].map((step) => sample(step, 0, `after ${step}`))) });
  const { user } = open({});
  const shown = await panel();
  const all = await shown.findByRole("switch", { name: "All 6 checkpoints" });
  expect(shown.queryByText("after 10")).not.toBeInTheDocument();

  await user.click(all);

  expect(shown.getByText("after 10")).toBeVisible();
});

test("checkpoints come page by page until there are no more", async () => {
  server.on(ADDRESS, ({ query }) => ({
    body: query.includes("after_step=-1")
      ? page([sample(0, 0, "first")], { has_more: true, next_step: 0 })
      : page([sample(50, 0, "second")]),
  }));
  open({ state: "succeeded" });

  expect(await (await panel()).findByText("second")).toBeVisible();
  expect((await panel()).getByText("first")).toBeVisible();
});

test("without samples the panel says why", async () => {
  const reason = "prompts, week 12 holds out no prompt for validation";
  server.on(ADDRESS, { body: page([], { reason_undefined: reason }) });
  open({});

  expect(await (await panel()).findByText(`Not defined: ${reason}.`)).toBeVisible();
});

test("a run that has just begun says when the first answers come", async () => {
  server.on(ADDRESS, { body: page([], { reason_undefined: "none has arrived yet" }) });
  open({});

  expect(await (await panel()).findByText(/first answers are written before the first step/)).toBeVisible();
});

test("samples that cannot be read leave the rest of the page", async () => {
  server.on(ADDRESS, refusal(500, "server_error", "Something broke."));
  open({ state: "succeeded" });

  expect(await (await panel()).findByRole("button", { name: "Try again" }, { timeout: 6_000 })).toBeVisible();
  expect(screen.getByRole("heading", { name: run.name, level: 1 })).toBeVisible();
});

test("a stage that trains nothing that writes has no panel", async () => {
  open({ stage: "reward_model" });

  await screen.findByRole("heading", { name: run.name, level: 1 });
  expect(screen.queryByRole("region", { name: "Samples" })).not.toBeInTheDocument();
  expect(server.sent(ADDRESS)).toHaveLength(0);
});
