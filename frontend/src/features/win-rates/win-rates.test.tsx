import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Leaderboard, Rate, RankingBehind, Standing } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { catalogue } from "@/testing/tasks";

import { headToHeadFile } from "./standings";

const sft = { id: 3, name: "sft-2" };
const ppo = { id: 8, name: "ppo-1" };

function rate(value: number | null): Rate {
  return {
    value,
    low: value === null ? null : value - 0.05,
    high: value === null ? null : value + 0.05,
    n: value === null ? 0 : 120,
    num_prompts: value === null ? 0 : 100,
    reason_undefined: value === null ? "No sealed judgment answers this yet." : null,
    reason_no_interval: null,
  };
}

function standing(source: typeof sft, change: Partial<Standing>): Standing {
  return {
    source,
    is_baseline: false,
    num_judgments: 120,
    win_rate: null,
    strength: {
      log_strength: 0.4,
      low: 0.1,
      high: 0.7,
      num_contests: 120,
      reason_undefined: null,
      reason_no_interval: null,
      rank: 1,
      rank_low: 1,
      rank_high: 2,
      cluster: 1,
    },
    likert: { figure: rate(5.1), models: [source] },
    ratings: [1, 2, 3, 10, 40, 40, 24],
    flags: [
      { key: "fails_instruction", label: "Fails to follow", figure: rate(0.2), models: [source] },
      { key: "hallucination", label: "Hallucination", figure: rate(null), models: [source] },
    ],
    panels: [],
    ...change,
  };
}

const found: Leaderboard = {
  win_rate_definition: "A tie counts one half.",
  strength_definition: "Bradley and Terry's strengths.",
  pooling_definition: "Sizes of one model are taken together.",
  cluster_definition: "Ranks in 95% of the resamples.",
  interval_method: "95% cluster bootstrap.",
  num_rankings: 120,
  num_sealed: 120,
  num_models_left_out: 0,
  baseline: sft,
  models: [
    standing(ppo, {
      win_rate: rate(0.62),
      panels: [{ distribution: "instruct", pool: "held_out", win_rate: rate(0.66) }],
    }),
    standing(sft, { is_baseline: true }),
  ],
  head_to_head: [
    { model: ppo.id, other: sft.id, win_rate: rate(0.62) },
    { model: sft.id, other: ppo.id, win_rate: rate(0.38) },
  ],
};

const behind: RankingBehind = {
  id: "0000002a-0000-4000-8000-00000000002a",
  labeler: { id: 5, display_name: "Amina Rahman" },
  prompt_id: 17,
  prompt: "Write a short thank-you note",
  submitted_at: "2026-03-01T09:00:00Z",
  model_rank: 1,
  other_rank: 3,
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/catalogue/", { body: catalogue })
    .on("GET /api/win-rates/", { body: found })
    .on("GET /api/win-rates/rankings/", { body: { results: [behind], next: null } });
});

test("models stand by strength with their ranks, and each win rate leads to its rankings", async () => {
  renderApp("/win-rates?project=4");

  const strengths = await screen.findByRole("group", { name: "Strength" });
  expect(within(strengths).getAllByText("rank 1 to 2, cluster 1, 120 contests")).toHaveLength(2);
  const rates = screen.getByRole("group", { name: "Win rate against sft-2" });
  expect(within(rates).getByText("120 tasks on 100 prompts")).toBeVisible();
  expect(within(rates).getByRole("link", { name: "ppo-1" })).toHaveAttribute(
    "href",
    "/win-rates/rankings?model=8&other=3&project=4",
  );
});

test("the panels of prompts and labelers lead to their own rankings", async () => {
  renderApp("/win-rates");

  const panel = await screen.findByRole("group", { name: "Instruct prompts, held-out labelers" });
  // Beside each other they are compared, so all have one scale.
  for (const end of ["0%", "100%"]) expect(within(panel).getByText(end)).toBeVisible();
  expect(within(panel).getByRole("link", { name: "ppo-1" })).toHaveAttribute(
    "href",
    "/win-rates/rankings?model=8&other=3&pool=held_out&distribution=instruct",
  );
});

test("a panel without a contest stands there with its reason", async () => {
  const [policy, baseline] = found.models as [Standing, Standing];
  const none = { ...rate(null), reason_undefined: "No sealed ranking of these prompts shows it yet." };
  const panels: Standing["panels"] = [...policy.panels, { distribution: "gpt", pool: "training", win_rate: none }];
  server.on("GET /api/win-rates/", { body: { ...found, models: [{ ...policy, panels }, baseline] } });
  renderApp("/win-rates");

  expect(await screen.findByRole("list", { name: "GPT prompts, training labelers: not defined" })).toHaveTextContent(
    "ppo-1: not defined. No sealed ranking of these prompts shows it yet.",
  );
});

test("a model alone has no win rate, and the sections say so", async () => {
  server.on("GET /api/win-rates/", { body: { ...found, models: found.models.slice(1), head_to_head: [] } });
  renderApp("/win-rates");

  for (const name of ["Win rate against sft-2", "By prompts and labelers"]) {
    expect(await screen.findByRole("region", { name })).toHaveTextContent("not defined: No other model was judged.");
  }
});

test("head to head is a table with interval and n in every cell", async () => {
  renderApp("/win-rates");

  const table = await screen.findByRole("table", { name: "Head to head" });
  expect(within(table).getByRole("link", { name: "62.0% (57 to 67, n 120)" })).toBeVisible();
  expect(within(table).getByRole("link", { name: "38.0% (33 to 43, n 120)" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Download Head to head as CSV" })).toBeVisible();
  const file = headToHeadFile(found);
  expect(file.columns).toEqual(["Model", "Over", "Win rate", "95% low", "95% high", "n", "Prompts", "Missing because"]);
  expect(file.rows[1]?.slice(0, 3)).toEqual(["sft-2", "ppo-1", 0.38]);
});

test("what has no interval says why, beside a strength and below the table of head to head", async () => {
  const reason = "An interval needs at least 5 prompts; here are 3.";
  const none = { low: null, high: null, reason_no_interval: reason };
  const body: Leaderboard = {
    ...found,
    models: found.models.map((model) => ({
      ...model,
      strength: { ...model.strength, ...none, rank_low: null, rank_high: null, cluster: null },
    })),
    head_to_head: found.head_to_head.map((pair) => ({ ...pair, win_rate: { ...pair.win_rate, ...none } })),
  };
  server.on("GET /api/win-rates/", { body });
  renderApp("/win-rates");

  const strengths = await screen.findByRole("group", { name: "Strength" });
  expect(within(strengths).getAllByText(`rank 1, 120 contests. ${reason}`)).toHaveLength(2);
  expect(screen.getByRole("link", { name: "62.0% (no interval, n 120)" })).toBeVisible();
  const below = screen.getByRole("list", { name: "Head to head: no interval" });
  expect(below).toHaveTextContent(`sft-2 and ppo-1: no interval. ${reason}`);
  expect(screen.queryByRole("list", { name: "Head to head: not defined" })).not.toBeInTheDocument();
});

test("ratings are read out as shares, and a flag that nobody was asked about says so", async () => {
  const { user } = renderApp("/win-rates");

  const bar = await screen.findByRole("group", { name: /^ppo-1: 1 Worst: 0.8%/ });
  expect(bar).toBeVisible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Flag" }), "hallucination");

  expect(screen.getByRole("list", { name: "Hallucination: not defined" })).toHaveTextContent(
    "ppo-1; sft-2: not defined. No sealed judgment answers this yet.",
  );
});

test("the share of a flag says whom it was asked about, and that a labeler may differ (R26, R37)", async () => {
  renderApp("/win-rates");

  const said = await screen.findByRole("region", { name: "What was said of them" });
  expect(said).toHaveTextContent(/Hallucination about closed-domain prompts .* unless the labeler found otherwise/);
});

test("a figure over several sizes of a model says over which", async () => {
  const small = { id: 12, name: "ppo 1.3B" };
  const large = { id: 13, name: "ppo 6B" };
  const pooled = { figure: rate(5.1), models: [small, large] };
  server.on("GET /api/win-rates/", {
    body: { ...found, models: [standing(small, { likert: pooled }), standing(sft, {})] },
  });
  renderApp("/win-rates");

  const means = await screen.findByRole("group", { name: "Mean rating" });
  expect(within(means).getByText("120 judgments on 100 prompts, of ppo 1.3B and ppo 6B together")).toBeVisible();
  expect(within(means).getByText("120 judgments on 100 prompts")).toBeVisible();
  expect(screen.getAllByText(/Sizes of one model are taken together/).length).toBeGreaterThan(1);
  const parts = within(means).getAllByRole("link", { name: /its part of the rankings/ });
  expect(parts.map((one) => one.getAttribute("href"))).toEqual([
    "/win-rates/rankings?model=12",
    "/win-rates/rankings?model=13",
  ]);
  expect(within(means).queryByRole("link", { name: "ppo 1.3B" })).not.toBeInTheDocument();
});

test("strengths that are not defined say why once", async () => {
  const none = {
    ...found.models[0]?.strength,
    log_strength: null,
    reason_undefined: "Their strength would be infinite.",
  } as Standing["strength"];
  server.on("GET /api/win-rates/", {
    body: { ...found, models: found.models.map((model) => ({ ...model, strength: none })) },
  });
  renderApp("/win-rates");

  expect(await screen.findByText("Not defined. Their strength would be infinite.")).toBeVisible();
});

test("a model without a strength is named below the strengths of the others", async () => {
  const [first, ...others] = found.models;
  const unbeaten = {
    ...first,
    strength: { ...first?.strength, log_strength: null, reason_undefined: "ppo-1 was never beaten." },
  } as Standing;
  server.on("GET /api/win-rates/", { body: { ...found, models: [...others, unbeaten] } });
  renderApp("/win-rates");

  const strengths = await screen.findByRole("group", { name: "Strength" });
  expect(within(strengths).queryByText("ppo-1")).toBeNull();
  expect(screen.getByText("Not defined. ppo-1 was never beaten.")).toBeVisible();
});

test("the rankings behind a rate are listed with both ranks and who won", async () => {
  renderApp("/win-rates/rankings?model=8&other=3&pool=held_out");

  expect(await screen.findByRole("heading", { name: "ppo-1 over sft-2", level: 1 })).toBeVisible();
  const row = await screen.findByRole("row", { name: /thank-you note 1 3 won Amina Rahman/ });
  expect(within(row).getByRole("link", { name: behind.prompt })).toHaveAttribute("href", `/rankings/${behind.id}`);
  await expect.poll(() => server.sent("GET /api/win-rates/rankings/")[0]?.query).toBe("?pool=held_out&model=8&other=3");
});

test("what the rankings behind a rate are chosen by is seen, and can be unchosen", async () => {
  const { user, router } = renderApp("/win-rates/rankings?model=8&other=3&pool=held_out&distribution=instruct");
  expect(await screen.findByRole("combobox", { name: "Prompts" })).toHaveDisplayValue("Instruct prompts");
  const pool = screen.getByRole("combobox", { name: "Pool" });
  expect(pool).toHaveDisplayValue("Held-out labelers");

  await user.selectOptions(pool, "Both pools");

  await expect.poll(() => router.state.location.search).toBe("?model=8&other=3&distribution=instruct");
});

test("a strength, a mean rating and a flag lead to the rankings of the model", async () => {
  const { user } = renderApp("/win-rates?pool=held_out");

  const strengths = await screen.findByRole("group", { name: "Strength" });
  const ofModel = "/win-rates/rankings?model=8&pool=held_out";
  expect(within(strengths).getByRole("link", { name: "ppo-1" })).toHaveAttribute("href", ofModel);
  const means = screen.getByRole("group", { name: "Mean rating" });
  expect(within(means).getByRole("link", { name: "ppo-1" })).toHaveAttribute("href", ofModel);
  await user.click(within(strengths).getByRole("link", { name: "ppo-1" }));

  expect(await screen.findByRole("heading", { name: "Rankings of ppo-1", level: 1 })).toBeVisible();
  expect(screen.queryByRole("columnheader", { name: /over/ })).toBeNull();
  await expect.poll(() => server.sent("GET /api/win-rates/rankings/")[0]?.query).toBe("?pool=held_out&model=8");
});

test("the page ends in how its figures are counted, head to head among them", async () => {
  renderApp("/win-rates");

  const counted = await screen.findByRole("region", { name: "How this is counted" });
  expect(counted).toHaveTextContent("Win rates and head to head. A tie counts one half.");
  expect(counted).toHaveTextContent("Intervals. 95% cluster bootstrap.");
});

test("each part of a bar of ratings leads to the rankings that said it, and so does its table", async () => {
  const { user } = renderApp("/win-rates?pool=held_out");

  const bar = await screen.findByRole("group", { name: /^ppo-1: 1 Worst/ });
  const five = within(bar).getByRole("link", { name: "ppo-1, 5: 33.3%, 40 judgments" });
  const ofFive = "/win-rates/rankings?model=8&rating=5&pool=held_out";
  expect(five).toHaveAttribute("href", ofFive);
  const section = screen.getByRole("region", { name: "How ratings spread" });
  await user.click(within(section).getByText("Figures and files"));
  const row = within(section).getByRole("row", { name: /^ppo-1 1 2 3 10 40 40 24 120/ });
  expect(within(row).getAllByRole("link", { name: "40" })[0]).toHaveAttribute("href", ofFive);
  await user.click(five);

  expect(await screen.findByRole("heading", { name: "ppo-1: rated 5", level: 1 })).toBeVisible();
  await expect.poll(() => server.sent("GET /api/win-rates/rankings/")[0]?.query).toBe(
    "?pool=held_out&model=8&rating=5",
  );
});

test("the rankings behind a flag are those that said yes to it of the model", async () => {
  renderApp("/win-rates/rankings?model=8&said=expresses_opinion");

  expect(await screen.findByRole("heading", { name: /^ppo-1: expresses/i, level: 1 })).toBeVisible();
  await expect.poll(() => server.sent("GET /api/win-rates/rankings/")[0]?.query).toBe(
    "?model=8&flag=expresses_opinion",
  );
});

test("nothing fits, or a baseline that is refused, is said in words", async () => {
  server.on("GET /api/win-rates/", { body: { ...found, models: [], head_to_head: [], baseline: null } });
  const { unmount } = renderApp("/win-rates");
  expect(await screen.findByText("No sealed ranking fits")).toBeVisible();
  unmount();

  server.on("GET /api/win-rates/", refusal(422, "not_a_baseline", "Choose one that is listed."));
  renderApp("/win-rates?baseline=99");
  expect(await screen.findByText(/Choose one that is listed/)).toBeVisible();
});
