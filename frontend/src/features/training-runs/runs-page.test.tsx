import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { prompts, rankings, rewardModel, run, sft } from "@/testing/training";

function open(...runs: object[]) {
  new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/runs/", { body: { results: runs, next: null } })
    .on("GET /api/runs/requesters/", { body: [] })
    .on("GET /api/gpu-slots/", { body: [] })
    .on("GET /api/runs/curves/", { body: [] });
  renderApp("/runs");
}

async function rowOf(name: string): Promise<HTMLElement> {
  return screen.findByRole("row", { name: new RegExp(name) });
}

test("a row says why its run failed, and where", async () => {
  open({ ...run, state: "failed", reason: "out_of_memory" });

  const row = await rowOf(run.name);

  expect(within(row).getByText("Failed")).toBeVisible();
  expect(within(row).getByText("out of memory")).toBeVisible();
  expect(within(row).getByText("on gpu-node-03/0")).toBeVisible();
});

test("a row leads to what its run reads: the snapshot, and the models that it goes out from", async () => {
  const judge = { id: "00000009-0000-4000-8000-000000000009", name: "A second judge" };
  open(
    { ...run, inputs: { ...run.inputs, evaluation_reward_model: judge } },
    {
      ...run,
      id: "00000008-0000-4000-8000-000000000008",
      name: "Policy of spring",
      stage: "ppo",
      inputs: { policy: sft, prompts, reward_model: rewardModel },
    },
    { ...run, id: "00000010-0000-4000-8000-000000000010", name: "Weights alone", inputs: { base_model: sft } },
  );

  const plain = await rowOf(run.name);
  expect(within(plain).getByRole("link", { name: rankings.name })).toHaveAttribute("href", `/data/${rankings.id}`);
  expect(within(plain).getByRole("link", { name: sft.name })).toHaveAttribute("href", `/models/${sft.id}`);
  // It judges what comes out; the run does not go out from it.
  expect(within(plain).queryByText(judge.name)).toBeNull();
  // Of a run without a snapshot a phone shows no empty line.
  expect((await rowOf("Weights alone")).querySelector("[data-label=Snapshot]")).toHaveAttribute("data-empty");
  const policy = await rowOf("Policy of spring");
  const named = within(policy).getByRole("link", { name: rewardModel.name });
  expect(named).toHaveAttribute("title", `Reward model: ${rewardModel.name}`);
});
