import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import type { CountedTask, LabelerFlagsReport, LabelerQualityReport, WorkFact } from "@/api/research-types";
import { textOf } from "@/testing/files";
import { amina, ruth, sessionOf } from "@/testing/people";
import { project } from "@/testing/projects";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

const KEYS = ["skip_rate", "position_preference", "self_consistency"] as const;

function fact(key: WorkFact["key"], value: number | null): WorkFact {
  return {
    key,
    value,
    low: value === null ? null : value - 0.05,
    high: value === null ? null : value + 0.05,
    num_counted: value === null ? 3 : 120,
    expected: key === "position_preference" ? 0.25 : null,
    p_value: key === "position_preference" ? 0.02 : null,
    p_beside_all: null,
    mark: null,
    reason_no_interval: null,
    reason_undefined: value === null ? "Repeated tasks so far: 3. At least 10 are needed, 7 more than that." : null,
  };
}

const report: LabelerQualityReport = {
  facts: KEYS.map((key) => ({
    key,
    label: key === "skip_rate" ? "Skipped" : key === "position_preference" ? "First shown is best" : "Agrees with themselves",
    unit: "share",
    counted: key === "self_consistency" ? "repeated tasks" : "rankings",
    definition: `What ${key} is.`,
  })),
  interval_method: "A cluster bootstrap over prompts.",
  mark_definition: "A z-test against the median.",
  minimum_counted: 10,
  num_labelers: 1,
  num_rankings: 120,
  most_rankings: 20_000,
  versions: [],
  everybody: {
    num_answered: 400,
    num_skipped: 8,
    facts: [fact("skip_rate", 0.02), fact("position_preference", 0.27), fact("self_consistency", 0.8)],
  },
  labelers: [
    {
      labeler: { id: 7, display_name: "Amina Osei", pool: "training", is_active: true },
      num_answered: 120,
      num_skipped: 6,
      facts: [fact("skip_rate", 0.05), fact("position_preference", 0.34), fact("self_consistency", null)],
    },
  ],
};

const task: CountedTask = {
  id: "00000009-0000-4000-8000-000000000009",
  project: { id: 4, name: "Helpfulness" },
  prompt_id: 41,
  excerpt: "Explain the tides.",
  labeler: { id: 7, display_name: "Amina Osei", pool: "training" },
  opened_at: "2026-03-02T10:00:00Z",
  ranking: null,
  skip_reason: "Too long",
  skip_comment: "Ten pages.",
  part: 1,
};

const flags: LabelerFlagsReport = {
  definition: "On the completions that others answered too.",
  interval_method: "A cluster bootstrap over prompts.",
  flags: [
    {
      key: "violent_content",
      label: "Contains violent content",
      own: 0.25,
      others: 0.125,
      num_answers: 48,
      difference: 0.125,
      low: 0.08,
      high: 0.17,
      p_value: 0.0002,
      reason_undefined: null,
      reason_no_interval: null,
      mark: "above",
    },
  ],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/catalogue/", { body: { categories: [{ key: "chat", label: "Chat" }], items: [] } })
    .on("GET /api/labeler-flags/7/", { body: flags })
    .on("GET /api/labeler-quality/", { body: report });
});

test("the share of completions flagged stands in the table with its mark", async () => {
  const flagged: WorkFact = { ...fact("flag_share", 0.75), mark: "above", p_beside_all: 0.0004 };
  const words = { key: "flag_share", label: "Flagged", unit: "share", counted: "rankings with flags", definition: "Flags." } as const;
  server.on("GET /api/labeler-quality/", {
    body: { ...report, facts: [words], labelers: report.labelers.map((one) => ({ ...one, facts: [flagged] })) },
  });
  renderApp("/labelers");

  expect(await screen.findByRole("columnheader", { name: "Flagged" })).toBeVisible();
  expect(screen.getByRole("row", { name: /Amina Osei/ })).toHaveTextContent("75.0%70.0 to 80.0%n = 120above the others, p < 0.001");
});

test("a row shows each fact with its size, and says what is not defined (R19)", async () => {
  renderApp("/labelers");

  const row = await screen.findByRole("row", { name: /Amina Osei/ });
  expect(row).toHaveTextContent("Training");
  expect(row).toHaveTextContent("5.0%0.0 to 10.0%n = 120");
  expect(row).toHaveTextContent("not defined n = 3 of 10 needed");
  expect(screen.getByRole("row", { name: /All together/ })).toHaveTextContent("400");
  expect(document.body).not.toHaveTextContent("NaN");
});

test("what is defined of nobody stands under the table, once (R42)", async () => {
  const reason = "Rankings of gold prompts so far: 0. At least 10 are needed, 10 more than that.";
  const unknown = { ...fact("gold_agreement", null), num_counted: 0, reason_undefined: reason };
  const words = { ...report.facts[0], key: "gold_agreement" as const, label: "Agrees with gold" } as (typeof report.facts)[number];
  server.on("GET /api/labeler-quality/", {
    body: {
      ...report,
      facts: [...report.facts, words],
      everybody: { ...report.everybody, facts: [...report.everybody.facts, unknown] },
      labelers: report.labelers.map((work) => ({ ...work, facts: [...work.facts, unknown] })),
    },
  });
  renderApp("/labelers");

  expect(await screen.findByRole("list", { name: "How labelers work: not defined" })).toHaveTextContent(
    `Agrees with gold: not defined. ${reason}`,
  );
  expect(screen.queryByRole("columnheader", { name: "Agrees with gold" })).not.toBeInTheDocument();
  expect(screen.getByRole("columnheader", { name: "Agrees with themselves" })).toBeVisible();
});

test("what all together have no figure of is said under the table, and each labeler's stays in it (R42)", async () => {
  const reason = "Each is compared with the others; all together have no others.";
  const words = { ...report.facts[0], key: "leniency" as const, label: "Leniency" } as (typeof report.facts)[number];
  server.on("GET /api/labeler-quality/", {
    body: {
      ...report,
      facts: [words],
      everybody: { ...report.everybody, facts: [{ ...fact("leniency", null), reason_undefined: reason }] },
      labelers: report.labelers.map((work) => ({ ...work, facts: [fact("leniency", 0.05)] })),
    },
  });
  renderApp("/labelers");

  expect(await screen.findByRole("list", { name: "How labelers work: not defined" })).toHaveTextContent(
    `Leniency, all together: not defined. ${reason}`,
  );
  expect(screen.getByRole("row", { name: /All together/ })).toHaveTextContent(/not defined n = \d+$/);
});

test("a name opens the intervals, the test and the definitions, and closes them again", async () => {
  const user = userEvent.setup();
  renderApp("/labelers");
  const name = await screen.findByRole("button", { name: "Amina Osei" });
  expect(name).toHaveAttribute("aria-expanded", "false");

  await user.click(name);

  const tile = await screen.findByRole("article", { name: "First shown is best" });
  expect(tile).toHaveTextContent("34.0%");
  expect(tile).toHaveTextContent("120 rankings; all together 27.0%");
  expect(tile).toHaveTextContent("95% interval 29.0% to 39.0%");
  expect(within(tile).getByRole("img")).toHaveAccessibleName("First shown is best: 34.0%, 95% interval 29.0% to 39.0%");
  expect(tile).toHaveTextContent("expected 25.0%, as far off by chance in 2.0% of cases");
  expect(tile).toHaveTextContent("What position_preference is.");
  const undefinedTile = screen.getByRole("article", { name: "Agrees with themselves" });
  expect(undefinedTile).toHaveTextContent("Not defined: Repeated tasks so far: 3.");
  expect(within(undefinedTile).queryByRole("img")).not.toBeInTheDocument();

  await user.click(screen.getByRole("button", { name: "Close" }));

  expect(screen.queryByRole("article")).not.toBeInTheDocument();
});

test("an opened labeler can be linked to", async () => {
  renderApp("/labelers?labeler=7");

  expect(await screen.findByRole("heading", { name: "Amina Osei" })).toBeVisible();
});

test("an opened labeler's flags stand beside the others', with the test of what stands out", async () => {
  renderApp("/labelers?labeler=7&pool=training");

  const table = await screen.findByRole("table", { name: "Flags beside the others" });
  expect(within(table).getByRole("row", { name: /Contains violent content/ })).toHaveTextContent(
    "Contains violent content25.0%n = 4812.5%+12.5+8.0 to +17.0above the others, p < 0.001",
  );
  expect(screen.getByText("On the completions that others answered too.")).toBeVisible();
  expect(server.sent("GET /api/labeler-flags/7/").at(-1)?.query).toContain("pool=training");
});

test("of one answer no share is told, but why, and how many answers there are", async () => {
  const reason = "Rankings answered by others too so far: 1. At least 10 are needed, 9 more than that.";
  const none = { own: null, others: null, difference: null, low: null, high: null, p_value: null, mark: null };
  const flagsOf = { ...flags, flags: flags.flags.map((one) => ({ ...one, ...none, num_answers: 1, reason_undefined: reason })) };
  server.on("GET /api/labeler-flags/7/", { body: flagsOf });
  renderApp("/labelers?labeler=7");

  const table = await screen.findByRole("table", { name: "Flags beside the others" });
  expect(within(table).getByRole("row", { name: /Contains violent content/ })).toHaveTextContent(
    `Contains violent contentn = 1not defined: ${reason}`,
  );
});

test("what stands out is marked with its test, and the test is explained", async () => {
  const standing = { ...fact("skip_rate", 0.31), p_beside_all: 0.0004, mark: "above" as const };
  const [labeler] = report.labelers;
  server.on("GET /api/labeler-quality/", { body: { ...report, labelers: [{ ...labeler, facts: [standing] }] } });
  renderApp("/labelers?labeler=7");

  expect(await screen.findByRole("row", { name: /Amina Osei/ })).toHaveTextContent("above the others, p < 0.001");
  expect(screen.getByRole("article", { name: "Skipped" })).toHaveTextContent("Stands out: above the others, p < 0.001");
  expect(screen.getByText("A z-test against the median.", { exact: false })).toBeVisible();
});

test("a fact without an interval says why, and the method of the others is told", async () => {
  const reason = "Every prompt gives the same value.";
  const alike = { ...fact("skip_rate", 0), low: null, high: null, reason_no_interval: reason };
  const [labeler] = report.labelers;
  server.on("GET /api/labeler-quality/", { body: { ...report, labelers: [{ ...labeler, facts: [alike] }] } });
  renderApp("/labelers?labeler=7");

  expect(await screen.findByRole("article", { name: "Skipped" })).toHaveTextContent(`No interval: ${reason}`);
  expect(screen.getByText("A cluster bootstrap over prompts.", { exact: false })).toBeVisible();
});

test("every fact of every labeler can be taken away, with its test, its reason and its definition", async () => {
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const saved: Blob[] = [];
  const keep = (blob: Blob) => `blob:${saved.push(blob)}`;
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: keep, revokeObjectURL: () => undefined }));
  const standing = { ...fact("skip_rate", 0.25), p_beside_all: 0.0004, mark: "above" as const };
  const alike = { ...fact("position_preference", 0), low: null, high: null, reason_no_interval: "No spread." };
  const [labeler] = report.labelers;
  const facts = [standing, alike, fact("self_consistency", null)];
  server.on("GET /api/labeler-quality/", { body: { ...report, labelers: [{ ...labeler, facts }] } });
  renderApp("/labelers");

  await userEvent.click(await screen.findByRole("button", { name: "Download How labelers work as CSV" }));

  await expect.poll(() => saved.length).toBe(1);
  const file = await textOf(saved[0] as Blob);
  expect(file).toMatch(/^# .*Marks: A z-test against the median. Intervals: A cluster bootstrap/m);
  const rows = file.split("\r\n").filter((line) => line.startsWith("A"));
  expect(rows).toHaveLength(2 * KEYS.length);
  const [low, high] = [standing.low, standing.high];
  expect(rows).toContain(
    `Amina Osei,Training,Skipped,share,0.25,${low},${high},${standing.num_counted},rankings,,,0.0004,above the others,,What skip_rate is.`,
  );
  expect(file).toContain("No spread.,What position_preference is.");
  expect(file).toContain('"Repeated tasks so far: 3. At least 10 are needed, 7 more than that.",What self_consistency is.');
  expect(rows[0]).toMatch(/^All together,,Skipped,share,0.02,/);
});

test("nobody at work is said, not shown as zeros", async () => {
  server.on("GET /api/labeler-quality/", { body: { ...report, labelers: [], num_labelers: 0 } });
  renderApp("/labelers");

  expect(await screen.findByText("Nobody has answered here yet")).toBeVisible();
  expect(screen.queryByRole("table")).not.toBeInTheDocument();
});

test("the choices stand in the address, are asked for, and lead on to the rankings", async () => {
  const user = userEvent.setup();
  const { router } = renderApp("/labelers?pool=held_out&k=5");
  await screen.findByRole("row", { name: /Amina Osei/ });
  await screen.findByRole("option", { name: "Chat" });

  await user.selectOptions(screen.getByRole("combobox", { name: "Category" }), "Chat");

  await waitFor(() => {
    const query = server.sent("GET /api/labeler-quality/").at(-1)?.query;
    expect(query).toContain("pool=held_out");
    expect(query).toContain("category=chat");
  });
  expect(router.state.location.search).toBe("?pool=held_out&k=5&category=chat");
  expect(await screen.findByRole("link", { name: "120" })).toHaveAttribute(
    "href",
    "/agreement/rankings?labeler=7&pool=held_out&category=chat&k=5",
  );
});

test("another project takes no version of the last one along", async () => {
  const user = userEvent.setup();
  server.on("GET /api/projects/", { body: { results: [project], next: null } });
  const { router } = renderApp("/labelers?project=3&instructions=9&pool=training");
  await screen.findByRole("option", { name: project.name });

  await user.selectOptions(screen.getByRole("combobox", { name: "Project" }), project.name);

  await waitFor(() => expect(router.state.location.search).toBe("?project=4&pool=training"));
});

test("that only the newest rankings are read is said", async () => {
  server.on("GET /api/labeler-quality/", { body: { ...report, num_rankings: 20_000 } });
  renderApp("/labelers");

  expect(await screen.findByText(/the newest 20,000 are read/)).toBeVisible();
});

test("a labeler does not see the page", async () => {
  server.on("GET /api/session/", { body: sessionOf(amina) });
  renderApp("/labelers");

  expect(await screen.findByText(/not part of your role/)).toBeVisible();
});

test("each fact leads to the rows that it counts, of one labeler or of all together (R42)", async () => {
  renderApp("/labelers?project=4&k=4");

  const row = within(await screen.findByRole("row", { name: /Amina Osei/ }));
  const leads = (name: string) => row.getByRole("link", { name }).getAttribute("href");
  expect(leads("n = 120: Skipped, Amina Osei")).toBe("/labelers/tasks?figure=skip_rate&labeler=7&project=4&k=4");
  expect(leads("n = 120: First shown is best, Amina Osei")).toBe(
    "/agreement/counted?figure=position_preference&labeler=7&project=4&k=4",
  );
  // Too few to be defined are rows all the same.
  expect(leads("n = 3 of 10 needed: Agrees with themselves, Amina Osei")).toMatch(/figure=self_consistency&labeler=7/);
  expect(screen.getByRole("link", { name: "n = 120: Skipped, all together" })).toHaveAttribute(
    "href",
    "/labelers/tasks?figure=skip_rate&project=4&k=4",
  );
});

test.each([
  ["gold_agreement", "/agreement/counted?figure=gold&labeler=7", "/agreement/counted?figure=gold"],
  ["researcher_agreement", "/agreement/counted?figure=researchers&labeler=7", "/agreement/counted?figure=researchers"],
  ["agreement_with_others", "/agreement/counted?figure=agreement_with_others&labeler=7", "/agreement/rankings"],
  ["leniency", "/agreement/counted?figure=leniency&labeler=7", null],
  ["median_active_minutes", "/labelers/tasks?figure=median_active_minutes&labeler=7", "/labelers/tasks?figure=median_active_minutes"],
] as const)("%s leads to the page of its own rows", async (key, ofOne, ofAll) => {
  const words = { key, label: "Fact", unit: "share", counted: "rankings", definition: "" } as const;
  const everybody = { ...fact(key, null), num_counted: ofAll === null ? 0 : 9 };
  server.on("GET /api/labeler-quality/", {
    body: {
      ...report,
      facts: [words],
      everybody: { ...report.everybody, facts: [everybody] },
      labelers: report.labelers.map((one) => ({ ...one, facts: [fact(key, 0.5)] })),
    },
  });
  renderApp("/labelers?labeler=7");

  expect(await screen.findByRole("link", { name: "n = 120: Fact, Amina Osei" })).toHaveAttribute("href", ofOne);
  expect(screen.getByRole("link", { name: "120 rankings: Fact, Amina Osei" })).toHaveAttribute("href", ofOne);
  const all = screen.queryByRole("link", { name: "n = 9 of 10 needed: Fact, all together" });
  expect(all?.getAttribute("href") ?? null).toBe(ofAll);
});

test("a flag leads to the labeler's answers, and its difference to how far above the others they are", async () => {
  renderApp("/labelers?labeler=7&pool=training");

  const own = await screen.findByRole("link", { name: "n = 48: said yes to Contains violent content" });
  expect(own).toHaveAttribute("href", "/agreement/counted?figure=shared%3Aviolent_content&labeler=7&pool=training");
  const above = screen.getByRole("link", { name: "+12.5 points: Contains violent content, beside the others" });
  expect(above).toHaveAttribute("href", "/agreement/counted?figure=beside%3Aviolent_content&labeler=7&pool=training");
});

test("the tasks behind the share of skips say why they were skipped", async () => {
  const answered = { ...task, id: "8", excerpt: "Bake bread.", ranking: "00000003", skip_reason: null, skip_comment: null, part: 0 };
  server.on("GET /api/labeler-quality/tasks/", { body: { results: [task, answered], next: null } });
  const { user, router } = renderApp("/labelers/tasks?figure=skip_rate&labeler=7&pool=training");

  expect(await screen.findByRole("row", { name: /Explain the tides. Too long: Ten pages. Amina Osei/ })).toBeVisible();
  expect(screen.getByRole("row", { name: /Bake bread. No Amina Osei/ })).toBeVisible();
  expect(screen.getByRole("link", { name: "Explain the tides." })).toHaveAttribute("href", "/prompts/41");
  expect(screen.getByRole("link", { name: "Bake bread." })).toHaveAttribute("href", "/rankings/00000003");
  expect(server.sent("GET /api/labeler-quality/tasks/")[0]?.query).toBe("?pool=training&figure=skip_rate&labeler=7");

  await user.click(screen.getByRole("button", { name: "Amina Osei: remove this filter" }));

  expect(router.state.location.search).toBe("?figure=skip_rate&pool=training");
});

test("the answers behind the median time say their minutes", async () => {
  const answered = { ...task, ranking: "00000003", skip_reason: null, skip_comment: null, part: 2.25 };
  server.on("GET /api/labeler-quality/tasks/", { body: { results: [answered], next: null } });
  renderApp("/labelers/tasks?figure=median_active_minutes");

  expect(await screen.findByRole("row", { name: /Explain the tides. 2.25 Amina Osei/ })).toBeVisible();
  expect(screen.getByRole("columnheader", { name: "Active minutes" })).toBeVisible();
});
