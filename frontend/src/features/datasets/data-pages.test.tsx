import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Costs } from "@/api/research-types";
import type { PaperTable, Snapshot, SnapshotDifference } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { rankings } from "@/testing/training";

const later: Snapshot = { ...rankings, id: "00000077-0000-4000-8000-000000000077", name: "A week later" };

const tables: PaperTable[] = [
  {
    key: "table_1",
    title: "Table 1: use cases",
    definition: "Prompts by use-case category.",
    row_header: "Use case",
    columns: ["Prompts", "Share"],
    kinds: ["count", "share"],
    rows: [
      { name: "Generation", cells: [1456, 0.456] },
      { name: "Nobody said", cells: [12, null] },
    ],
  },
  {
    key: "table_8",
    title: "Table 8: prompts per customer",
    definition: "A customer is an organization.",
    row_header: "Split",
    columns: ["Customers"],
    kinds: ["count"],
    rows: [],
  },
];

const difference: SnapshotDifference = {
  noun: "rankings",
  num_shared: 600,
  num_only_first: 12,
  num_only_second: 0,
  counts: [{ name: "pairs", first: 5200, second: 5100 }],
  queries_differ_in: ["include_simulated"],
};

const costs: Costs = {
  definition: "A tie makes no pair.",
  projects: [
    {
      project: { id: 4, name: "Spring rankings" },
      num_rankings: 20,
      num_timed_rankings: 18,
      ranking_minutes: 90,
      num_pairs: 200,
      minutes_per_pair: 0.5,
      num_demonstrations: 0,
      num_timed_demonstrations: 0,
      demonstration_minutes: 0,
      minutes_per_demonstration: null,
    },
  ],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/runs/", { body: { results: [], next: null } })
    .on("GET /api/snapshots/", { body: { results: [rankings, later], next: null } })
    .on(`GET /api/snapshots/${rankings.id}/`, { body: rankings })
    .on(`GET /api/snapshots/${rankings.id}/exports/`, { body: [] })
    .on(`GET /api/snapshots/${rankings.id}/tables/`, { body: { tables } })
    .on("GET /api/costs/", { body: costs });
});

test("the paper's tables are shown one at a time, and what is undefined is a dash", async () => {
  const { user, router } = renderApp(`/data/${rankings.id}`);

  const table = await screen.findByRole("table", { name: "Table 1: use cases" });
  expect(within(table).getByRole("row", { name: "Generation 1,456 45.6%" })).toBeVisible();
  expect(within(table).getByRole("row", { name: "Nobody said 12 –" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Download Table 1: use cases as CSV" })).toBeVisible();

  await user.selectOptions(screen.getByRole("combobox", { name: "Table" }), "table_8");

  expect(screen.getByText("No prompt of this snapshot belongs in this table.")).toBeVisible();
  expect(router.state.location.search).toBe("?table=table_8");
});

test("another snapshot beside it says what each has alone", async () => {
  server.on(`GET /api/snapshots/${rankings.id}/difference/`, { body: difference });
  const { user } = renderApp(`/data/${rankings.id}`);

  await user.selectOptions(await screen.findByRole("combobox", { name: "Compare with" }), later.id);

  const table = await screen.findByRole("table", { name: "Counts beside A week later" });
  expect(within(table).getByRole("row", { name: "Pairs with a preference 5,200 5,100 +100" })).toBeVisible();
  expect(screen.getByText("Only here").nextSibling).toHaveTextContent("12");
  expect(screen.getByText("simulated labelers")).toBeVisible();
});

test("a comparison that is refused says why", async () => {
  server.on(
    `GET /api/snapshots/${rankings.id}/difference/`,
    refusal(422, "kinds_differ", "Choose two of a kind."),
  );
  renderApp(`/data/${rankings.id}?beside=${later.id}`);

  expect(await screen.findByText(/Choose two of a kind/)).toBeVisible();
});

test("cost is minutes, and money once the pay is typed", async () => {
  const { user } = renderApp("/data/costs");

  const row = await screen.findByRole("row", { name: /Spring rankings/ });
  expect(row).toHaveTextContent("0.50");
  expect(screen.queryByRole("columnheader", { name: "Per pair" })).not.toBeInTheDocument();

  await user.type(screen.getByRole("textbox", { name: "Pay per hour" }), "24");

  expect(screen.getByRole("row", { name: /Spring rankings/ })).toHaveTextContent("0.20036.00");
});

test("what all projects took together is said, and no time says why", async () => {
  const [first] = costs.projects;
  const imported = { ...first, project: { id: 5, name: "Imported" }, num_timed_rankings: 0, ranking_minutes: 0 };
  server.on("GET /api/costs/", { body: { ...costs, projects: [first, { ...imported, minutes_per_pair: null }] } });
  renderApp("/data/costs?rate=24");

  expect(await screen.findByText("Altogether 90.00 active minutes, 36.00 in pay.")).toBeVisible();
  expect(screen.getByRole("row", { name: /Imported/ })).toHaveTextContent(
    "200not defined: no time was measured.200not defined: no pair was timed.0not defined: no demonstration was timed." +
      "not defined: no pair was timed.not defined: no time was measured.",
  );
});

test("days and project go to the server and stay in the address", async () => {
  renderApp("/data/costs?since=2026-03-01&project=4&simulated=yes");

  await screen.findByRole("row", { name: /Spring rankings/ });
  const [asked] = server.sent("GET /api/costs/");
  expect(asked?.query).toContain("project=4&since=2026-03-01&include_simulated=true");
});
