import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { RoundDetail, RoundStep } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { prompts, sft } from "@/testing/training";

const project = { id: 4, name: "Helpful answers", kind: "ranking", purpose: "training", k: 4, num_submitted: 310 };
const policy = { id: "00000012-0000-4000-8000-000000000012", name: "Policy of round 2" };
const round: RoundDetail["round"] = {
  id: "00000011-0000-4000-8000-000000000011",
  name: "Round 3",
  policy: { id: sft.id, name: sft.name, kind: "sft" },
  policies: [],
  project: { id: 4, name: "Helpful answers" },
  prompts: { id: prompts.id, name: prompts.name },
  pretraining: null,
  num_prompts: 200,
  completions_per_prompt: 4,
  min_rankings: 500,
  ranking_projects: null,
  leaves_out: null,
  rankings: null,
  automatic: [],
  newest_step: null,
  problem: "",
  created_by: { id: 2, display_name: "Ruth Adler" },
  created_at: "2026-03-01T12:00:00Z",
  closed_at: null,
};
const step = (name: RoundStep["step"], changes: Partial<RoundStep> = {}): RoundStep => ({
  step: name,
  state: "waiting",
  note: "",
  can_start: false,
  is_automatic: false,
  run: null,
  snapshot: null,
  num_tasks: null,
  evaluation: null,
  started_by: null,
  started_at: null,
  ...changes,
});
const steps = [
  step("sampling", { state: "done", started_at: "2026-03-01T12:00:00Z" }),
  step("tasks", { state: "done", num_tasks: 200, started_by: { id: 2, display_name: "Ruth Adler" }, started_at: "2026-03-01T12:00:00Z" }),
  step("snapshot", { note: "310 of 500 new rankings are sealed", can_start: true }),
  step("reward_model"),
  step("ppo"),
  step("evaluation"),
];
const tag = (key: string, label: string, numYes: number, numSaid: number, reason = "") => ({
  key,
  label,
  num_yes: numYes,
  num_said: numSaid,
  share: numSaid === 0 ? null : numYes / numSaid,
  reason,
});
const detail: RoundDetail = {
  round,
  steps,
  adversarial: {
    num_prompts: 200,
    num_unsaid: 180,
    is_of_tasks: true,
    tags: [
      tag("false_premise", "Built on a false premise", 3, 20),
      tag("harmful_request", "Asks for something harmful", 0, 1),
      tag("invites_hedging", "Simple, yet invites hedging", 0, 0, "Nobody has said it of any of its prompts."),
    ],
  },
};
const address = `/api/rounds/${round.id}/`;

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/rounds/", { body: { results: [], next: null } })
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on(`GET ${address}`, { body: detail });
});

test("the board says where each step is and begins the next one by a click (R84)", async () => {
  server.on(`POST ${address}steps/`, { body: detail });
  const { user } = renderApp(`/rounds/${round.id}`);

  const rankings = await screen.findByRole("listitem", { name: "Rankings" });
  expect(rankings).toHaveTextContent("310 of 500 new rankings are sealed");
  expect(screen.getByRole("listitem", { name: "Sampling" })).toHaveTextContent("began by itself");
  expect(screen.getByRole("listitem", { name: "Tasks" })).toHaveTextContent("begun by Ruth Adler");
  expect(within(screen.getByRole("listitem", { name: "Policy" })).queryByRole("button")).toBeNull();

  await user.click(within(rankings).getByRole("button", { name: "Freeze" }));
  await expect.poll(() => server.sent(`POST ${address}steps/`)[0]?.body).toEqual({ step: "snapshot" });
});

test("a step that failed says why in words, with what to do, and the program's words behind it", async () => {
  const run = {
    id: "00000014-0000-4000-8000-000000000014",
    name: "Round 3: reward model",
    state: "failed" as const,
    reason: "out_of_memory",
    reason_detail: "CUDA out of memory. Tried to allocate 2 GiB",
    step: 4,
    total_steps: 40,
    output_model_version: null,
    output_source_id: null,
  };
  const failed = steps.with(3, step("reward_model", { state: "failed", run, can_start: true }));
  server.on(`GET ${address}`, { body: { ...detail, steps: failed } });
  const { user } = renderApp(`/rounds/${round.id}`);

  const failing = await screen.findByRole("listitem", { name: "Reward model" });
  expect(within(failing).getByText(/^The accelerator ran out of memory\. Retry it on its own page/)).toBeVisible();
  expect(within(failing).getByText(/Tried to allocate/)).not.toBeVisible();
  await user.click(within(failing).getByText("What the program said"));
  expect(within(failing).getByText(/Tried to allocate/)).toBeVisible();
  expect(within(failing).getByRole("button", { name: "Begin again" })).toBeVisible();
});

test("an evaluation of the round begins with its new policy chosen (R84)", async () => {
  const run = {
    id: "00000014-0000-4000-8000-000000000014",
    name: "PPO of round 3",
    state: "succeeded" as const,
    reason: null,
    reason_detail: null,
    step: 40,
    total_steps: 40,
    output_model_version: { ...policy, kind: "policy" as const },
    output_source_id: 8,
  };
  const done = steps.with(4, step("ppo", { state: "done", run })).with(5, step("evaluation", { state: "ready" }));
  server.on(`GET ${address}`, { body: { ...detail, steps: done } });
  renderApp(`/rounds/${round.id}`);

  const link = await screen.findByRole("link", { name: "Open an evaluation" });
  expect(link).toHaveAttribute("href", "/evaluations/new?source=8");
});

test("held-out prompts are sampled by a click before an evaluation is opened (R84)", async () => {
  const ready = step("evaluation", { state: "ready", can_start: true });
  server.on(`GET ${address}`, { body: { ...detail, steps: steps.with(5, ready) } });
  server.on(`POST ${address}steps/`, { body: detail });
  const { user } = renderApp(`/rounds/${round.id}`);

  expect(await screen.findByRole("link", { name: "Open an evaluation" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Sample held-out prompts" }));
  await expect.poll(() => server.sent(`POST ${address}steps/`)[0]?.body).toEqual({ step: "evaluation" });
});

test("each tag's share is said with its size, and what is not defined says why (R88)", async () => {
  renderApp(`/rounds/${round.id}`);

  const section = await screen.findByRole("region", { name: "What its prompts try a model with" });
  const shown = (name: string) => within(section).getByText(name).parentElement;
  expect(shown("Built on a false premise")).toHaveTextContent("15.0% 3 of 20 prompts");
  expect(shown("Asks for something harmful")).toHaveTextContent("0.0% 0 of 1 prompt");
  expect(shown("Simple, yet invites hedging")).toHaveTextContent("not defined: Nobody has said it");
  expect(section).toHaveTextContent(
    "Of the 200 prompts that its tasks ask about. Nobody has said any of this of 180.",
  );
});

test("before anything is sampled no share is defined and no number stands for one (R88)", async () => {
  const reason = "The round has sampled no prompts yet.";
  const adversarial = {
    num_prompts: 0,
    num_unsaid: 0,
    is_of_tasks: false,
    tags: [tag("false_premise", "Built on a false premise", 0, 0, reason)],
  };
  server.on(`GET ${address}`, { body: { ...detail, adversarial } });
  renderApp(`/rounds/${round.id}`);

  const section = await screen.findByRole("region", { name: "What its prompts try a model with" });
  expect(section).toHaveTextContent(`not defined: ${reason}`);
  expect(section).not.toHaveTextContent("%");
});

test("the list says where each round stands", async () => {
  const newest = { step: "ppo", run_state: "running", started_at: "2026-03-01T12:00:00Z" };
  const stuck = { ...round, id: "00000013-0000-4000-8000-000000000013", name: "Round 4", problem: "No prompt can be ranked." };
  server
    .on("GET /api/rounds/", { body: { results: [{ ...round, newest_step: newest }, stuck], next: null } })
    .on("GET /api/standing-reward-models/", { body: [] });
  renderApp("/rounds");

  expect(await screen.findByRole("row", { name: /Round 3/ })).toHaveTextContent("PolicyRunning");
  expect(screen.getByRole("row", { name: /Round 4/ })).toHaveTextContent("none yetcould not go on by itself");
});

test("steps are told to begin by themselves", async () => {
  server.on(`PUT ${address}settings/`, { body: detail });
  const { user } = renderApp(`/rounds/${round.id}`);

  await user.click(await screen.findByRole("checkbox", { name: "Reward model" }));
  await user.click(screen.getByRole("checkbox", { name: "Rankings" }));
  await user.click(screen.getByRole("button", { name: "Save the settings" }));

  await expect
    .poll(() => server.sent(`PUT ${address}settings/`)[0]?.body)
    .toEqual({ automatic: ["snapshot", "reward_model"], min_rankings: 500 });
});

test("a researcher sees the board and no buttons", async () => {
  server.on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) });
  renderApp(`/rounds/${round.id}`);

  await screen.findByRole("listitem", { name: "Rankings" });
  expect(screen.queryByRole("button", { name: "Freeze" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Close" })).toBeNull();
});

test("a step that could not begin by itself says why", async () => {
  server.on(`GET ${address}`, { body: { ...detail, round: { ...round, problem: "Tasks: no prompt can be ranked." } } });
  renderApp(`/rounds/${round.id}`);

  expect(await screen.findByText("Tasks: no prompt can be ranked.")).toBeVisible();
});

test("a closed round promises nothing", async () => {
  const closed = {
    ...round,
    closed_at: "2026-03-02T12:00:00Z",
    problem: "Every ranking is one tie.",
    automatic: ["snapshot" as const],
  };
  const left = steps.map((one) =>
    one.step === "snapshot" ? { ...one, can_start: false, is_automatic: true } : one,
  );
  server.on(`GET ${address}`, { body: { ...detail, round: closed, steps: left } });
  renderApp(`/rounds/${round.id}`);

  const rankings = await screen.findByRole("listitem", { name: "Rankings" });
  expect(rankings).toHaveTextContent("Not begun");
  expect(rankings).not.toHaveTextContent(/Begins by itself|new rankings are sealed|Waiting/);
  expect(screen.getByRole("listitem", { name: "Tasks" })).toHaveTextContent("Done");
  expect(screen.getByRole("listitem", { name: "Evaluation" })).toHaveTextContent("Not begun");
  expect(screen.getByText(/nothing begins in it any more/)).toBeVisible();
  expect(screen.queryByText("A step could not begin by itself")).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Close" })).not.toBeInTheDocument();
});

test("a round says whose completions are ranked and how much of them (R85)", async () => {
  const policies = [
    { model_version: { id: sft.id, name: sft.name, kind: "sft" as const }, weight: 3 },
    { model_version: { ...policy, kind: "policy" as const }, weight: 1 },
  ];
  server.on(`GET ${address}`, { body: { ...detail, round: { ...round, policies } } });
  renderApp(`/rounds/${round.id}`);

  const written = (await screen.findByText("Completions by")).parentElement;
  expect(written).toHaveTextContent(`75% ${sft.name}`);
  expect(written).toHaveTextContent(`25% ${policy.name}`);
});

test("another policy writes by its weight, and one without a weight keeps the round from opening (R85)", async () => {
  server
    .on("GET /api/model-versions/", { body: { results: [sft, { ...sft, ...policy, kind: "policy" }], next: null } })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on("GET /api/snapshots/", { body: { results: [prompts], next: null } })
    .on("POST /api/rounds/", refusal(400, "invalid_round", "No.", { fields: { "weights.1": ["is too much"] } }));
  const { user } = renderApp("/rounds/new");

  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Round 3");
  await user.click(screen.getByRole("button", { name: "Add a policy that writes too" }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Policy 2" }), policy.name);
  await user.type(screen.getByRole("textbox", { name: "Weight of the policy" }), "3");
  const open = screen.getByRole("button", { name: "Open the round" });
  expect(open).toBeDisabled();

  await user.type(screen.getByRole("textbox", { name: "Weight of policy 2" }), "1");
  await user.click(open);

  expect(await screen.findByText("is too much")).toBeVisible();
  expect(server.sent("POST /api/rounds/")[0]?.body).toMatchObject({
    policy: sft.id,
    other_policies: [policy.id],
    weights: [3, 1],
  });
});

test("a round is opened with what it starts from, and names what is wrong", async () => {
  server
    .on("GET /api/model-versions/", { body: { results: [sft], next: null } })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on("GET /api/snapshots/", { body: { results: [prompts], next: null } })
    .on("POST /api/rounds/", refusal(400, "invalid_round", "No.", { fields: { name: ["Another round has this name."] } }));
  const { user } = renderApp("/rounds/new");

  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Round 3");
  await user.click(screen.getByRole("button", { name: "Open the round" }));

  expect(await screen.findByText("Another round has this name.")).toBeVisible();
  expect(server.sent("POST /api/rounds/")[0]?.body).toEqual({
    name: "Round 3",
    policy: sft.id,
    project: 4,
    prompts: prompts.id,
    num_prompts: 100,
    completions_per_prompt: 4,
    min_rankings: 500,
    automatic: [],
  });
});

test("PPO of a round mixes pretraining text in by its weight", async () => {
  const text = { ...prompts, id: "00000015-0000-4000-8000-000000000015", name: "Books", kind: "pretrain" };
  server
    .on("GET /api/model-versions/", { body: { results: [sft], next: null } })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on("GET /api/snapshots/", { body: { results: [prompts, text], next: null } })
    .on("POST /api/rounds/", refusal(400, "invalid_round", "No.", { fields: { pretraining: ["is gone"] } }));
  const { user } = renderApp("/rounds/new");

  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Round 3");
  await user.selectOptions(screen.getByRole("combobox", { name: "Pretraining text for PPO" }), "Books");
  const weight = screen.getByRole("textbox", { name: "Weight of the pretraining text" });
  expect(weight).toHaveValue("27.8");
  await user.clear(weight);
  expect(screen.getByRole("button", { name: "Open the round" })).toBeDisabled();
  await user.type(weight, "5");
  await user.click(screen.getByRole("button", { name: "Open the round" }));

  expect(await screen.findByText("is gone")).toBeVisible();
  expect(server.sent("POST /api/rounds/")[0]?.body).toMatchObject({
    pretraining: text.id,
    hyperparameters: { ppo: { ptx_coef: 5 } },
  });
});

test("a round without any pretraining text says why PPO mixes none in", async () => {
  server
    .on("GET /api/model-versions/", { body: { results: [sft], next: null } })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on("GET /api/snapshots/", { body: { results: [prompts], next: null } });
  renderApp("/rounds/new");

  const text = await screen.findByRole("combobox", { name: "Pretraining text for PPO" });
  expect(text).toBeDisabled();
  expect(text).toHaveAccessibleDescription(/no snapshot of pretraining text yet/);
});

test("older rankings are left out by project and by round (R86)", async () => {
  const other = { ...project, id: 5, name: "Harmless answers" };
  const frozen = { ...round, rankings: { id: "00000016-0000-4000-8000-000000000016", name: "Round 3: rankings" } };
  server
    .on("GET /api/model-versions/", { body: { results: [sft], next: null } })
    .on("GET /api/projects/", { body: { results: [project, other], next: null } })
    .on("GET /api/snapshots/", { body: { results: [prompts], next: null } })
    .on("GET /api/rounds/", { body: { results: [{ ...round, id: "open", name: "Round 4" }, frozen], next: null } })
    .on("POST /api/rounds/", refusal(400, "invalid_round", "No.", { fields: { leaves_out: ["is gone"] } }));
  const { user } = renderApp("/rounds/new");

  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Round 5");
  await user.click(screen.getByRole("checkbox", { name: "Harmless answers" }));
  expect(screen.getByText(/what is ranked in this round is not learned from/)).toBeVisible();
  const left = screen.getByRole("combobox", { name: "Rankings to leave out" });
  await within(left).findByRole("option", { name: "What Round 3 had frozen" });
  expect(within(left).queryByRole("option", { name: /Round 4/ })).toBeNull();
  await user.selectOptions(left, "What Round 3 had frozen");
  await user.click(screen.getByRole("button", { name: "Open the round" }));

  expect(await screen.findByText("is gone")).toBeVisible();
  expect(server.sent("POST /api/rounds/")[0]?.body).toMatchObject({ ranking_projects: [5], leaves_out: round.id });
});

test("a round says which rankings its reward model learns from (R86)", async () => {
  const chosen = { ...round, ranking_projects: [4, 9], leaves_out: { id: "00000017-0000-4000-8000-000000000017", name: "Round 2" } };
  server
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on(`GET ${address}`, { body: { ...detail, round: chosen } });
  renderApp(`/rounds/${round.id}`);

  const said = await screen.findByText(/of Helpful answers; project 9, without what/);
  expect(within(said).getByRole("link", { name: "Round 2" })).toHaveAttribute(
    "href",
    "/rounds/00000017-0000-4000-8000-000000000017",
  );
});
