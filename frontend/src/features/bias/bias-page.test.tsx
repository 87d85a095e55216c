import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { BiasReport, LeakReport, RankingBehindBias, Share, ToldCompletion } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";

function share(value: number | null): Share {
  return {
    value,
    low: value === null ? null : value - 0.04,
    high: value === null ? null : value + 0.04,
    n: value === null ? 0 : 900,
    num_prompts: value === null ? 0 : 120,
    reason_undefined: value === null ? "No strictly ordered pair differs in it." : null,
    reason_no_interval: null,
  };
}

const bias: BiasReport = {
  definition: "One half is no preference.",
  by_place_definition: "A tie counts one half.",
  interval_method: "95% cluster bootstrap.",
  num_rankings: 5000,
  num_sealed: 12000,
  preferences: [
    { key: "first_shown", label: "Shown earlier", figure: share(0.56) },
    { key: "longer", label: "Longer", figure: share(0.61) },
    { key: "code", label: "Code", figure: share(null) },
  ],
  places: [{ place: 0, figure: share(0.55) }],
};

const leak: LeakReport = {
  definition: "Balanced accuracy.",
  interval_method: "95% cluster bootstrap.",
  num_completions: 2000,
  num_prompts_left_out: 0,
  chance: 0.25,
  sights: [{ key: "everything", label: "Everything that the labeler saw", figure: share(0.62) }],
  sources: [{ id: 3, name: "ppo-1", figure: share(0.7) }],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/bias/", { body: bias })
    .on("GET /api/bias/leak/", { body: leak });
});

test("each share is drawn with its interval and says how many pairs are behind it", async () => {
  renderApp("/bias");

  const place = await screen.findByRole("group", { name: "Place and length" });
  expect(
    within(place).getByRole("img", { name: "Shown earlier: 56.0%, 95% interval 52.0% to 60.0%" }),
  ).toBeVisible();
  expect(within(place).getAllByText("900 pairs on 120 prompts")).toHaveLength(2);
  expect(screen.getByText(/5,000 rankings of 12,000, the newest/)).toBeVisible();
  expect(screen.getByText("Shown first")).toBeVisible();
});

test("each figure leads to the rankings that it counts pairs of", async () => {
  const row: RankingBehindBias = {
    id: "0000002a-0000-4000-8000-00000000002a",
    project: { id: 3, name: "Helpfulness" },
    prompt_id: 17,
    excerpt: "Write a short thank-you note",
    labeler: { id: 5, display_name: "Amina Rahman", pool: "held_out" },
    k: 4,
    submitted_at: "2026-03-01T09:00:00Z",
    num_pairs: 6,
    num_favour: 4.5,
  };
  server.on("GET /api/bias/rankings/", { body: { results: [row], next: null } });
  const { user } = renderApp("/bias?pool=held_out");

  const lengths = await screen.findByRole("group", { name: "Place and length" });
  expect(within(lengths).getByRole("link", { name: "Longer" })).toHaveAttribute(
    "href",
    "/bias/rankings?figure=longer&pool=held_out",
  );
  await user.click(screen.getByRole("link", { name: "Shown first" }));

  expect(await screen.findByRole("heading", { name: "Rankings behind: Shown first", level: 1 })).toBeVisible();
  const shown = await screen.findByRole("row", { name: /thank-you note 4.5 6 Amina Rahman Helpfulness/ });
  expect(within(shown).getByRole("link", { name: row.excerpt })).toHaveAttribute("href", `/rankings/${row.id}`);
  expect(within(shown).getByRole("link", { name: "Helpfulness" })).toHaveAttribute("href", "/projects/3");
  await expect.poll(() => server.sent("GET /api/bias/rankings/")[0]?.query).toBe(
    "?pool=held_out&figure=place%3A0",
  );
});

test("a figure that no ranking has a pair for says so", async () => {
  server.on("GET /api/bias/rankings/", { body: { results: [], next: null } });
  renderApp("/bias/rankings?figure=code");

  expect(await screen.findByText("No ranking has such a pair")).toBeVisible();
  expect(await screen.findByRole("heading", { name: "Rankings behind: Code", level: 1 })).toBeVisible();
});

test("a leak leads to the completions that were looked at, and says which were told right", async () => {
  const completion: ToldCompletion = {
    id: 41,
    prompt_id: 17,
    excerpt: "Thank you for the tea",
    source: { id: 3, name: "ppo-1" },
    told: { id: 3, name: "ppo-1" },
  };
  const rows = [
    completion,
    { ...completion, id: 42, excerpt: "Many thanks", told: { id: 4, name: "sft-2" } },
    { ...completion, id: 43, excerpt: "Cheers", told: null },
  ];
  server.on("GET /api/bias/leak/completions/", { body: { results: rows, next: null } });
  const { user } = renderApp("/bias?simulated=yes");

  expect(await screen.findByRole("link", { name: "Everything that the labeler saw" })).toHaveAttribute(
    "href",
    "/bias/completions?sight=everything&simulated=yes",
  );
  await user.click(screen.getByRole("link", { name: "ppo-1" }));

  expect(await screen.findByRole("heading", { name: "Completions of ppo-1", level: 1 })).toBeVisible();
  expect(await screen.findByRole("row", { name: "Thank you for the tea ppo-1 ppo-1 yes" })).toBeVisible();
  expect(screen.getByRole("row", { name: "Many thanks ppo-1 sft-2 no" })).toBeVisible();
  expect(screen.getByRole("row", { name: "Cheers ppo-1 nobody no" })).toBeVisible();
  await expect.poll(() => server.sent("GET /api/bias/leak/completions/")[0]?.query).toBe(
    "?include_simulated=true&source=3",
  );
});

test("too few completions to look at is said in words", async () => {
  server.on("GET /api/bias/leak/completions/", { body: { results: [], next: null } });
  renderApp("/bias/completions?sight=everything");

  expect(await screen.findByText("No completion was looked at")).toBeVisible();
});

test("what is not defined says why", async () => {
  renderApp("/bias");

  const missing = await screen.findByRole("list", { name: "Formatting: not defined" });
  expect(missing).toHaveTextContent("Code: not defined. No strictly ordered pair differs in it.");
});

test("the page ends in how its figures are counted, those of the leak as well", async () => {
  renderApp("/bias");

  const counted = await screen.findByRole("region", { name: "How this is counted" });
  await waitFor(() => expect(counted).toHaveTextContent("Does the source show? Balanced accuracy."));
  expect(counted).toHaveTextContent("Place, length and formatting. One half is no preference.");
  expect(counted).toHaveTextContent("Their intervals. 95% cluster bootstrap.");
});

test("the table behind a chart has n and prompts by themselves, and what is not defined with its reason", async () => {
  const preferences = bias.preferences.map((one) => (one.key === "longer" ? { ...one, figure: share(null) } : one));
  server.on("GET /api/bias/", { body: { ...bias, preferences } });
  const { user } = renderApp("/bias");

  const section = await screen.findByRole("region", { name: "Place and length" });
  await user.click(within(section).getByText("Figures and files"));
  const heads = within(section).getAllByRole("columnheader").map((one) => one.textContent);
  expect(heads).toEqual(["Name", "Figure", "95% low", "95% high", "n", "Prompts", "Missing because", "Behind it"]);
  expect(within(section).getByRole("row", { name: /^Shown earlier 0.56 .* 900 120/ })).toBeVisible();
  expect(within(section).getByRole("row", { name: /^Longer .*No strictly ordered pair differs in it/ })).toBeVisible();
});

test("a section without any share stands there and says why", async () => {
  const few = { ...share(null), reason_undefined: "Two sources are needed; there is 1." };
  server
    .on("GET /api/bias/", { body: { ...bias, places: [] } })
    .on("GET /api/bias/leak/", {
      body: { ...leak, sights: [{ key: "everything", label: "Everything", figure: few }], sources: [] },
    });
  renderApp("/bias");

  expect(await screen.findByRole("region", { name: "Pairs won by place" })).toHaveTextContent(
    "not defined: No ranking that fits says in which order its completions were shown.",
  );
  expect(await screen.findByRole("region", { name: "Told right, by source" })).toHaveTextContent(
    "not defined: Two sources are needed; there is 1.",
  );
});

test("a leak is said in words, with the source that shows most", async () => {
  renderApp("/bias");

  expect(await screen.findByText(/The source leaks: 62.0% are told right where luck alone tells 25.0%/)).toBeVisible();
  expect(screen.getByText("ppo-1")).toBeVisible();
});

test("filters stay in the address and go with both questions", async () => {
  const { user, router } = renderApp("/bias?simulated=yes");
  await screen.findByRole("group", { name: "Place and length" });

  await user.selectOptions(screen.getByRole("combobox", { name: "Pool" }), "held_out");

  expect(router.state.location.search).toBe("?simulated=yes&pool=held_out");
  for (const route of ["GET /api/bias/", "GET /api/bias/leak/"]) {
    expect(server.sent(route).at(-1)?.query).toBe("?pool=held_out&include_simulated=true");
  }
});

test("without a ranking the page says what is missing, and a failing leak does not hide the rest", async () => {
  server
    .on("GET /api/bias/", { body: { ...bias, num_rankings: 0, num_sealed: 0 } })
    .on("GET /api/bias/leak/", refusal(500, "error", "It broke."));
  renderApp("/bias");

  expect(await screen.findByText("No sealed ranking fits")).toBeVisible();
});

test("what fails for both halves of the page alike is said once, and tried again for both", async () => {
  const away = refusal(403, "forbidden", "Your session has ended.");
  server.on("GET /api/bias/", away).on("GET /api/bias/leak/", away);
  const { user } = renderApp("/bias");
  const again = await screen.findByRole("button", { name: "Try again" });
  expect(screen.getAllByText(/Your session has ended/)).toHaveLength(1);
  server.on("GET /api/bias/", { body: bias }).on("GET /api/bias/leak/", { body: leak });

  await user.click(again);

  expect(await screen.findByRole("group", { name: "Place and length" })).toBeVisible();
  expect(await screen.findByRole("group", { name: "Does the source show?" })).toBeVisible();
});
