import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { RunLineage } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { rankings, rewardModel, run, sft } from "@/testing/training";

const ADDRESS = `GET /api/runs/${run.id}/lineage/`;
const MADE = { id: rewardModel.id, name: rewardModel.name };
let server: FakeServer;

const lineage: RunLineage = {
  nodes: [
    { kind: "run", id: run.id, name: run.name, detail: "reward_model" },
    { kind: "model_version", id: sft.id, name: sft.name, detail: "sft" },
    { kind: "snapshot", id: rankings.id, name: rankings.name, detail: "rm" },
    { kind: "model_version", id: rewardModel.id, name: rewardModel.name, detail: "reward_model" },
    { kind: "evaluation", id: "12", name: "Week 12 against the baseline", detail: "ranking" },
  ],
  links: [
    { source: sft.id, target: run.id, role: "base_model" },
    { source: rankings.id, target: run.id, role: "rankings" },
    { source: run.id, target: rewardModel.id, role: "output" },
    { source: rewardModel.id, target: "12", role: "evaluation" },
  ],
  has_earlier: false,
  has_more_uses: false,
};

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on(`GET /api/runs/${run.id}/`, { body: { ...run, state: "succeeded", output_model_version: MADE } })
    .on(`GET /api/runs/${run.id}/metrics/`, { body: { points: [], next_step: -1 } })
    .on(`GET /api/runs/stages/${run.stage}/glossary/`, { body: { steps: [], report: [] } })
    .on(`GET /api/runs/${run.id}/log/`, { body: { text: "", next_offset: 0, truncated: false } })
    .on(ADDRESS, { body: lineage });
});

const graph = async () => within(await screen.findByRole("region", { name: "Lineage" }));

test("every node is a link to its page, in the order in which things came about (R53)", async () => {
  renderApp(`/runs/${run.id}`);

  const links = await (await graph()).findAllByRole("link");
  expect(links.map((link) => link.getAttribute("href"))).toEqual([
    `/models/${sft.id}`,
    `/data/${rankings.id}`,
    `/runs/${run.id}`,
    `/models/${rewardModel.id}`,
    "/evaluations/12",
  ]);
  expect(links[2]).toHaveAttribute("aria-current", "page");
});

test("a node says what it was made from to those who do not see the lines", async () => {
  renderApp(`/runs/${run.id}`);

  const own = await (await graph()).findByRole("link", { current: "page" });
  expect(own).toHaveAccessibleName(new RegExp(`from ${sft.name} as .*, ${rankings.name} as rankings`));
});

test("what is left out is said, with where it stands", async () => {
  server.on(ADDRESS, { body: { ...lineage, has_earlier: true, has_more_uses: true } });
  renderApp(`/runs/${run.id}`);

  const said = await (await graph()).findByText(/Earlier generations stand on the pages of the models/);
  expect(said).toHaveTextContent(`Older runs that read it stand on the page of ${rewardModel.name}.`);
});

test("a lineage that cannot be read leaves the rest of the page", async () => {
  server.on(ADDRESS, refusal(500, "server_error", "Something broke."));
  renderApp(`/runs/${run.id}`);

  expect(await (await graph()).findByRole("button", { name: "Try again" }, { timeout: 6_000 })).toBeVisible();
});
