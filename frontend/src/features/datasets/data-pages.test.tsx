import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import type { Costs, DemonstrationBehindCost, ProjectCost, RankingBehindCost, Rate } from "@/api/research-types";
import type { PaperTable, Snapshot, SnapshotDifference } from "@/api/training-types";
import { textOf } from "@/testing/files";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { freezing, rankings } from "@/testing/training";

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
      {
        name: "Generation",
        cells: [1456, 0.456],
        behind: [
          { cell: 0, of: "prompts", where: { category: "generation" } },
          { cell: 1, of: "prompts", where: { category: "generation" } },
        ],
      },
      { name: "Nobody said", cells: [12, null], behind: [] },
    ],
    reasons_undefined: ["Prompts without a category count in no share."],
  },
  {
    key: "table_8",
    title: "Table 8: prompts per customer",
    definition: "A customer is an organization.",
    row_header: "Split",
    columns: ["Customers"],
    kinds: ["count"],
    rows: [],
    reasons_undefined: [],
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

function each(value: number | null, reason: string | null = null): Rate {
  const isKnown = value !== null;
  return {
    value,
    low: isKnown ? value - 0.1 : null,
    high: isKnown ? value + 0.1 : null,
    n: isKnown ? 180 : 0,
    num_prompts: isKnown ? 12 : 0,
    reason_undefined: reason,
    reason_no_interval: null,
  };
}

const costs: Costs = {
  definition: "A tie makes no pair.",
  interval_method: "95% cluster bootstrap.",
  projects: [
    {
      project: { id: 4, name: "Spring rankings" },
      num_rankings: 20,
      num_timed_rankings: 18,
      ranking_minutes: 90,
      num_pairs: 200,
      minutes_per_pair: each(0.5),
      num_demonstrations: 0,
      num_timed_demonstrations: 0,
      demonstration_minutes: 0,
      minutes_per_demonstration: each(null, "No demonstration was timed."),
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
    .on("GET /api/freezings/", { body: [] })
    .on("GET /api/costs/", { body: costs });
});

test("the paper's tables are shown one at a time, and what is undefined is a dash with its reason", async () => {
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const saved: Blob[] = [];
  const keep = (blob: Blob) => `blob:${saved.push(blob)}`;
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: keep, revokeObjectURL: () => undefined }));
  const { user, router } = renderApp(`/data/${rankings.id}`);

  const table = await screen.findByRole("table", { name: "Table 1: use cases" });
  expect(within(table).getByRole("row", { name: /^Generation / })).toHaveTextContent("1,45645.6%");
  expect(within(table).getByRole("row", { name: "Nobody said 12 –" })).toBeVisible();
  const why = "Prompts without a category count in no share.";
  expect(screen.getByText(`A dash is undefined: ${why}`)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Download Table 1: use cases as CSV" }));
  await expect.poll(() => saved.length).toBe(1);
  expect(await textOf(saved[0] as Blob)).toContain(`# An empty cell is undefined: ${why}`);

  await user.selectOptions(screen.getByRole("combobox", { name: "Table" }), "table_8");

  expect(screen.getByText("No prompt of this snapshot belongs in this table.")).toBeVisible();
  expect(screen.queryByText(/A dash is undefined/)).not.toBeInTheDocument();
  expect(router.state.location.search).toBe("?table=table_8");
});

test("another snapshot beside it says what each has alone", async () => {
  server.on(`GET /api/snapshots/${rankings.id}/difference/`, { body: difference });
  const { user } = renderApp(`/data/${rankings.id}`);

  await user.selectOptions(await screen.findByRole("combobox", { name: "Compare with" }), later.id);

  const table = await screen.findByRole("table", { name: "Counts beside A week later" });
  const pairs = within(table).getByRole("row", { name: /^Pairs with a preference / });
  expect(pairs).toHaveTextContent("5,2005,100+100");
  expect(within(pairs).getByRole("link", { name: "Pairs with a preference, there: 5,100" })).toHaveAttribute(
    "href",
    `/data/${later.id}/rankings`,
  );
  const here = `/data/${rankings.id}/rankings`;
  expect(screen.getByRole("link", { name: "Only here: 12" })).toHaveAttribute(
    "href",
    `${here}?not_in=${later.id}&beside=${later.id}`,
  );
  expect(screen.getByRole("link", { name: "Rankings in both: 600" })).toHaveAttribute(
    "href",
    `${here}?also_in=${later.id}&beside=${later.id}`,
  );
  expect(screen.getByText("Only there").nextSibling).toHaveTextContent(/^0$/);
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
  expect(row).toHaveTextContent("0.500.40 to 0.60n = 180");
  expect(screen.queryByRole("columnheader", { name: "Pay per pair" })).not.toBeInTheDocument();

  await user.type(screen.getByRole("textbox", { name: "Pay per hour" }), "24");

  expect(screen.getByRole("row", { name: /Spring rankings/ })).toHaveTextContent("0.2000.160 to 0.24036.00");
});

const imported = {
  ...costs.projects[0],
  project: { id: 5, name: "Imported" },
  num_timed_rankings: 0,
  ranking_minutes: 0,
  minutes_per_pair: each(null, "No pair was timed."),
} as ProjectCost;

test("what all projects took together is said, and no time says why", async () => {
  const [first] = costs.projects;
  server.on("GET /api/costs/", { body: { ...costs, projects: [first, imported] } });
  renderApp("/data/costs?rate=24");

  expect(await screen.findByText("Altogether 90.00 active minutes, 36.00 in pay.")).toBeVisible();
  expect(screen.getByRole("row", { name: /Imported/ })).toHaveTextContent(
    "200 timednot defined: no time was measured.200not defined: No pair was timed.0not defined: No demonstration was timed." +
      "not definednot defined",
  );
});

test("projects of which none was timed took no 0 minutes together, and none in the file", async () => {
  const second = { ...imported, project: { id: 6, name: "Imported too" } };
  server.on("GET /api/costs/", { body: { ...costs, projects: [imported, second] } });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const saved: Blob[] = [];
  const keep = (blob: Blob) => `blob:${saved.push(blob)}`;
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: keep, revokeObjectURL: () => undefined }));
  const { user } = renderApp("/data/costs?rate=24");

  const together = await screen.findByText(/Active minutes altogether/);
  expect(together).toHaveTextContent("Active minutes altogether: not defined: no time was measured.");
  expect(screen.queryByText(/0\.00/)).not.toBeInTheDocument();

  await user.click(screen.getByRole("button", { name: "Download Cost by project as CSV" }));
  await expect.poll(() => saved.length).toBe(1);
  expect(await textOf(saved[0] as Blob)).toContain("Imported too,20,0,,200,,,,0,0,0,0,,,,,No pair was timed.");
});

test("a cost leads to its rankings, and each says its minutes and pairs", async () => {
  const base = { project: { id: 4, name: "Spring rankings" }, submitted_at: "2026-03-01T09:00:00Z" };
  const ranking: RankingBehindCost = {
    ...base,
    id: "0000002a-0000-4000-8000-00000000002a",
    labeler: { id: 5, display_name: "Amina Rahman" },
    excerpt: "Write a short thank-you note",
    seconds_active: 90,
    num_pairs: 6,
  };
  const untimed = { ...ranking, id: "0000002b-0000-4000-8000-00000000002b", excerpt: "Why tides?", seconds_active: null };
  server.on("GET /api/costs/rankings/", { body: { results: [ranking, untimed], next: null } });
  const { user } = renderApp("/data/costs?since=2026-03-01");

  await user.click(await screen.findByRole("link", { name: "n = 180 timed pairs of Spring rankings: rankings" }));

  const row = await screen.findByRole("row", { name: /thank-you note 1.50 6 Amina Rahman/ });
  expect(within(row).getByRole("link")).toHaveAttribute("href", `/rankings/${ranking.id}`);
  expect(screen.getByRole("row", { name: /Why tides\? not measured 6/ })).toBeVisible();
  expect(server.sent("GET /api/costs/rankings/")[0]?.query).toBe("?project=4&since=2026-03-01&timed=true");
});

test("a cost leads to its demonstrations, and none says so", async () => {
  const written: DemonstrationBehindCost = {
    id: "0000003a-0000-4000-8000-00000000003a",
    prompt_id: 17,
    project: { id: 4, name: "Spring rankings" },
    labeler: { id: 5, display_name: "Amina Rahman" },
    excerpt: "Explain the tides.",
    seconds_active: 240,
    submitted_at: "2026-03-01T09:00:00Z",
  };
  server.on("GET /api/costs/demonstrations/", { body: { results: [written], next: null } });
  const { unmount } = renderApp("/data/costs/demonstrations?project=4");
  expect(await screen.findByRole("row", { name: /Explain the tides. 4.00 Amina Rahman/ })).toBeVisible();
  expect(screen.getByRole("link", { name: "Explain the tides." })).toHaveAttribute("href", "/prompts/17");
  unmount();

  server.on("GET /api/costs/demonstrations/", { body: { results: [], next: null } });
  renderApp("/data/costs/demonstrations?project=4");
  expect(await screen.findByText("No sealed answer fits")).toBeVisible();
});

test("days and project go to the server and stay in the address", async () => {
  renderApp("/data/costs?since=2026-03-01&project=4&simulated=yes");

  await screen.findByRole("row", { name: /Spring rankings/ });
  const [asked] = server.sent("GET /api/costs/");
  expect(asked?.query).toContain("project=4&since=2026-03-01&include_simulated=true");
});

test("data that is being frozen and what failed stand above the snapshots until they are over", async () => {
  const failed = { ...freezing, id: "f", name: "Ties", state: "failed", failure: "Every ranking is one tie." };
  let freezings: object[] = [{ ...freezing, name: "Summer", state: "running", started_at: freezing.created_at }, failed];
  server.on("GET /api/freezings/", () => ({ body: freezings }));
  renderApp("/data");

  const table = await screen.findByRole("table", { name: "Not frozen yet" });
  expect(within(table).getByRole("row", { name: /^Summer .*Freezing… started/ })).toBeVisible();
  expect(within(table).getByRole("row", { name: /^Ties .*Failed Every ranking is one tie/ })).toBeVisible();
  const before = server.sent("GET /api/snapshots/").length;
  freezings = [failed];

  await waitFor(() => expect(within(table).queryByText("Summer")).not.toBeInTheDocument(), { timeout: 3_000 });
  await waitFor(() => expect(server.sent("GET /api/snapshots/").length).toBeGreaterThan(before));
});
