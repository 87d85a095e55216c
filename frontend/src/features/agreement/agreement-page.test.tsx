import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { amina, pools, report, settledRefresh, strictOf, undefinedFigure } from "@/testing/agreement";
import { textOf } from "@/testing/files";
import { ruth, sessionOf } from "@/testing/people";
import { project } from "@/testing/projects";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

import { FILTERS, selectionOf } from "./agreement-query";
import type { Filters } from "./agreement-query";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/completion-sources/", { body: { results: [], next: null } })
    .on("GET /api/catalogue/", { body: { categories: [] } })
    .on("GET /api/anchor-drift/", { body: { definition: "Anchors.", num_rankings: 20_000, weeks: [] } })
    .on("GET /api/agreement/pools/", { body: { pools, reference_lines: report.reference_lines } })
    .on("GET /api/agreement/refresh/", { body: settledRefresh })
    .on("GET /api/agreement/", { body: report });
});

test("a figure shows its value, interval, size, chance and definition (R42)", async () => {
  renderApp("/agreement");

  const tile = await screen.findByRole("article", { name: "Pairwise agreement" });
  expect(tile).toHaveTextContent("70.2%");
  expect(tile).toHaveTextContent("95% interval 68.4% to 72.0%; chance 50.0%");
  expect(tile).toHaveTextContent("17,842 comparisons, on 598 prompts");
  expect(tile).toHaveTextContent("Ties dropped.");
  expect(tile).toHaveTextContent("Training labelers of InstructGPT: 72.6%");
  expect(screen.getByText("A pair that either labeler tied is dropped.", { exact: false })).toBeVisible();
});

test("an undefined figure says why, never NaN and never a stand-in number", async () => {
  renderApp("/agreement");

  const tile = await screen.findByRole("article", { name: "Fleiss' kappa" });
  expect(tile).toHaveTextContent("Not defined here. No two labelers have judged the same pair");
  expect(within(tile).queryByRole("img")).not.toBeInTheDocument();
  const labelers = screen.getByRole("table", { name: "Agreement by labeler" });
  const row = within(labelers).getByRole("row", { name: /Amina Osei/ });
  expect(row).toHaveTextContent("No two labelers have judged");
  // The share of ties has an interval and an n of its own, below it: the table fits a desk.
  expect(row).toHaveTextContent("70.2%68.4% to 72.0%17,842 judgments");
  expect(within(row).getByRole("rowheader")).toHaveTextContent("Amina OseiTraining");
  expect(within(labelers).getAllByRole("columnheader").map((one) => one.textContent)).toEqual([
    "Labeler",
    "Agreement",
    "0 to 100%, 50% dotted",
    "Rankings",
    "Ties",
  ]);
  expect(document.body).not.toHaveTextContent("NaN");
});

test("the filters live in the address", async () => {
  const { user, router } = renderApp("/agreement");

  await user.selectOptions(await screen.findByRole("combobox", { name: "Pool" }), "Held-out labelers");

  expect(router.state.location.search).toBe("?pool=held_out");
  await waitFor(() => expect(server.sent("GET /api/agreement/")).toHaveLength(2));
});

test("another project takes no version of the last one along", async () => {
  server.on("GET /api/projects/", { body: { results: [project], next: null } });
  const { user, router } = renderApp("/agreement?project=3&instructions=9&pool=training");
  await screen.findByRole("option", { name: project.name });

  await user.selectOptions(screen.getByRole("combobox", { name: "Project" }), project.name);

  await waitFor(() => expect(router.state.location.search).toBe("?project=4&pool=training"));
});

test("a week outside the band is counted, and the figures stand in a table", async () => {
  const { user } = renderApp("/agreement");

  const chart = await screen.findByRole("img", { name: /Pairwise agreement by week/ });
  expect(chart).toHaveAccessibleName(/2 weeks, the last 55.0%; 1 outside the band/);
  expect(chart).toHaveTextContent("Instructions 2");
  expect(chart).toHaveAccessibleName(/Instructions 2 on 5 Mar/);
  const section = screen.getByRole("region", { name: "Week by week" });
  await user.click(within(section).getByText("Figures and files"));
  expect(within(section).getByRole("cell", { name: "outside the band" })).toBeVisible();
  expect(within(section).getByRole("cell", { name: "0.55" })).toBeVisible();
  expect(within(section).getByRole("columnheader", { name: "Instructions" })).toBeVisible();
  expect(within(section).getByRole("cell", { name: "Instructions 2 on 5 Mar" })).toBeVisible();
  expect(within(section).getByRole("cell", { name: /15 more are needed/ })).toBeVisible();
  // What the drawing has no point for.
  expect(within(section).getByRole("list", { name: "Pairwise agreement by week: not defined" })).toHaveTextContent(
    "Week of 16 Mar: not defined. Only 5 comparisons; 15 more are needed.",
  );
});

test("a drift of the same comparisons is said in words (R44)", async () => {
  server.on("GET /api/anchor-drift/", {
    body: { definition: "Anchors.", num_rankings: 20_000, weeks: report.trend },
  });

  const { user } = renderApp("/agreement?project=3");

  const section = await screen.findByRole("region", { name: "The same comparisons, week by week" });
  expect(await within(section).findByText(/Outside the band: 9 Mar/)).toBeVisible();
  expect(within(section).getByRole("img")).toHaveAccessibleName(/1 outside the band/);
  await user.click(within(section).getByText("Figures and files"));
  expect(within(section).getByRole("link", { name: "2026-03-09" })).toHaveAttribute(
    "href",
    "/agreement/counted?figure=anchors&week=2026-03-09&project=3",
  );
});

test("the matrix shows who agrees with whom and who shares too little", async () => {
  renderApp("/agreement");

  const matrix = await screen.findByRole("table", { name: /Agreement of every two labelers/ });
  const row = within(matrix).getByRole("rowheader", { name: "Amina Osei" }).closest("tr");
  expect(row).toHaveTextContent("70%68 to 72n = 120598 prompts");
  expect(row).toHaveTextContent("4 shared");
  const missing = screen.getByText(/cells? not defined/).closest("details");
  expect(missing).toHaveTextContent(/ and .+: not defined: /);
  expect(within(matrix).getByRole("rowheader", { name: "Lea Roth" }).closest("tr")).toHaveTextContent("never met");
});

test("two labelers of fewer than 20 shared prompts stand in grey, however many pairs (R42)", async () => {
  const together = report.together.map((couple) => ({ ...couple, agreement: { ...couple.agreement, num_prompts: 2 } }));
  server.on("GET /api/agreement/", { body: { ...report, together } });
  renderApp("/agreement");

  const matrix = await screen.findByRole("table", { name: /Agreement of every two labelers/ });
  const cell = within(matrix).getAllByText("2 prompts")[0]?.closest("td");
  expect(cell).not.toHaveAttribute("style");
  expect(screen.getByText(/grey: fewer than 20 shared prompts/)).toBeVisible();
});

test("cells of the matrix without an interval are counted, with the reason", async () => {
  const reason = "An interval needs at least 5 prompts; here are 4.";
  const together = report.together.map((couple) => ({
    ...couple,
    agreement: { ...couple.agreement, low: null, high: null, reason_no_interval: couple.agreement.value === null ? null : reason },
  }));
  server.on("GET /api/agreement/", { body: { ...report, together } });
  renderApp("/agreement");

  const list = await screen.findByRole("list", { name: "Who agrees with whom: no interval" });
  expect(list).toHaveTextContent(new RegExp(`^\\d+ cells?: no interval\\. ${reason}$`));
});

test("a labeler's name leads to how they work, under the filters that their page has", async () => {
  renderApp("/agreement?project=3&pool=training&until=2026-03-30&k=4&instructions=9&overlap=3&source=3&other=4");

  const labelers = await screen.findByRole("table", { name: "Agreement by labeler" });
  const links = within(labelers).getAllByRole("link", { name: "Amina Osei" });
  expect(links[0]).toHaveAttribute(
    "href",
    "/labelers?project=3&pool=training&until=2026-03-30&k=4&instructions=9&labeler=7",
  );
});

test("one model of a pair is no choice yet, two are", () => {
  const nothing = Object.fromEntries(FILTERS.map((name) => [name, ""])) as Filters;

  expect(selectionOf({ ...nothing, source: "3" })).not.toHaveProperty("source", 3);
  expect(selectionOf({ ...nothing, source: "3", other: "4", since: "2026-01-05" })).toMatchObject({
    source: 3,
    other_source: 4,
    since: "2026-01-05",
  });
});

test("every figure leads to the rankings behind it, under the same filters", async () => {
  renderApp("/agreement?project=3&pool=training");

  const tile = await screen.findByRole("article", { name: "Pairwise agreement" });
  expect(within(tile).getByRole("link")).toHaveAttribute(
    "href",
    "/agreement/rankings?project=3&pool=training&holding=strict_comparisons",
  );
  const matrix = screen.getByRole("table", { name: /Agreement of every two labelers/ });
  expect(within(matrix).getAllByRole("link", { name: /rankings of Amina Osei and Otto Berg/ })[0]).toHaveAttribute(
    "href",
    "/agreement/rankings?project=3&pool=training&labeler=7&with=8",
  );
  const bars = screen.getByRole("list", { name: "Prompts by their agreement" });
  expect(within(bars).getByRole("link", { name: "90 to 100%: 12 prompts" })).toHaveAttribute(
    "href",
    "/agreement/contested?project=3&pool=training&tenth=9",
  );
});

test("an interval that begins below 0 is drawn whole, in files as well (R42)", async () => {
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const saved: Blob[] = [];
  const keep = (blob: Blob) => `blob:${saved.push(blob)}`;
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: keep, revokeObjectURL: () => undefined }));
  const alpha = { ...strictOf(0.05), key: "alpha_nominal" as const, label: "Alpha", low: -0.03, high: 0.13 };
  server.on("GET /api/agreement/", { body: { ...report, figures: [alpha] } });
  const { user } = renderApp("/agreement?pool=training");

  const tile = await screen.findByRole("article", { name: "Alpha" });
  // From -1 to 1: -0.03 stands at 48.5%.
  expect(within(tile).getByRole("img").querySelector('line[x1="48.5%"]')).not.toBeNull();
  await user.click(within(tile).getByText("Figures and files"));
  await user.click(within(tile).getByRole("button", { name: "Download Alpha as SVG" }));
  await expect.poll(() => saved.length).toBe(1);
  expect(await textOf(saved[0] as Blob)).toContain(">-1<");
});

test("training and held-out labelers stand side by side, each leading to its rankings (R42)", async () => {
  renderApp("/agreement?project=3");

  const table = await screen.findByRole("table", { name: "Agreement of each pool" });
  const row = within(table).getByRole("row", { name: /Pairwise agreement/ });
  expect(row).toHaveTextContent("73.0%68.4% to 72.0%17,84277.0%68.4% to 72.0%17,842");
  expect(within(row).getByRole("link", { name: /Pairwise agreement, held-out labelers/ })).toHaveAttribute(
    "href",
    "/agreement/rankings?project=3&pool=held_out&holding=strict_comparisons",
  );
  const chart = screen.getByRole("group", { name: "Pairwise agreement beside published figures" });
  expect(within(chart).getByRole("img", { name: /^Here, training labelers: 73.0%, 95% interval/ })).toBeVisible();
  // What is published has ends of its own.
  expect(
    within(chart).getByRole("img", { name: "Training labelers of InstructGPT: 72.6%, published as 71.1% to 74.1%" }),
  ).toBeVisible();
  expect(chart).toHaveTextContent("of what the ± is, the paper does not say");
  expect(within(chart).getByRole("link", { name: "Here, held-out labelers" })).toHaveAttribute(
    "href",
    "/agreement/rankings?project=3&pool=held_out&holding=strict_comparisons",
  );
  expect(server.sent("GET /api/agreement/pools/")[0]?.query).toBe("?project=3");
});

test("a pool of which nothing is known says once what it lacks", async () => {
  const none = { ...strictOf(0), value: null, low: null, high: null, reason_undefined: "At least 20 are needed." };
  server.on("GET /api/agreement/pools/", {
    body: { pools: [pools[0], { ...pools[1], figures: [none] }], reference_lines: report.reference_lines },
  });
  renderApp("/agreement");

  expect(await screen.findByText(/Here, held-out labelers: not defined. At least 20 are needed/)).toBeVisible();
  expect(screen.queryByRole("table", { name: "Agreement of each pool" })).not.toBeInTheDocument();
});

test("with a pool chosen nothing stands beside it", async () => {
  renderApp("/agreement?pool=training");

  await screen.findByRole("article", { name: "Pairwise agreement" });
  expect(screen.queryByRole("table", { name: "Agreement of each pool" })).not.toBeInTheDocument();
  expect(server.sent("GET /api/agreement/pools/")).toHaveLength(0);
});

test("every table and drawing can be taken away, its definition with it", async () => {
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const saved: Blob[] = [];
  const keep = (blob: Blob) => `blob:${saved.push(blob)}`;
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: keep, revokeObjectURL: () => undefined }));
  const nextFile = async () => {
    const number = saved.length;
    await expect.poll(() => saved.length).toBe(number + 1);
    return textOf(saved[number] as Blob);
  };
  const { user } = renderApp("/agreement");

  for (const [name, words] of [
    ["Figures of agreement", "Fleiss' kappa,,,,0,0,No two labelers have judged the same pair"],
    ["Agreement of training and of held-out labelers", "Held-out,Pairwise agreement,0.77,0.684,0.72,17842,598,,0.5"],
    ["Agreement by labeler", "Amina Osei,Training,4,,,,0,0,No two labelers"],
    ["Agreement of every two labelers", "Amina Osei,Otto Berg,0.7024,0.684,0.72,120,598,"],
    ["Cohen's kappa of every two labelers", "Amina Osei,Lea Roth,,,,0,0,No two labelers"],
  ] as const) {
    const file = nextFile();
    await user.click(await screen.findByRole("button", { name: `Download ${name} as CSV` }));
    expect(await file).toContain(words);
    expect(await file).toMatch(/# .*95% cluster bootstrap/);
  }
  const bars = screen.getByRole("region", { name: "Prompts by their agreement" });
  await user.click(within(bars).getByText("Figures and files"));
  const drawnBars = nextFile();
  await user.click(within(bars).getByRole("button", { name: "Download Prompts by their agreement as SVG" }));
  expect(await drawnBars).toContain("90 to 100");
  const tile = screen.getByRole("article", { name: "Pairwise agreement" });
  await user.click(within(tile).getByText("Figures and files"));
  const drawnTile = nextFile();
  await user.click(within(tile).getByRole("button", { name: "Download Pairwise agreement as SVG" }));
  expect(await drawnTile).toContain("70.2% [68.4, 72.0]");
});

test("the rankings behind a figure are listed and open", async () => {
  server.on("GET /api/agreement/rankings/", {
    body: {
      results: [
        {
          id: "00000009-0000-4000-8000-000000000009",
          project: { id: 3, name: "Helpfulness" },
          prompt_id: 41,
          excerpt: "Explain the tides.",
          labeler: amina,
          k: 4,
          submitted_at: "2026-03-02T10:00:00Z",
        },
      ],
      next: null,
    },
  });
  renderApp("/agreement/rankings?labeler=7&with=8&since=2026-03-02&holding=threes");

  expect(await screen.findByRole("link", { name: "Explain the tides." })).toHaveAttribute(
    "href",
    "/rankings/00000009-0000-4000-8000-000000000009",
  );
  expect(screen.getByRole("link", { name: "Side by side" })).toHaveAttribute("href", "/agreement/contested/3/41");
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Amina Osei and labeler 8");
  const { query } = server.sent("GET /api/agreement/rankings/")[0] ?? {};
  expect(query).toContain("labeler=7");
  expect(query).toContain("other=8");
  expect(query).toContain("since=2026-03-02");
  expect(query).toContain("holding=threes");
  expect(screen.getByRole("button", { name: /^Prompts with three completions of which each pair/ })).toBeVisible();
});

test("without overlap the page says what is needed", async () => {
  server.on("GET /api/agreement/", { body: { ...report, num_rankings: 0, figures: [], labelers: [] } });

  renderApp("/agreement");

  // Within the section, which keeps its distance from the next one.
  const figures = await screen.findByRole("region", { name: "Figures" });
  expect(within(figures).getByText("No prompt that several labelers ranked fits")).toBeVisible();
  expect(await screen.findByRole("button", { name: "Refresh now" })).toBeEnabled();
});

const plan = { overlap: 2, num_prompts: 200, num_rankings: 200, minutes_each: 4.3, minutes: 860 };

test("too little overlap can be raised, with its cost before (labeling.md 4.3)", async () => {
  const figures = report.figures.map((figure) => ({ ...figure, ...undefinedFigure }));
  server
    .on("GET /api/agreement/", { body: { ...report, figures } })
    .on("GET /api/projects/3/overlap/", { body: plan })
    .on("POST /api/projects/3/overlap/", { status: 201, body: plan });
  const { user } = renderApp("/agreement?project=3");

  const section = await screen.findByRole("region", { name: "Too little overlap" });
  expect(await within(section).findByRole("status")).toHaveTextContent(
    "200 rankings more, on 200 prompts: about 14 h 20 min of active work, at 4.3 minutes for a ranking here.",
  );
  await user.click(within(section).getByRole("button", { name: "Raise overlap to 2 on the next 200 prompts" }));

  await waitFor(() => expect(within(section).getByRole("status")).toHaveTextContent("Done: 200 rankings more"));
  expect(server.sent("POST /api/projects/3/overlap/")[0]?.body).toEqual({ overlap: 2, num_prompts: 200 });
});

test("without a project the overlap is only spoken of, and a refusal is said", async () => {
  server.on("GET /api/agreement/", { body: { ...report, num_rankings: 0, figures: [], labelers: [] } });
  const { router } = renderApp("/agreement");
  expect(await screen.findByText(/Choose a project above/)).toBeVisible();

  const detail = "The rankings of this project come from its import.";
  server.on("GET /api/projects/4/overlap/", { status: 409, body: { code: "imported_project", detail, fields: {} } });
  await router.navigate("/agreement?project=4");

  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.getByRole("button", { name: /Raise overlap/ })).toBeDisabled();
});

test("with figures enough there is no talk of overlap", async () => {
  renderApp("/agreement?project=3");

  await screen.findByRole("article", { name: "Pairwise agreement" });
  expect(screen.queryByRole("region", { name: "Too little overlap" })).not.toBeInTheDocument();
});
