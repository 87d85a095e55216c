import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Run } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { metric, run, stages } from "@/testing/training";

let server: FakeServer;

const STEPS = [
  metric("accuracy", {
    title: "Accuracy",
    chart: "Accuracy",
    meaning: "How often the preferred answer scores higher.",
    healthy: "0.6 to 0.8",
    low: 0.6,
    high: 0.8,
    otherwise: "Near 0.5: nothing is learned yet.",
  }),
];
const FIGURES = [
  metric("validation.accuracy", { title: "Held-out accuracy", meaning: "On prompts held out." }),
  metric("seeds[].accuracy", { title: "Accuracy of a seed" }),
];

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on(`GET /api/runs/${run.id}/metrics/`, { body: { points: [], next_step: -1 } })
    .on(`GET /api/runs/stages/${run.stage}/glossary/`, { body: { steps: STEPS, report: FIGURES } })
    .on(`GET /api/runs/${run.id}/log/`, { body: { text: "", next_offset: 0, truncated: false } });
});

function open(change: Partial<Run>) {
  server.on(`GET /api/runs/${run.id}/`, { body: { ...run, ...change } });
  return renderApp(`/runs/${run.id}`);
}

test("a run shows its state, its progress and what was changed", async () => {
  open({});

  expect(await screen.findByRole("heading", { name: run.name, level: 1 })).toBeVisible();
  expect(screen.getByText("Running")).toBeVisible();
  expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuetext", "Step 12 of 48, 3 min 10 s left");
  expect(screen.getByText("epochs").closest("div")).toHaveTextContent("2");
  expect(screen.getByRole("link", { name: "Week 12, all projects" })).toHaveAttribute(
    "href",
    `/data/${run.inputs.rankings?.id}`,
  );
});

test("a run that waits says what for", async () => {
  const waiting = { waiting_for: "free_slot", silent_seconds: null, starts_in_seconds: null } as const;
  open({ state: "queued", step: 0, eta_seconds: null, waiting });
  expect(await screen.findByRole("progressbar")).toHaveAttribute(
    "aria-valuetext",
    "Not started, waiting for a free GPU",
  );
});

test("a run that makes no step for too long says so and what can be done", async () => {
  open({ stalled_seconds: 725, eta_seconds: null });

  expect(await screen.findByText("No step for 12 min 5 s")).toBeVisible();
  expect(screen.getByRole("progressbar")).toHaveAttribute(
    "aria-valuetext",
    "Step 12 of 48, no step for 12 min 5 s",
  );
});

test("how fresh the page is and what a kill would cost stand under the progress", async () => {
  const ago = (seconds: number) => new Date(Date.now() - 1000 * seconds).toISOString();
  open({ heartbeat_at: ago(4), checkpointed_at: ago(180), evaluations: ["answer_length"] });

  expect(await screen.findByText(/Last heartbeat/)).toHaveTextContent("Last heartbeat just now");
  expect(screen.getByText(/Newest checkpoint/)).toHaveTextContent("Newest checkpoint 3 min ago");
  expect(await screen.findByText("answer_length")).toBeVisible();
});

test("a run that was asked to pause says what it does first", async () => {
  open({ asked_to: "pause" });

  expect(await screen.findByText(/asked to pause: it saves a checkpoint/)).toBeVisible();
});

test("a mix says what part of the completions each policy writes (R85)", async () => {
  const policy = (id: string) => ({ id, name: `policy ${id}`, kind: "policy", sha256: "e".repeat(64) });
  open({
    stage: "sampling",
    inputs: { model: policy("one"), model_2: policy("two") },
    weights: { model: 3, model_2: 1 },
  });

  const inputs = within(await screen.findByRole("region", { name: "Inputs and output" }));
  expect(inputs.getByRole("link", { name: "policy one" }).closest("dd")).toHaveTextContent("writes 75%");
  expect(inputs.getByRole("link", { name: "policy two" }).closest("dd")).toHaveTextContent("writes 25%");
});

test("cancelling asks once more and then sends one request", async () => {
  server.on(`POST /api/runs/${run.id}/cancel/`, { body: { ...run, state: "stopping" } });
  const { user } = open({});

  await user.click(await screen.findByRole("button", { name: "Cancel run" }));
  const dialog = await screen.findByRole("dialog", { name: `Cancel ${run.name}?` });
  expect(server.sent(`POST /api/runs/${run.id}/cancel/`)).toHaveLength(0);
  await user.click(within(dialog).getByRole("button", { name: "Cancel the run" }));

  await waitFor(() => expect(server.sent(`POST /api/runs/${run.id}/cancel/`)).toHaveLength(1));
  expect(await screen.findByText("Stopping")).toBeVisible();
});

test("a run that is being cancelled can be killed, which says what is lost and sends one request", async () => {
  const can = { cancel: false, kill: true, pause: false, resume: false, retry: false };
  const killing = { ...run, state: "stopping", asked_to: "kill", can: { ...can, kill: false } };
  server.on(`POST /api/runs/${run.id}/kill/`, { body: killing });
  const { user } = open({ state: "stopping", asked_to: "cancel", can });

  await user.click(await screen.findByRole("button", { name: "Kill now" }));
  const dialog = await screen.findByRole("dialog", { name: `Kill ${run.name}?` });
  expect(dialog).toHaveTextContent("The 12 steps that it has made leave no model");
  expect(server.sent(`POST /api/runs/${run.id}/kill/`)).toHaveLength(0);
  await user.click(within(dialog).getByRole("button", { name: "Kill the run" }));

  await waitFor(() => expect(server.sent(`POST /api/runs/${run.id}/kill/`)).toHaveLength(1));
  expect(await screen.findByText(/being killed/i)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Kill now" })).not.toBeInTheDocument();
});

test("a run that waits can go before others", async () => {
  const waiting = { state: "queued", can: { ...run.can, pause: false, kill: false } } as const;
  server.on(`POST /api/runs/${run.id}/priority/`, { body: { ...run, ...waiting, priority: 5 } });
  const { user } = open(waiting);

  await user.click(await screen.findByRole("button", { name: "Priority 0" }));
  const field = await screen.findByRole("textbox", { name: "Priority" });
  await user.clear(field);
  expect(screen.getByRole("button", { name: "Change the priority" })).toBeDisabled();
  await user.type(field, "5");
  await user.click(screen.getByRole("button", { name: "Change the priority" }));

  expect(await screen.findByRole("button", { name: "Priority 5" })).toBeVisible();
  expect(server.sent(`POST /api/runs/${run.id}/priority/`)[0]?.body).toEqual({ priority: 5 });
});

test("buttons are there only where the server says that it can be done", async () => {
  open({ state: "succeeded", can: { cancel: false, kill: false, pause: false, resume: false, retry: false } });

  await screen.findByRole("heading", { name: run.name });
  for (const name of ["Pause", "Resume", "Retry", "Cancel run", "Kill now"]) {
    expect(screen.queryByRole("button", { name })).not.toBeInTheDocument();
  }
});

test("a researcher watches and is offered nothing that only an admin may do", async () => {
  server.on("GET /api/session/", { body: sessionOf(ruth) });
  open({});

  await screen.findByRole("heading", { name: run.name });
  expect(screen.queryByRole("button", { name: "Cancel run" })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Kill now" })).not.toBeInTheDocument();
});

test("a failed run says why in words and offers a retry that opens the new run", async () => {
  const fresh = { ...run, id: "00000008-0000-4000-8000-000000000008", name: "The retry", parent_id: run.id };
  const budget = {
    name: "max_tokens_per_forward",
    kind: "int",
    default: 2048,
    minimum: 16,
    maximum: 100_000,
    choices: [],
    unit: "tokens",
    help: "Size of a micro-batch.",
    source: "",
    may_change_in_retry: true,
  };
  server
    .on("GET /api/runs/stages/", {
      body: stages.map((stage) => ({ ...stage, hyperparameters: [...stage.hyperparameters, budget] })),
    })
    .on(`POST /api/runs/${run.id}/retry/`, { body: fresh })
    .on(`GET /api/runs/${fresh.id}/`, { body: fresh });
  const { user, router } = open({
    state: "failed",
    ended_at: run.created_at,
    reason: "out_of_memory",
    reason_detail: "needed 2 GiB more",
    can: { cancel: false, kill: false, pause: false, resume: false, retry: true },
    hyperparameters: { ...run.hyperparameters, max_tokens_per_forward: 1024 },
  });

  expect(await screen.findByText(/Retry with a smaller max_tokens_per_forward/)).toBeVisible();
  expect(screen.getByText("needed 2 GiB more")).toBeVisible();
  expect(screen.getByRole("link", { name: "The end of the log" })).toHaveAttribute("href", "#log");
  expect(within(screen.getByRole("region", { name: "Inputs and output" })).getByText("None")).toBeVisible();
  expect(screen.getByRole("link", { name: "Request one like it" })).toHaveAttribute("href", `/runs/new?like=${run.id}`);
  await user.click(screen.getByRole("button", { name: "Retry" }));
  const dialog = await screen.findByRole("dialog", { name: `Retry ${run.name}` });
  const typed = await within(dialog).findByLabelText("max_tokens_per_forward");
  expect(typed).toHaveValue("1024");
  expect(within(dialog).queryByLabelText("epochs")).not.toBeInTheDocument();
  await user.clear(typed);
  await user.type(typed, "512");
  await user.click(within(dialog).getByRole("button", { name: "Retry the run" }));

  expect(server.sent(`POST /api/runs/${run.id}/retry/`)[0]?.body).toEqual({
    hyperparameters: { max_tokens_per_forward: 512 },
  });
  await waitFor(() => expect(router.state.location.pathname).toBe(`/runs/${fresh.id}`));
  expect(await screen.findByRole("link", { name: "an earlier run" })).toHaveAttribute("href", `/runs/${run.id}`);
});

test("a run that ended at no number leads to the prompts which that step had read (R74)", async () => {
  const { user } = open({
    state: "failed",
    reason: "nan",
    reason_detail: "update 13: losses {'ranking': nan}, gradient nan",
    report: { broken_step: { prompt_ids: ["17"], num_prompts: 64 } },
    broken_step: {
      prompts: [
        { name: "17", prompt_id: 17, excerpt: "Explain the tides." },
        { name: "p8", prompt_id: null, excerpt: "" },
      ],
      num_prompts: 64,
      num_pretraining_texts: 1,
    },
  });

  expect(await screen.findByText("The step at which it happened read 64 prompts and 1 pretraining text.")).toBeVisible();
  await user.click(screen.getByText("Which ones"));
  expect(screen.getByRole("link", { name: "Explain the tides." })).toHaveAttribute("href", "/prompts/17");
  expect(screen.getByText("Prompt p8, which is not stored here")).toBeVisible();
  expect(screen.getByText("and 62 more")).toBeVisible();
  expect(screen.queryByRole("heading", { name: "Report" })).not.toBeInTheDocument();
});

test("the report puts the accuracy beside its baselines on the same pairs", async () => {
  const figure = (value: number) => ({ value, low: value - 0.03, high: value + 0.03, num_pairs: 1204, num_prompts: 64 });
  open({
    state: "succeeded",
    report: {
      validation: { accuracy: figure(0.664), baselines: { longer_text: figure(0.573), chance: figure(0.5) } },
    },
  });

  const chart = await screen.findByRole("group", { name: "Pairs ordered as labelers did" });
  expect(within(chart).getByRole("img", { name: "Held-out pairs: 0.664, 95% interval 0.634 to 0.694" })).toBeVisible();
  expect(within(chart).getByText("Longer text wins")).toBeVisible();
  expect(within(chart).getByText("Chance")).toBeVisible();
});

test("a chart says in words where its figure is healthy and that the newest one is not (R47)", async () => {
  const point = { phase: "train", elapsed_seconds: 1, recorded_at: "2026-03-01T12:00:00Z" };
  server.on(`GET /api/runs/${run.id}/metrics/`, {
    body: { points: [{ ...point, step: 1, metrics: { accuracy: 0.55 } }], next_step: 1 },
  });
  const { user } = open({ state: "succeeded" });

  const chart = await screen.findByRole("figure");
  expect(within(chart).getByText("Healthy: 0.6 to 0.8")).toBeVisible();
  expect(within(chart).getByText(/Accuracy now 0.55, below it/)).toBeVisible();
  await user.click(within(chart).getByText("What it means"));
  expect(within(chart).getByText(/Near 0.5: nothing is learned yet/)).toBeVisible();
});

test("the report explains the figures that it holds, and only those", async () => {
  const { user } = open({
    state: "succeeded",
    report: { validation: { accuracy: { value: 0.66, low: 0.6, high: 0.7 } }, seeds: [] },
  });

  await user.click(await screen.findByText("What these figures mean"));
  expect(screen.getByText("On prompts held out.")).toBeVisible();
  expect(screen.queryByText("Accuracy of a seed")).not.toBeInTheDocument();
});

test("the log is shown as text and following it can be stopped", async () => {
  server.on(`GET /api/runs/${run.id}/log/`, ({ path }) => ({
    body: { text: path && server.sent(`GET ${path}`).length > 1 ? "" : "<b>step 1</b>\n", next_offset: 15, truncated: false },
  }));
  const { user } = open({});

  const log = await screen.findByRole("region", { name: "Log of the run" });
  expect(log).toHaveTextContent("<b>step 1</b>");
  const follow = screen.getByRole("button", { name: "Stop following" });
  expect(follow).toHaveAttribute("aria-pressed", "true");
  await user.click(follow);
  expect(screen.getByRole("button", { name: "Follow the end" })).toHaveAttribute("aria-pressed", "false");
});

test("the log of a run that has ended stands still: there is no end to follow", async () => {
  server.on(`GET /api/runs/${run.id}/log/`, { body: { text: "step 48\n", next_offset: 8, truncated: false } });
  open({ state: "succeeded", ended_at: run.created_at });

  expect(await screen.findByRole("region", { name: "Log of the run" })).toHaveTextContent("step 48");
  expect(screen.queryByRole("button", { name: /follow/i })).toBeNull();
});

test("every attempt says why it ended, and the specification is named by its hash", async () => {
  const attempt = {
    number: 1,
    host: "gpu-node-03",
    pid: 77,
    started_at: run.created_at,
    ended_at: run.created_at,
    exit_code: 3,
    outcome: "out_of_memory",
    detail: "2.1 GB were asked for and 1.0 GB were free.",
    code_revision: "5f2eaa4d43fe548b3edd9f00dfeedc0ffee12345-dirty",
    peak_memory_bytes: 6_100_000_000,
    resumed_from_step: 0,
    last_step: 12,
  };
  open({ attempts: [attempt] });

  const attempts = await screen.findByRole("table", { name: "Attempts" });
  expect(attempts).toHaveTextContent("out of memory, exit code 3");
  expect(attempts).toHaveTextContent("2.1 GB were asked for and 1.0 GB were free.");
  expect(attempts).toHaveTextContent("6.1 GB");
  expect(attempts).toHaveTextContent("5f2eaa4d43fe, with changes");
  expect(screen.getByTitle(run.spec_sha256)).toBeVisible();
  expect(screen.getByTitle("d".repeat(64))).toBeVisible();
});

test("a run without a record says so in words and draws no empty list", async () => {
  open({ events: [] });

  const happened = await screen.findByRole("region", { name: "What happened" });
  expect(within(happened).getByText("Nothing is recorded of this run")).toBeVisible();
  expect(within(happened).queryByRole("list")).not.toBeInTheDocument();
});
