import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { PaperTable, SnapshotDemonstration, SnapshotPrompt, SnapshotRanking } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { rankings } from "@/testing/training";

const HERE = `/api/snapshots/${rankings.id}`;

const lengths: PaperTable = {
  key: "table_9",
  title: "Table 9: prompt lengths by split",
  definition: "In tokens.",
  row_header: "Split",
  columns: ["n", "Max"],
  kinds: ["count", "measure"],
  rows: [
    {
      name: "Train",
      cells: [812, 1024],
      behind: [
        { cell: 0, of: "prompts", where: { split: "train", order: "shortest" } },
        { cell: 1, of: "prompts", where: { split: "train", order: "longest" } },
      ],
    },
    { name: "Validation", cells: [0, null], behind: [] },
  ],
  reasons_undefined: ["The length of none of the texts is known."],
};

const prompt: SnapshotPrompt = {
  id: 17,
  excerpt: "Why do the tides come twice a day?",
  split: "train",
  source_kind: "customer",
  category: "open_qa",
  flags: { ambiguous: true },
  language: "en",
  token_count: 1024,
};
const unmeasured = { ...prompt, id: 18, excerpt: "Rewrite this.", category: null, language: null, token_count: null };
const ranking: SnapshotRanking = {
  id: "0000002a-0000-4000-8000-00000000002a",
  excerpt: "Write a short thank-you note",
  prompt_id: 17,
  split: "validation",
  labeler: { id: 5, display_name: "Amina Rahman" },
  k: 4,
  num_pairs: 6,
  submitted_at: "2026-03-01T09:00:00Z",
};
const demonstration: SnapshotDemonstration = {
  ...ranking,
  excerpt: "The moon pulls.",
  prompt_excerpt: prompt.excerpt,
  token_count: 4,
};

function counted(results: object[], numRows = results.length) {
  return { body: { num_rows: numRows, results, next: null } };
}

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/runs/", { body: { results: [], next: null } })
    .on("GET /api/snapshots/", { body: { results: [rankings], next: null } })
    .on(`GET ${HERE}/`, { body: rankings })
    .on(`GET ${HERE}/exports/`, { body: [] })
    .on(`GET ${HERE}/tables/`, { body: { tables: [lengths] } });
});

test("a figure of a table leads to its rows, in the order that shows it, and back to the table", async () => {
  server.on(`GET ${HERE}/prompts/`, counted([prompt, unmeasured], 812));
  const { user, router } = renderApp(`/data/${rankings.id}`);
  const table = await screen.findByRole("table", { name: lengths.title });
  expect(within(table).getByRole("link", { name: "n of Train: 812" })).toBeVisible();
  expect(within(within(table).getByRole("row", { name: /^Validation/ })).queryByRole("link")).toBeNull();

  await user.click(within(table).getByRole("link", { name: "Max of Train: 1,024" }));

  expect(await screen.findByRole("heading", { name: `Prompts of ${rankings.name}` })).toBeVisible();
  expect(router.state.location.pathname).toBe(`/data/${rankings.id}/prompts`);
  expect(await screen.findByText(/^812 prompts\. /)).toBeVisible();
  expect(server.sent(`GET ${HERE}/prompts/`).at(-1)?.query).toBe("?split=train&order=longest");
  const row = screen.getByRole("row", { name: /Why do the tides/ });
  expect(within(row).getByRole("link")).toHaveAttribute("href", "/prompts/17");
  expect(row).toHaveTextContent("1,024");
  expect(screen.getByRole("row", { name: /Rewrite this/ })).toHaveTextContent("not knownnobody saidunknown");
  expect(screen.getByRole("combobox", { name: "Order" })).toHaveValue("longest");
  expect(screen.getByRole("link", { name: "Snapshot" })).toHaveAttribute("href", `/data/${rankings.id}?table=table_9`);
});

test("every filter that acts is seen and can be taken back", async () => {
  server.on(`GET ${HERE}/prompts/`, counted([prompt]));
  const { user, router } = renderApp(
    `/data/${rankings.id}/prompts?flag=ambiguous&flagged=true&language=unknown&customer_of=17&written_by=customers`,
  );

  expect(await screen.findByRole("columnheader", { name: "Ambiguous" })).toBeVisible();
  expect(screen.getByRole("combobox", { name: "Prompts by" })).toHaveValue("customers");
  expect(screen.getByRole("button", { name: "Language unknown: remove this filter" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Of one customer: remove this filter" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Ambiguous: yes: remove this filter" }));

  expect(router.state.location.search).toBe("?language=unknown&customer_of=17&written_by=customers");
});

test("customers lead to their prompts without being named in an address", async () => {
  const acme = { key: "Acme & Sons", num_prompts: 12, first_prompt: 17 };
  server.on(`GET ${HERE}/customers/`, counted([acme]));
  renderApp(`/data/${rankings.id}/customers?split=train&table=table_8`);

  expect(await screen.findByText(/^1 customer\. /)).toBeVisible();
  expect(screen.getByRole("link", { name: "12 prompts of Acme & Sons" })).toHaveAttribute(
    "href",
    `/data/${rankings.id}/prompts?split=train&customer_of=17&table=table_8`,
  );
});

test("rankings and demonstrations say whose they are, their split and what they hold", async () => {
  server
    .on(`GET ${HERE}/rankings/`, counted([ranking]))
    .on(`GET ${HERE}/demonstrations/`, counted([demonstration]));
  const { unmount } = renderApp(`/data/${rankings.id}/rankings?not_in=${rankings.id}`);
  const row = await screen.findByRole("row", { name: /thank-you note 4 6 Amina Rahman Validation/ });
  expect(within(row).getByRole("link")).toHaveAttribute("href", `/rankings/${ranking.id}`);
  expect(
    await screen.findByRole("button", { name: `Not in ${rankings.name}: remove this filter` }),
  ).toBeVisible();
  unmount();

  renderApp(`/data/${rankings.id}/demonstrations?order=shortest`);
  expect(await screen.findByRole("row", { name: /The moon pulls\. 4 Why do the tides/ })).toBeVisible();
});

test("no row and a refusal are said", async () => {
  server.on(`GET ${HERE}/prompts/`, counted([]));
  const { unmount } = renderApp(`/data/${rankings.id}/prompts?category=chat`);
  expect(await screen.findByText("No prompt of this snapshot fits")).toBeVisible();
  unmount();

  server.on(`GET ${HERE}/demonstrations/`, refusal(422, "no_such_rows", "A snapshot of kind rm has none."));
  renderApp(`/data/${rankings.id}/demonstrations`);
  expect(await screen.findByText(/A snapshot of kind rm has none/)).toBeVisible();
});
