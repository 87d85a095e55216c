import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import type { CountedRanking, Figure, RatingReport } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

function figure(value: number | null, change: Partial<Figure> = {}): Figure {
  return {
    value,
    low: value === null ? null : value - 0.05,
    high: value === null ? null : value + 0.05,
    num_pairs: 400,
    num_prompts: 60,
    reason_undefined: value === null ? "Every answer is the same." : null,
    reason_no_interval: null,
    chance: null,
    ...change,
  };
}

const NEVER_ASKED = figure(null, { num_pairs: 0, num_prompts: 0 });

const week = {
  week: "2026-03-02",
  value: 0.8,
  expected: 0.75,
  low: 0.7,
  high: 0.82,
  num_pairs: 90,
  is_outside: false,
  reason_undefined: null,
};

const report: RatingReport = {
  definitions: {
    rating_alpha: "Alpha of ratings.",
    prevalence: "The share of yes.",
    ac1: "Gwet's AC1.",
    flag_alpha: "Alpha of yes and no.",
    leniency: "How much higher.",
    gold: "On gold prompts.",
    researchers: "On what researchers ordered.",
    researcher_weeks: "With a band.",
    interval_method: "Cluster bootstrap.",
    leniency_interval_method: "Whole prompts are drawn.",
  },
  minimum_comparisons: 20,
  num_rankings: 20_000,
  num_sealed: 34_000,
  rating_alpha: figure(0.412),
  flags: [
    { key: "violent_content", label: "Contains violent content", prevalence: figure(0.02), ac1: figure(0.97), alpha: figure(0.11) },
    { key: "harmful_advice", label: "Gives harmful advice", prevalence: figure(0), ac1: figure(1), alpha: figure(null) },
    { key: "hallucination", label: "Hallucination", prevalence: NEVER_ASKED, ac1: NEVER_ASKED, alpha: NEVER_ASKED },
  ],
  leniency: [
    {
      labeler: { id: 7, display_name: "Amina Osei", pool: "training" },
      value: 0.42,
      low: 0.2,
      high: 0.64,
      num_counted: 120,
      p_value: 0.0002,
      reason_undefined: null,
      reason_no_interval: null,
    },
    {
      labeler: { id: 8, display_name: "Otto Berg", pool: "training" },
      value: null,
      low: null,
      high: null,
      num_counted: 3,
      p_value: null,
      reason_undefined: "Rankings rated by others too so far: 3. At least 10 are needed.",
      reason_no_interval: null,
    },
  ],
  researchers_by_labeler: [
    {
      labeler: { id: 7, display_name: "Amina Osei", pool: "training" },
      value: 0.81,
      low: 0.7,
      high: 0.9,
      num_counted: 40,
      p_value: null,
      reason_undefined: null,
      reason_no_interval: null,
    },
  ],
  gold: figure(0.91, { num_pairs: 30, num_prompts: 5 }),
  researchers: figure(0.78, { num_pairs: 90, num_prompts: 15 }),
  num_researchers: 2,
  researcher_weeks: [week],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/completion-sources/", { body: { results: [], next: null } })
    .on("GET /api/catalogue/", { body: { categories: [] } })
    .on("GET /api/flags-apart/", {
      body: { definition: "By Fisher's exact test.", num_rankings: 24, num_apart: 0, pairs: [] },
    })
    .on("GET /api/rating-agreement/", { body: report });
});

test("ratings and flags have values, intervals, sizes and reasons", async () => {
  renderApp("/agreement/ratings?project=3");

  const ratings = await screen.findByRole("region", { name: "Ratings of overall quality" });
  expect(ratings).toHaveTextContent("0.412");
  expect(ratings).toHaveTextContent("95% interval 0.362 to 0.462");
  expect(ratings).toHaveTextContent("20,000 rankings, the newest of 34,000");
  const rare = screen.getByRole("row", { name: /Contains violent content/ });
  expect(rare).toHaveTextContent("2.0%-3.0% to 7.0%400");
  expect(rare).toHaveTextContent("0.9700.920 to 1.020");
  const never = screen.getByRole("row", { name: /Gives harmful advice/ });
  expect(never).toHaveTextContent("not defined: Every answer is the same.");
  expect(screen.queryByRole("row", { name: /Hallucination/ })).not.toBeInTheDocument();
  expect(screen.getByText("Nobody was asked about: Hallucination.")).toBeInTheDocument();
  expect(document.body).not.toHaveTextContent("NaN");
});

test("a flag leads to the rankings that said yes, a leniency to the ratings that it counts", async () => {
  renderApp("/agreement/ratings?project=3&category=chat&since=2026-03-02&overlap=3");

  expect(await screen.findByRole("link", { name: "Contains violent content" })).toHaveAttribute(
    "href",
    "/agreement/rankings?project=3&overlap=3&since=2026-03-02&category=chat&flag=violent_content",
  );
  expect(screen.getByRole("link", { name: "Amina Osei" })).toHaveAttribute(
    "href",
    "/agreement/counted?figure=beside%3Aratings&labeler=7&project=3&overlap=3&since=2026-03-02&category=chat",
  );
  expect(screen.getByText(/Otto Berg: not defined: Rankings rated by others too so far: 3/)).toBeVisible();
  expect(screen.getByText("120 rankings, p < 0.001")).toBeVisible();
});

test("a flag and a leniency without an interval say why", async () => {
  const reason = "Every prompt gives the same value.";
  const none = { low: null, high: null, reason_no_interval: reason };
  const [flag] = report.flags;
  const [lenient] = report.leniency;
  server.on("GET /api/rating-agreement/", {
    body: {
      ...report,
      flags: [{ ...flag, prevalence: figure(0, none) }],
      leniency: [{ ...lenient, ...none, p_value: null }],
    },
  });
  renderApp("/agreement/ratings");

  expect(await screen.findByText(`400 answers, on 60 prompts. ${reason}`)).toBeVisible();
  expect(screen.getByText(`120 rankings. ${reason}`)).toBeVisible();
});

const pair = {
  key: "violent_content" as const,
  label: "Contains violent content",
  a: { id: 7, display_name: "Amina Osei", pool: "training" as const },
  b: { id: 8, display_name: "Otto Berg", pool: "training" as const },
  num_shared: 48,
  num_yes_a: 12,
  num_yes_b: 6,
  expected: 1.5,
  p_value: 0.0004,
  is_marked: true,
};

test("of all flags what chance makes least comes first, and many wait until they are asked for", async () => {
  const often = Array.from({ length: 24 }, (_, id) => ({
    ...pair,
    b: { ...pair.b, id: 10 + id },
    label: `Flag ${id}`,
    p_value: 0.9 - id / 100,
  }));
  server.on("GET /api/flags-apart/", {
    body: { definition: "By Fisher's exact test.", num_rankings: 24, num_apart: 25, pairs: [...often, pair] },
  });
  const { user } = renderApp("/agreement/ratings");

  const table = await screen.findByRole("table", { name: /never set a flag on the same completion/ });
  const [, first, second] = within(table).getAllByRole("row");
  expect(first).toHaveTextContent("Contains violent content");
  expect(second).toHaveTextContent("Flag 23");
  expect(within(table).queryByText("Flag 0")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Show all 25" }));
  expect(within(table).getByText("Flag 0")).toBeVisible();
});

test("pairs who never set a flag together are named, with the test and the rankings behind", async () => {
  server.on("GET /api/flags-apart/", {
    body: { definition: "By Fisher's exact test.", num_rankings: 24, num_apart: 3, pairs: [pair] },
  });
  renderApp("/agreement/ratings?pool=training&overlap=3");

  const table = await screen.findByRole("table", { name: /never set a flag on the same completion/ });
  const row = within(table).getByRole("row", { name: /Contains violent content/ });
  expect(row).toHaveTextContent("Amina Osei 12 yes, Otto Berg 6 yes481.5< 0.001unlikely by chance");
  expect(within(row).getByRole("link", { name: "Otto Berg" })).toHaveAttribute(
    "href",
    "/agreement/rankings?pool=training&overlap=3&labeler=8&flag=violent_content",
  );
  expect(screen.getByText("The least likely 1 of 3.")).toBeVisible();
  expect(server.sent("GET /api/flags-apart/").at(-1)?.query).toBe("?pool=training");
});

test("agreement with researchers stands week by week, and a week leads to its rankings (R43)", async () => {
  const user = userEvent.setup();
  renderApp("/agreement/ratings");

  const beside = await screen.findByRole("region", { name: "Labelers beside researchers" });
  expect(beside).toHaveTextContent("78.0%");
  expect(beside).toHaveTextContent("90 pairs, on 15 prompts");
  expect(beside).toHaveTextContent("2 researchers ordered what labelers ranked.");
  expect(beside).toHaveTextContent("With gold aloneOn gold prompts.91.0%");
  expect(within(beside).getByRole("img", { name: /Agreement with researchers by week: 1 weeks/ })).toBeVisible();
  expect(within(beside).getByRole("link", { name: "90 pairs, on 15 prompts" })).toHaveAttribute(
    "href",
    "/agreement/counted?figure=researchers",
  );
  await user.click(within(beside).getByText("Figures and files"));
  expect(within(beside).getByRole("link", { name: "2026-03-02" })).toHaveAttribute(
    "href",
    "/agreement/counted?figure=researchers&week=2026-03-02",
  );
});

test("agreement with researchers can be read of one labeler alone (R43)", async () => {
  const user = userEvent.setup();
  renderApp("/agreement/ratings");

  await user.selectOptions(await screen.findByRole("combobox", { name: "Labeler" }), "Amina Osei, 81.0%");

  await waitFor(() => expect(server.sent("GET /api/rating-agreement/").at(-1)?.query).toContain("labeler=7"));
});

test("each figure about ratings and flags leads to the rankings that it counts", async () => {
  renderApp("/agreement/ratings?project=3");

  const ratings = await screen.findByRole("region", { name: "Ratings of overall quality" });
  expect(within(ratings).getByRole("link", { name: "400 ratings, on 60 prompts" })).toHaveAttribute(
    "href",
    "/agreement/counted?figure=ratings&project=3",
  );
  const rare = screen.getByRole("row", { name: /Contains violent content/ });
  expect(within(rare).getByRole("link", { name: "400: rankings that answered: Contains violent content" })).toHaveAttribute(
    "href",
    "/agreement/counted?figure=said%3Aviolent_content&project=3",
  );
  expect(within(rare).getByRole("link", { name: /about what others did too/ })).toHaveAttribute(
    "href",
    "/agreement/counted?figure=shared%3Aviolent_content&project=3",
  );
});

const row: CountedRanking = {
  id: "00000009-0000-4000-8000-000000000009",
  project: { id: 3, name: "Helpfulness" },
  prompt_id: 41,
  excerpt: "Explain the tides.",
  labeler: { id: 7, display_name: "Amina Osei", pool: "training" },
  k: 4,
  submitted_at: "2026-03-02T10:00:00Z",
  part: 4.5,
  whole: 6,
  values: [],
};

test("the rankings that a figure counts are listed with their part in it", async () => {
  server.on("GET /api/agreement/counted/", { body: { results: [row], next: null } });
  renderApp("/agreement/counted?figure=gold&week=2026-03-02&labeler=7&pool=training");

  expect(await screen.findByRole("row", { name: /Explain the tides. 4.5 6 Amina Osei Training/ })).toBeVisible();
  expect(screen.getByRole("columnheader", { name: "As gold" })).toBeVisible();
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Rankings beside gold, week of 2026-03-02");
  await expect.poll(() => server.sent("GET /api/agreement/counted/")[0]?.query).toBe(
    "?pool=training&figure=gold&week=2026-03-02&labeler=7",
  );
});

test.each([
  ["tie_share", { part: 2, whole: 6 }, "Ties", /Explain the tides. 2 6 Amina/],
  ["leniency", { part: -1.5, whole: 4 }, "Leniency", /Explain the tides. -1.5 4 Amina/],
  ["length_preference", { part: 0.4, whole: 1 }, "Prefers longer", /Explain the tides. 0.4 Amina/],
  ["median_seconds_shown", { part: 12, whole: 3, values: [2.5, 4, 5.5] }, "Seconds on screen", /tides. 2.5, 4, 5.5 3 Amina/],
  ["beside:violent_content", { part: 0.5, whole: 4 }, "Beside the others: violent content", /tides. 0.5 4 Amina/],
])("what a ranking adds to %s stands in its row", async (figure, counted, title, words) => {
  server.on("GET /api/agreement/counted/", { body: { results: [{ ...row, ...counted }], next: null } });
  renderApp(`/agreement/counted?figure=${figure}&labeler=7`);

  expect(await screen.findByRole("row", { name: words })).toBeVisible();
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent(title);
  expect(screen.getByRole("link", { name: "Labelers" })).toBeVisible();
  // What compares one labeler with the others is of nobody without the labeler.
  const isOfOne = figure === "leniency" || figure.startsWith("beside:");
  expect(screen.queryAllByRole("button", { name: "Amina Osei: remove this filter" })).toHaveLength(isOfOne ? 0 : 1);
});

test("nothing sealed is said, not shown as zeros", async () => {
  server.on("GET /api/rating-agreement/", { body: { ...report, num_rankings: 0 } });
  renderApp("/agreement/ratings");

  expect(await screen.findByText("No sealed ranking fits")).toBeVisible();
  expect(screen.queryByRole("table")).not.toBeInTheDocument();
});
