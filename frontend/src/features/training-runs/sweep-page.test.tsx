import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { SweepDetail, SweepPanel } from "@/api/training-types";
import { drawPanels } from "@/components/panel-drawing";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { run } from "@/testing/training";

const known = { low: null, high: null, num: null, unit: "", reason: "" };

function panel(name: string, changes: Partial<SweepPanel>): SweepPanel {
  return { name, title: name, unit: "", definition: "What it is.", is_higher_better: null, figures: [], ...changes };
}

const detail: SweepDetail = {
  sweep: {
    id: "5e57b1c5-9c9d-4a31-9f7e-0d2f6a3f1c11",
    name: "prices",
    stage: "ppo",
    parameter: "kl_coef",
    num_runs: 3,
    created_by: { id: 1, display_name: "Ada" },
    created_at: run.created_at,
  },
  criterion: { name: "validation_score", label: "Mean score on held-out prompts", is_higher_better: true },
  entries: [0, 0.02, 2].map((value, place) => ({
    value,
    run: { id: run.id.replace(/^./, String(place)), name: `prices ${value}`, state: place < 2 ? "succeeded" : "failed" },
    figure: place < 2 ? 0.4 + place / 10 : null,
    low: null,
    high: null,
    is_best: place === 1,
  })),
  panels: [
    panel("validation_score", {
      title: "Mean score on held-out prompts",
      is_higher_better: true,
      figures: [
        { ...known, value: 0.4 },
        { ...known, value: 0.5 },
        { ...known, value: null, reason: "the run failed" },
      ],
    }),
    panel("second_reward", {
      title: "Reward of a second reward model",
      unit: "reward per answer",
      figures: [
        { value: 0.1, low: 0.05, high: 0.2, num: 64, unit: "prompts", reason: "" },
        { ...known, value: null, reason: "it has another tokenizer" },
        { ...known, value: null, reason: "the run failed" },
      ],
    }),
  ],
};

beforeEach(() => {
  new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on(`GET /api/sweeps/${detail.sweep.id}/`, { body: detail });
});

test("reward and automatic evaluations stand over one axis, with what is not defined (R75)", async () => {
  renderApp(`/sweeps/${detail.sweep.id}`);

  const chart = await screen.findByRole("group", { name: "prices by kl_coef" });
  expect(within(chart).getByRole("img", { name: /^Mean score on held-out prompts\. 0: 0\.4; 0\.02: 0\.5$/ })).toBeVisible();
  expect(
    within(chart).getByRole("img", {
      name: "Reward of a second reward model. 0: 0.1, 95% interval 0.05 to 0.2, 64 prompts",
    }),
  ).toBeVisible();
  expect(within(chart).getByText("kl_coef, logarithmic")).toBeVisible();
  expect(within(chart).getByText("Not defined at 0.02: it has another tokenizer.")).toBeVisible();
  // Of the whole run, so not once in every panel.
  expect(within(chart).getByText("No figure at 2: the run failed.")).toBeVisible();
});

test("what the figures are is one sentence, and the rest on demand", async () => {
  const { user } = renderApp(`/sweeps/${detail.sweep.id}`);

  await user.click(await screen.findByText("Figures and files"));

  expect(screen.getByText(/^3 runs that differ in kl_coef alone\./)).toBeVisible();
  expect(screen.getByText("What it is. Higher is better.")).not.toBeVisible();
  await user.click(screen.getByText("What each figure is"));
  expect(screen.getByText("What it is. Higher is better.")).toBeVisible();
});

test("the table behind it has every figure with its interval and what it counts", async () => {
  const { user } = renderApp(`/sweeps/${detail.sweep.id}`);

  await user.click(await screen.findByText("Figures and files"));

  const table = within(screen.getByRole("region", { name: "Figures of prices by kl_coef" }));
  const second = within(table.getAllByRole("row")[2] as HTMLElement);
  expect(second.getAllByRole("cell").map((cell) => cell.textContent)).toEqual([
    "Reward of a second reward model (reward per answer)", "0.1", "0.05", "0.2", "64 prompts", "prices 0",
  ]);
  expect(table.getByText("not defined: it has another tokenizer")).toBeInTheDocument();
  expect(table.getAllByRole("link", { name: "0.02" })[0]).toHaveAttribute("href", `/runs/${detail.entries[1]?.run.id}`);
});

test("the file has the same marks: a dot for every figure, a bar for the interval", () => {
  const columns = [0, 0.02, 2].map((x) => ({ x, label: String(x), name: "", to: "", isMarked: x === 0.02 }));
  const panels = detail.panels.map((one) => ({
    ...one,
    note: "",
    figures: one.figures.map((figure) => ({ ...figure, counted: "" })),
  }));

  const { body, height } = drawPanels("kl_coef", columns, panels);

  expect(body.match(/<circle/g)).toHaveLength(3);
  expect(body.match(/stroke-width="2"/g)).toHaveLength(1);
  expect(body).toContain("kl_coef, logarithmic");
  expect(height).toBeGreaterThan(2 * 104);
});
