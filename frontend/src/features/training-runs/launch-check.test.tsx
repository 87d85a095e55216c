import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import { launchServer } from "@/testing/launch";
import { renderApp } from "@/testing/render";
import { refusal } from "@/testing/server";
import type { FakeServer } from "@/testing/server";
import { rewardModel, sft } from "@/testing/training";

let server: FakeServer;

beforeEach(() => {
  server = launchServer();
});

describe("what the server says when it checks the form", () => {
  const check = (fields: Record<string, string[]>) =>
    server.on("POST /api/runs/check/", {
      body: { hyperparameters: {}, warnings: [], estimate: null, fields },
    });

  test("stands at its fields, is read out with them, and keeps the run from being requested", async () => {
    check({
      "inputs.base_model": ["its files are missing from the artifact store"],
      "hyperparameters.batch_size": ["must divide the rankings"],
    });

    renderApp("/runs/new?stage=reward_model");

    const start = await screen.findByRole("combobox", { name: "Start from" });
    await waitFor(() =>
      expect(start).toHaveAccessibleDescription(/^Its files are missing from the artifact store\./),
    );
    expect(start).toBeInvalid();
    const batchSize = screen.getByRole("textbox", { name: "batch_size" });
    expect(batchSize).toBeInvalid();
    expect(batchSize).toHaveAccessibleDescription(/^Must divide the rankings\. Prompts in a step\./);
    expect(screen.getByRole("button", { name: "Request the run" })).toBeDisabled();
    expect(
      screen.getByText("Cannot be requested as it is: see Start from, batch_size."),
    ).toBeVisible();
  });

  test("is gone once the field is right", async () => {
    server.on("POST /api/runs/check/", ({ body }) => {
      const size = (body as { hyperparameters: { batch_size?: number } }).hyperparameters.batch_size;
      const fields = size ? { "hyperparameters.batch_size": ["must divide the rankings"] } : {};
      return { body: { hyperparameters: {}, warnings: [], estimate: null, fields } };
    });
    const { user } = renderApp("/runs/new?stage=reward_model");
    const batchSize = await screen.findByRole("textbox", { name: "batch_size" });
    expect(batchSize).toHaveAccessibleDescription(/^Prompts in a step\./);

    await user.clear(batchSize);
    await user.type(batchSize, "7");
    await waitFor(() => expect(batchSize).toBeInvalid());
    await user.click(screen.getByRole("button", { name: "Reset batch_size to 64" }));

    await waitFor(() => expect(batchSize).toBeValid());
    expect(screen.getByRole("button", { name: "Request the run" })).toBeEnabled();
  });

  test("is no reproach for what is still to choose", async () => {
    check({ "inputs.reward_model": ["is needed"], "inputs.prompts": ["is needed"] });

    renderApp("/runs/new?stage=ppo");

    expect(await screen.findByText("Still to choose: reward model, prompts.")).toBeVisible();
    await waitFor(() => expect(server.sent("POST /api/runs/check/")).toHaveLength(1));
    expect(screen.queryByText("Is needed.")).not.toBeInTheDocument();
  });
});

test("a reward model of another tokenizer is shown, cannot be chosen, and the list says why", async () => {
  const strange = {
    ...rewardModel,
    id: "strange",
    name: "Byte reward model",
    vocabulary_size: 259,
    vocabulary_sha256: "b".repeat(64),
  };
  server.on("GET /api/model-versions/", { body: { results: [sft, strange, rewardModel], next: null } });

  renderApp("/runs/new?stage=ppo");

  const list = await screen.findByRole("combobox", { name: "Reward model" });
  expect(list).toHaveValue(rewardModel.id);
  const apart = within(list).getByRole("group", { name: `Read other tokens than ${sft.name}` });
  expect(
    within(apart).getByRole("option", { name: "Byte reward model (259 tokens, not 49,152)" }),
  ).toBeDisabled();
  expect(list).toHaveAccessibleDescription(
    new RegExp(`1 other reads other tokens than ${sft.name} and cannot be chosen with it`),
  );
});

test("that the run could not be checked is said where the estimate would stand", async () => {
  server.on("POST /api/runs/check/", refusal(403, "forbidden", "Your session has ended."));

  renderApp("/runs/new?stage=reward_model");

  expect(
    await screen.findByText("The run could not be checked: Your session has ended."),
  ).toBeVisible();
  expect(screen.queryByRole("group", { name: "Estimate" })).not.toBeInTheDocument();
});
