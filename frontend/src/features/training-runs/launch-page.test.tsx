import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";

import type { HyperparameterField } from "@/api/training-types";
import { ESTIMATE, launchServer } from "@/testing/launch";
import { renderApp } from "@/testing/render";
import { refusal } from "@/testing/server";
import type { FakeServer } from "@/testing/server";
import { catalogue } from "@/testing/tasks";
import { prompts, rankings, rewardModel, run, samplingStage, sft, sftStage, stages } from "@/testing/training";

let server: FakeServer;

beforeEach(() => {
  server = launchServer();
});

test("a changed hyperparameter is marked, can be reset, and alone is sent", async () => {
  const { user, router } = renderApp("/runs/new?stage=reward_model");
  const epochs = await screen.findByRole("textbox", { name: "epochs" });
  const batchSize = screen.getByRole("textbox", { name: "batch_size" });

  await user.clear(epochs);
  await user.type(epochs, "3");
  await user.clear(batchSize);
  await user.type(batchSize, "32");

  expect(within(screen.getByRole("group", { name: "epochs, changed" })).getByText("Changed from 1")).toBeVisible();
  expect(screen.getByText("2 changes from the defaults")).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Reset batch_size to 64" }));
  expect(screen.getByRole("group", { name: "batch_size" })).toBeInTheDocument();
  expect(batchSize).toHaveValue("64");

  await user.click(screen.getByRole("button", { name: "Request the run" }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/runs/${run.id}`));
  expect(server.sent("POST /api/runs/")[0]?.body).toEqual({
    stage: "reward_model",
    name: "",
    inputs: { base_model: sft.id, rankings: rankings.id },
    hyperparameters: { epochs: 3 },
  });
});

test("the server's warnings appear before anything is requested (R60)", async () => {
  const { user } = renderApp("/runs/new?stage=reward_model");
  const epochs = await screen.findByRole("textbox", { name: "epochs" });

  await user.clear(epochs);
  await user.type(epochs, "2");

  const warnings = await screen.findByRole("list", { name: "Warnings" });
  expect(warnings).toHaveTextContent("overfits after one epoch, not 2");
  expect(server.sent("POST /api/runs/")).toHaveLength(0);
});

test("a value that cannot be used is named at its field and blocks the request", async () => {
  const { user } = renderApp("/runs/new?stage=reward_model");
  const epochs = await screen.findByRole("textbox", { name: "epochs" });

  await user.clear(epochs);
  await user.type(epochs, "1.5");

  expect(screen.getByText("A whole number is needed.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Request the run" })).toBeDisabled();
  expect(screen.getByText("1 value cannot be used as typed.")).toBeVisible();
});

test("what the server refuses stands at the field that it is about", async () => {
  server.on(
    "POST /api/runs/",
    refusal(400, "invalid_run", "The run cannot be started as asked.", {
      fields: { "hyperparameters.batch_size": ["must divide the rankings"] },
    }),
  );
  const { user } = renderApp("/runs/new?stage=reward_model");

  await user.click(await screen.findByRole("button", { name: "Request the run" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("The run was not requested");
  const group = screen.getByRole("group", { name: "batch_size" });
  expect(within(group).getByText("Must divide the rankings.")).toBeVisible();
});

test("a stage whose inputs do not exist yet says what is missing and where to get it", async () => {
  renderApp("/runs/new?stage=ppo");

  expect(await screen.findByText(/There is no reward model yet/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Train one" })).toHaveAttribute(
    "href",
    "/runs/new?stage=reward_model",
  );
  expect(screen.getByRole("button", { name: "Request the run" })).toBeDisabled();
  expect(screen.getByText("Still to choose: reward model, prompts.")).toBeVisible();
});

test("without a GPU worker the form says that the run will wait", async () => {
  server.on("GET /api/gpu-slots/", { body: [] });

  renderApp("/runs/new");

  expect(await screen.findByText("No GPU worker is online")).toBeVisible();
  expect(screen.getByText(/None has ever reported in here/)).toBeVisible();
});

test("a sweep asks for one run for each value and opens its page (R56, R75)", async () => {
  const sweep = {
    sweep: {
      id: "5e57b1c5-9c9d-4a31-9f7e-0d2f6a3f1c11",
      name: "sizes",
      stage: "reward_model",
      parameter: "batch_size",
      num_runs: 2,
      created_by: { id: 1, display_name: "Ada" },
      created_at: run.created_at,
    },
    criterion: { name: "accuracy", label: "Accuracy on held-out pairs", is_higher_better: true },
    entries: [
      { value: 32, run: { id: run.id, name: "sizes 32", state: "succeeded" }, figure: 0.61, low: 0.58, high: 0.64, is_best: false },
      { value: 64, run: { id: run.id.replace(/^./, "f"), name: "sizes 64", state: "succeeded" }, figure: 0.66, low: 0.63, high: 0.69, is_best: true },
    ],
    panels: [],
  };
  server
    .on("POST /api/sweeps/", { status: 201, body: sweep })
    .on(`GET /api/sweeps/${sweep.sweep.id}/`, { body: sweep });
  const { user, router } = renderApp("/runs/new?stage=reward_model");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Vary" }), "batch_size");
  expect(screen.getByText("batch_size: Give 2 to 20 values.")).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Values" }), "32, 64");

  await user.click(screen.getByRole("button", { name: "Request 2 runs" }));

  await waitFor(() => expect(router.state.location.pathname).toBe(`/sweeps/${sweep.sweep.id}`));
  expect(server.sent("POST /api/sweeps/")[0]?.body).toMatchObject({
    stage: "reward_model",
    parameter: "batch_size",
    values: [32, 64],
  });
  expect(await screen.findByText("64 (best)")).toBeVisible();
  expect(screen.getByRole("columnheader", { name: "Accuracy on held-out pairs" })).toBeVisible();
});

test("a sweep can end with automatic evaluations, which ask for what they read (R75)", async () => {
  const second = { ...rewardModel, id: "00000013-0000-4000-8000-000000000013", name: "Another judge" };
  server
    .on("GET /api/model-versions/", { body: { results: [sft, rewardModel, second], next: null } })
    .on("GET /api/snapshots/", { body: { results: [prompts], next: null } })
    .on("POST /api/sweeps/", { status: 201, body: { sweep: { id: "s1" }, criterion: null, entries: [], panels: [] } })
    .on("GET /api/sweeps/s1/", { body: { sweep: { id: "s1" }, criterion: null, entries: [], panels: [] } });
  const { user } = renderApp("/runs/new?stage=ppo");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Vary" }), "kl_coef");
  await user.type(screen.getByRole("textbox", { name: "Values" }), "0, 2");
  expect(screen.queryByRole("combobox", { name: "Second reward model" })).not.toBeInTheDocument();

  expect(screen.getByText("In tokens.")).toBeVisible();
  expect(screen.getByText("A share of answers.")).toBeVisible();
  expect(screen.getByText("How long they are.")).not.toBeVisible();
  await user.click(screen.getByText("What each of them measures"));
  expect(screen.getByText("How long they are.")).toBeVisible();

  await user.click(screen.getByRole("checkbox", { name: /Length of answers/ }));
  await user.click(screen.getByRole("checkbox", { name: /Reward of a second/ }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Second reward model" }), "Another judge");
  await user.click(screen.getByRole("button", { name: "Request 2 runs" }));

  await waitFor(() => expect(server.sent("POST /api/sweeps/")).toHaveLength(1));
  const models = { policy: sft.id, reward_model: rewardModel.id };
  expect(server.sent("POST /api/sweeps/")[0]?.body).toMatchObject({
    inputs: { ...models, prompts: prompts.id, evaluation_reward_model: second.id },
    evaluations: ["answer_length", "second_reward"],
  });
});

test("what only an evaluation reads that is not chosen any more is not sent", async () => {
  server
    .on("GET /api/model-versions/", { body: { results: [sft, rewardModel], next: null } })
    .on("GET /api/snapshots/", { body: { results: [prompts], next: null } });
  const { user } = renderApp("/runs/new?stage=ppo");
  const chosen = await screen.findByRole("checkbox", { name: /Reward of a second/ });
  await user.click(chosen);
  await user.selectOptions(screen.getByRole("combobox", { name: "Second reward model" }), rewardModel.name);
  await user.click(chosen);

  await user.click(screen.getByRole("button", { name: "Request the run" }));

  await waitFor(() => expect(server.sent("POST /api/runs/")).toHaveLength(1));
  const body = server.sent("POST /api/runs/")[0]?.body as { inputs: object; evaluations?: string[] };
  expect(body.inputs).toEqual({ policy: sft.id, reward_model: rewardModel.id, prompts: prompts.id });
  expect(body.evaluations).toBeUndefined();
});

test("a preset fills the fields, stays chosen while one is changed, and offers its sweep (R57)", async () => {
  server.on("GET /api/runs/stages/", { body: [sftStage] });
  server.on("POST /api/sweeps/", { status: 201, body: { sweep: { id: "s1" }, criterion: null, entries: [], panels: [] } });
  server.on("GET /api/sweeps/s1/", { body: { sweep: { id: "s1" }, criterion: null, entries: [], panels: [] } });
  const { user } = renderApp("/runs/new?stage=sft");
  const preset = await screen.findByRole("combobox", { name: "Preset" });
  expect(preset).toHaveValue("baseline");
  expect(screen.getByText("All hyperparameters stand at their defaults.")).toBeVisible();

  await user.selectOptions(preset, "Initial policy for PPO");
  expect(screen.getByRole("textbox", { name: "epochs" })).toHaveValue("2");
  expect(screen.getByText("2 changes from the defaults")).toBeVisible();

  const epochs = screen.getByRole("textbox", { name: "epochs" });
  await user.clear(epochs);
  await user.type(epochs, "3");
  expect(preset).toHaveValue("ppo_init");
  expect(preset).toHaveAccessibleDescription("With pretraining text. Changed below.");

  await user.selectOptions(screen.getByRole("combobox", { name: "Vary" }), "learning_rate");
  await user.click(screen.getByRole("button", { name: "The 3 values of Initial policy for PPO" }));
  expect(screen.getByRole("textbox", { name: "Values" })).toHaveValue("2.812e-6, 5e-6, 8.891e-6");
});

test("PPO-ptx is a start of its own, in the address, and an evaluation is one link away", async () => {
  const ptx = {
    name: "ppo_ptx",
    label: "PPO-ptx",
    help: "Pretraining text in every update.",
    source: "C.4",
    hyperparameters: { kl_coef: 0.05, ptx_coef: 27.8 },
    sweeps: [],
  };
  const priced = stages[1]?.hyperparameters[0] as HyperparameterField;
  const weight = { ...priced, name: "ptx_coef", default: 0 };
  const plain = { ...ptx, name: "ppo", label: "PPO", help: "Reward alone.", hyperparameters: {} };
  server.on("GET /api/runs/stages/", {
    body: stages.map((stage) =>
      stage.stage === "ppo"
        ? { ...stage, hyperparameters: [...stage.hyperparameters, weight], presets: [plain, ptx] }
        : stage,
    ),
  });
  const { user, router } = renderApp("/runs/new?stage=ppo");

  await user.click(await screen.findByRole("radio", { name: /^PPO-ptx/ }));

  expect(router.state.location.search).toBe("?stage=ppo&preset=ppo_ptx");
  expect(screen.getByRole("combobox", { name: "Preset" })).toHaveValue("ppo_ptx");
  expect(screen.getByRole("textbox", { name: "kl_coef" })).toHaveValue("0.05");
  const summary = screen.getByRole("complementary", { name: "What will be requested" });
  expect(within(summary).getByRole("heading")).toHaveTextContent("PPO-ptx");
  await user.click(screen.getByRole("radio", { name: /^PPO(?!-)/ }));
  expect(router.state.location.search).toBe("?stage=ppo");
  expect(screen.getByRole("textbox", { name: "kl_coef" })).toHaveValue("0.02");
  expect(screen.getByRole("heading", { name: "PPO" })).toBeVisible();
  expect(screen.getByRole("link", { name: "start an evaluation" })).toHaveAttribute("href", "/evaluations/new");
});

test("a run can be requested like an earlier one: all that it was asked for is filled in, but its seed", async () => {
  server.on(`GET /api/runs/${run.id}/`, {
    body: { ...run, hyperparameters: { epochs: 2, batch_size: 64, of_an_earlier_release: 3 } },
  });
  const { user, router } = renderApp(`/runs/new?like=${run.id}`);

  expect(await screen.findByRole("link", { name: run.name })).toHaveAttribute("href", `/runs/${run.id}`);
  expect(await screen.findByRole("textbox", { name: "epochs" })).toHaveValue("2");
  expect(screen.getByRole("combobox", { name: "Start from" })).toHaveValue(sft.id);
  await user.click(screen.getByRole("button", { name: "Request the run" }));
  await waitFor(() => expect(server.sent("POST /api/runs/")).toHaveLength(1));
  expect(server.sent("POST /api/runs/")[0]?.body).toEqual({
    stage: "reward_model",
    name: "",
    inputs: { base_model: sft.id, rankings: rankings.id },
    hyperparameters: { epochs: 2 },
  });
  expect(router.state.location.pathname).toBe(`/runs/${run.id}`);
});

test("a stage that is trained in one way has no preset to choose", async () => {
  renderApp("/runs/new?stage=reward_model");

  await screen.findByRole("textbox", { name: "epochs" });
  expect(screen.queryByRole("combobox", { name: "Preset" })).not.toBeInTheDocument();
});

test("what the run will take is said before it is requested, and on what grounds", async () => {
  renderApp("/runs/new?stage=reward_model");

  const estimate = await screen.findByRole("group", { name: "Estimate" });
  expect(estimate).toHaveTextContent("10 min 0 s (5 min 0 s to 20 min 0 s)");
  expect(estimate).toHaveTextContent("Memory of each of 4 processes3.1 GB");
  expect(estimate).toHaveTextContent("time and disk are of the whole run");
  expect(estimate).toHaveTextContent("half of them were missed by less than 1.3 times");
});

describe("prompts that are chosen when the run is requested", () => {
  function check(changes: object) {
    server
      .on("GET /api/runs/stages/", { body: [samplingStage] })
      .on("GET /api/catalogue/", { body: catalogue })
      .on("POST /api/runs/check/", {
        body: { hyperparameters: {}, warnings: [], estimate: null, fields: {}, ...changes },
      });
  }

  test("the estimate says of how many it is", async () => {
    check({ estimate: { ...ESTIMATE, num_records: 31 } });

    renderApp("/runs/new?stage=sampling");

    expect(await screen.findByText("Reads 31 prompts of 40 asked for.")).toBeVisible();
    expect(screen.getByRole("group", { name: "Estimate" })).toHaveTextContent("10 min 0 s");
    expect(server.sent("POST /api/runs/check/")[0]?.body).toMatchObject({
      inputs: { model: sft.id },
      prompt_query: { num_prompts: 40 },
    });
  });

  test("the page of frozen prompts leads to a run that reads them (R49)", async () => {
    const frozen = { ...prompts, id: "00000007-0000-4000-8000-000000000007", kind: "eval" as const, name: "Held out" };
    const inputs = samplingStage.inputs.map((one) =>
      one.role === "prompts" ? { ...one, accepts: ["ppo", "eval"] } : one,
    );
    check({});
    server
      .on("GET /api/runs/stages/", { body: [{ ...samplingStage, inputs }] })
      .on("GET /api/snapshots/", { body: { results: [prompts, frozen], next: null } });

    renderApp(`/runs/new?stage=sampling&snapshot=${frozen.id}`);

    await waitFor(() =>
      expect(server.sent("POST /api/runs/check/")[0]?.body).toMatchObject({ inputs: { prompts: frozen.id } }),
    );
    expect(server.sent("POST /api/runs/check/")[0]?.body).not.toHaveProperty("prompt_query");
    expect(screen.queryByRole("textbox", { name: "Number of prompts" })).not.toBeInTheDocument();
  });

  test("that none fits keeps the run from being requested", async () => {
    check({ fields: { prompt_query: ["no prompt fits"] } });

    renderApp("/runs/new?stage=sampling");

    const wanted = await screen.findByRole("textbox", { name: "Number of prompts" });
    await waitFor(() => expect(wanted).toHaveAccessibleDescription(/^No prompt fits\./));
    expect(screen.getByText("Cannot be requested as it is: see Number of prompts.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Request the run" })).toBeDisabled();
  });
});

describe("on a small screen", () => {
  beforeEach(() => {
    const wide = window.matchMedia("");
    vi.spyOn(window, "matchMedia").mockImplementation((query) => ({
      ...wide,
      matches: query === "(max-width: 62em)",
    }));
    return () => vi.restoreAllMocks();
  });

  test("the estimate is one line beside the button, and opens", async () => {
    const { user } = renderApp("/runs/new?stage=reward_model");
    const brief = await screen.findByText("10 min 0 s, 3.1 GB");
    const estimate = screen.getByRole("group", { name: "Estimate", hidden: true });
    expect(estimate).not.toBeVisible();

    await user.click(brief);

    expect(estimate).toBeVisible();
    expect(screen.getByRole("button", { name: "Request the run" })).toBeEnabled();
  });

  test("hyperparameters are folded until they are asked for; a changed one stays", async () => {
    const { user } = renderApp("/runs/new?stage=reward_model");
    const fold = await screen.findByRole("button", { name: "Show all 2" });
    expect(fold).toHaveAttribute("aria-expanded", "false");
    expect(screen.queryByRole("textbox", { name: "epochs" })).not.toBeInTheDocument();

    await user.click(fold);
    const epochs = screen.getByRole("textbox", { name: "epochs" });
    await user.clear(epochs);
    await user.type(epochs, "2");
    await user.click(screen.getByRole("button", { name: "Show changed ones only" }));

    expect(screen.getByRole("group", { name: "epochs, changed" })).toBeVisible();
    expect(screen.queryByRole("textbox", { name: "batch_size" })).not.toBeInTheDocument();
    expect(await screen.findByText("10 min 0 s, 3.1 GB, 1 change, 1 warning")).toBeVisible();
  });

  test("a hyperparameter that the server refuses is shown though the others are folded", async () => {
    server.on(
      "POST /api/runs/",
      refusal(400, "invalid_run", "The run cannot be started as asked.", {
        fields: { "hyperparameters.batch_size": ["must divide the rankings"] },
      }),
    );
    const { user } = renderApp("/runs/new?stage=reward_model");

    await user.click(await screen.findByRole("button", { name: "Request the run" }));

    expect(await screen.findByText("Must divide the rankings.")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "batch_size" })).toBeVisible();
  });
});
