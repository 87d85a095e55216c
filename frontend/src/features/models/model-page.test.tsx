import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { detailOf, rankings, rewardModel, run, sft } from "@/testing/training";

const rankingId = "00000009-0000-4000-8000-000000000009";
const usedRankings = {
  role: "rankings",
  id: rankings.id,
  name: rankings.name,
  sha256: rankings.sha256,
  num_records: 612,
  used_for: { id: rewardModel.id, name: rewardModel.name, kind: rewardModel.kind },
};

let server: FakeServer;

const NEVER = {
  stage: null,
  can_be_promoted: true,
  can_roll_back: false,
  current: null,
  history: [],
  evaluations: [],
  held_out_accuracy: null,
  why_no_held_out_accuracy: "",
};

beforeEach(() => {
  const labels = {
    num_rankings: 2410,
    num_demonstrations: 0,
    num_labelers: 38,
    first_at: "2026-03-01T12:00:00Z",
    last_at: "2026-03-09T12:00:00Z",
    ranking_ids: [rankingId],
  };
  const parents = [{ role: "base_model", model_version: { id: sft.id, name: sft.name, kind: sft.kind } }];
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on(`GET /api/model-versions/${rewardModel.id}/`, {
      body: detailOf(rewardModel, { labels, parents, snapshots: [usedRankings], seed: 7 }),
    })
    .on(`GET /api/model-versions/${sft.id}/`, { body: detailOf(sft, {}) })
    .on("GET /api/runs/", { body: { results: [run], next: null } });
  for (const { id } of [rewardModel, sft]) {
    server.on(`GET /api/model-versions/${id}/promotions/`, { body: NEVER });
  }
});

test("a version leads back through its run and its data to each human label (R53)", async () => {
  renderApp(`/models/${rewardModel.id}`);

  expect(await screen.findByText(/2,410 rankings by 38 labelers, 1 Mar 2026 to 9 Mar 2026/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Reward model run" })).toHaveAttribute(
    "href",
    `/runs/${rewardModel.run?.id}`,
  );
  expect(screen.getByRole("link", { name: rankings.name })).toHaveAttribute("href", `/data/${rankings.id}`);
  expect(screen.getByRole("link", { name: sft.name })).toHaveAttribute("href", `/models/${sft.id}`);
  expect(screen.getByRole("link", { name: rankingId.slice(0, 8), hidden: true })).toHaveAttribute(
    "href",
    `/rankings/${rankingId}`,
  );
  // Its parent's own run stands under it, read from the parent.
  expect(await screen.findByRole("link", { name: "Supervised fine-tuning run" })).toBeVisible();
});

test("a long list of runs that used it goes on when asked", async () => {
  const later = { ...run, id: "00000008-0000-4000-8000-000000000008", name: "A later run" };
  server.on("GET /api/runs/", ({ query }) => ({
    body: query.includes("cursor=more")
      ? { results: [later], next: null }
      : { results: [run], next: "more" },
  }));
  const { user } = renderApp(`/models/${rewardModel.id}`);

  await user.click(await screen.findByRole("button", { name: "Show more" }));

  expect(await screen.findByRole("link", { name: "A later run" })).toBeVisible();
});

test("it leads forward to the runs that used it and to the next step of the loop", async () => {
  renderApp(`/models/${rewardModel.id}`);

  expect(await screen.findByRole("link", { name: run.name })).toHaveAttribute("href", `/runs/${run.id}`);
  expect(screen.getByRole("link", { name: "Train a policy against it" })).toHaveAttribute(
    "href",
    `/runs/new?stage=ppo&model=${rewardModel.id}`,
  );
  expect(screen.getByRole("link", { name: "Score completions" })).toHaveAttribute(
    "href",
    `/runs/new?stage=scoring&model=${rewardModel.id}`,
  );
});

test("a model that writes offers to sample from it and to have its completions ranked", async () => {
  renderApp(`/models/${sft.id}`);

  expect(await screen.findByRole("link", { name: "Sample completions" })).toHaveAttribute(
    "href",
    `/runs/new?stage=sampling&model=${sft.id}`,
  );
  expect(screen.getByRole("link", { name: "Send to a new ranking project" })).toHaveAttribute(
    "href",
    "/projects/new?source=9",
  );
  // Blind, beside the baseline.
  expect(screen.getByRole("link", { name: "Let people compare it" })).toHaveAttribute(
    "href",
    "/evaluations/new?source=9",
  );
});

test("a folder that cannot be registered says why at its field", async () => {
  server
    .on("GET /api/model-versions/", { body: { results: [], next: null } })
    .on(
      "POST /api/model-versions/",
      refusal(400, "unusable_model_folder", "The model folder cannot be used.", {
        fields: { path: ["it has no safetensors weights"] },
      }),
    );
  const { user } = renderApp("/models");

  await user.click((await screen.findAllByRole("button", { name: "Register a model" }))[0]!);
  await user.type(await screen.findByRole("textbox", { name: "Folder on the server" }), "/srv/models/old");
  await user.type(screen.getByRole("textbox", { name: "Name" }), "Old model");
  await user.type(screen.getByRole("textbox", { name: "Licence" }), "MIT");
  await user.click(screen.getByRole("button", { name: "Register" }));

  expect(await screen.findByText("it has no safetensors weights")).toBeVisible();
});
