import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { ContestedList, ContestedPrompt } from "@/api/research-types";
import { amina as aminaUser, ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

import { tiersOf } from "./letters";

const list: ContestedList = {
  concordance_definition: "The share with the same answer.",
  concordance_interval_method: "The jackknife over labelers.",
  entropy_definition: "How divided labelers are.",
  num_prompts: 240,
  prompts: [
    {
      project: { id: 3, name: "Helpfulness" },
      prompt_id: 41,
      excerpt: "Explain the tides.",
      k: 4,
      num_labelers: 3,
      concordance: {
        value: 0.0833,
        low: 0,
        high: 0.4104,
        num_pairs: 18,
        num_prompts: 1,
        reason_undefined: null,
        reason_no_interval: null,
        chance: null,
      },
      entropy: 0.792,
      score: 1.584,
      last_submitted_at: "2026-03-02T10:00:00Z",
      is_adjudicated: true,
      is_gold: true,
    },
  ],
  excluded: [
    {
      project: { id: 3, name: "Helpfulness" },
      prompt_id: 52,
      excerpt: "asdf",
      reason: "Not a question.",
      author_name: "Ruth Adler",
      created_at: "2026-03-01T10:00:00Z",
    },
  ],
};

function ladder(id: string, name: string, ranks: number[]): ContestedPrompt["ladders"][number] {
  return {
    ranking_id: id,
    labeler: { id: id.length, display_name: name, pool: "training" },
    submitted_at: "2026-03-02T10:00:00Z",
    seconds_active: 90,
    items: ranks.map((rank, index) => ({ completion_id: 11 + index, rank, rating: null, note: "" })),
    can_be_asked: true,
    questions: [],
  };
}

const contested: ContestedPrompt = {
  project: { id: 3, name: "Helpfulness" },
  prompt_id: 41,
  text: "Explain the tides.",
  category: null,
  completions: [
    { id: 11, text: "The moon pulls.", source_name: "policy-a" },
    { id: 12, text: "The sun pulls.", source_name: "policy-b" },
    { id: 13, text: "Wind.", source_name: "policy-c" },
  ],
  ladders: [ladder("aa", "Amina Osei", [1, 2, 2]), ladder("bbb", "Otto Berg", [3, 2, 1])],
  kendall_w: {
    value: 0.1,
    low: 0,
    high: 0.42,
    num_pairs: 5,
    num_prompts: 1,
    reason_undefined: null,
    reason_no_interval: null,
    chance: null,
  },
  mean_tau_b: {
    value: null,
    low: null,
    high: null,
    num_pairs: 10,
    num_prompts: 1,
    reason_undefined: "No order in both.",
    reason_no_interval: null,
    chance: null,
  },
  concordance_interval_method: "The jackknife over labelers.",
  adjudication: null,
  exclusion: null,
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/completion-sources/", { body: { results: [], next: null } })
    .on("GET /api/catalogue/", { body: { categories: [] } })
    .on("GET /api/contested-prompts/", { body: list })
    .on("GET /api/contested-prompts/3/41/", { body: contested });
});

test("tiers hold the letters of equal ranks, the best first", () => {
  const letters = new Map([
    [11, "A"],
    [12, "B"],
    [13, "C"],
  ]);

  expect(tiersOf([
    { completion_id: 13, rank: 1 },
    { completion_id: 12, rank: 2 },
    { completion_id: 11, rank: 2 },
  ], letters)).toEqual([
    { rank: 1, letters: ["C"] },
    { rank: 2, letters: ["A", "B"] },
  ]);
});

test("the list says how much there is and what was decided (R46)", async () => {
  renderApp("/agreement/contested");

  const row = await screen.findByRole("row", { name: /Explain the tides/ });
  expect(row).toHaveTextContent("8%0% to 41%18 comparisons");
  expect(within(row).getByRole("link", { name: "18 comparisons" })).toHaveAttribute("href", "/agreement/contested/3/41");
  expect(row).toHaveTextContent("Gold");
  const terms = screen.getByRole("region", { name: "How this is counted" });
  expect(terms).toHaveTextContent("Agreement. The share with the same answer.");
  expect(terms).toHaveTextContent("Intervals. The jackknife over labelers.");
  expect(screen.getByText(/The first 1 of 240 prompts/)).toBeVisible();
  expect(screen.getByRole("row", { name: /asdf/ })).toHaveTextContent("Not a question.");
});

test("prompts of few labelers have no interval, and why is said once (R46)", async () => {
  const { prompts } = list;
  const reason = "Too few labelers for a useful interval: 5 are needed.";
  const few = prompts.flatMap((row) =>
    [51, 52].map((id) => ({
      ...row,
      prompt_id: id,
      excerpt: `Number ${id}`,
      concordance: { ...row.concordance, low: null, high: null, reason_no_interval: reason },
    })),
  );
  server.on("GET /api/contested-prompts/", { body: { ...list, prompts: [...prompts, ...few] } });
  renderApp("/agreement/contested");

  expect(await screen.findByRole("row", { name: /Number 51/ })).toHaveTextContent("8%no interval18 comparisons");
  expect(screen.getByRole("list", { name: "Contested prompts: no interval" })).toHaveTextContent(
    `2 prompts: no interval. ${reason}`,
  );
});

test("the order is chosen on the page and kept in the address", async () => {
  const { user, router } = renderApp("/agreement/contested?category=chat");
  const row = await screen.findByRole("row", { name: /Explain the tides/ });
  expect(row).toHaveTextContent("18 comparisons0.791.58");
  expect(screen.getByRole("heading", { name: "Least agreement first" })).toBeVisible();

  await user.selectOptions(screen.getByRole("combobox", { name: "Order" }), "Entropy × labelers");

  expect(await screen.findByRole("heading", { name: "Entropy × labelers first" })).toBeVisible();
  expect(router.state.location.search).toBe("?category=chat&order=entropy_traffic");
  await expect
    .poll(() => server.sent("GET /api/contested-prompts/").at(-1)?.query)
    .toBe("?category=chat&order=entropy_traffic");
});

test("of one project the rows do not say its name again", async () => {
  renderApp("/agreement/contested?project=3");

  const table = await screen.findByRole("table", { name: "Contested prompts" });
  expect(within(table).getByRole("columnheader", { name: "Agreement" })).toBeVisible();
  expect(within(table).queryByRole("columnheader", { name: "Project" })).not.toBeInTheDocument();
});

test("orders stand side by side, blind until they are revealed", async () => {
  const { user } = renderApp("/agreement/contested/3/41");

  const amina = await screen.findByRole("article", { name: "Order of Amina Osei" });
  const tiers = within(amina).getAllByRole("listitem").map((tier) => tier.textContent);
  expect(tiers).toEqual(["A", "BC"]);
  expect(document.body).not.toHaveTextContent("policy-a");
  expect(screen.getByText("not defined: No order in both.")).toBeVisible();
  expect(screen.getByText(/1 is one and the same order, 0 none in common/)).toBeVisible();
  expect(screen.getByText("95% interval 0.000 to 0.420. n = 5 labelers who ranked all of it.")).toBeVisible();
  expect(screen.getByText("The jackknife over labelers.")).toBeVisible();
  expect(screen.getByText(/1 is the same order, -1 the reverse/)).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Reveal who wrote what" }));

  expect(screen.getByRole("article", { name: "Completion A" })).toHaveTextContent("policy-a");
});

test("a long prompt scrolls by itself, also by key, over the orders", async () => {
  renderApp("/agreement/contested/3/41");

  const asked = await screen.findByRole("group", { name: "The prompt's text" });
  expect(asked).toHaveTextContent("Explain the tides.");
  expect(asked).toHaveAttribute("tabindex", "0");
  const orders = screen.getByRole("heading", { name: "Orders side by side" });
  const texts = screen.getByRole("heading", { name: "Completions" });
  const together = screen.getByRole("heading", { name: "How far the orders go together" });
  expect(orders.compareDocumentPosition(texts)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  expect(texts.compareDocumentPosition(together)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

test("settling needs every rank and a reason, and sends them", async () => {
  server.on("POST /api/contested-prompts/3/41/adjudication/", { status: 201, body: {} });
  const { user } = renderApp("/agreement/contested/3/41");
  const settle = await screen.findByRole("button", { name: "Settle it so" });
  expect(settle).toBeDisabled();

  await user.click(screen.getByRole("button", { name: "As Otto Berg has it" }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Rank of B" }), "1");
  await user.type(screen.getByRole("textbox", { name: "Why this order" }), "C is right.");
  await user.click(screen.getByRole("checkbox", { name: /Gold/ }));
  await user.click(settle);

  await waitFor(() =>
    expect(server.sent("POST /api/contested-prompts/3/41/adjudication/")[0]?.body).toEqual({
      ranks: [
        { completion_id: 11, rank: 3 },
        { completion_id: 12, rank: 1 },
        { completion_id: 13, rank: 1 },
      ],
      is_gold: true,
      reason: "C is right.",
    }),
  );
});

test("the labelers are asked, and what they answer stands under their orders", async () => {
  const path = "/api/contested-prompts/3/41/";
  server.on(`POST ${path}questions/`, { status: 201, body: { num_asked: 2 } });
  const { user } = renderApp("/agreement/contested/3/41");
  const ask = await screen.findByRole("button", { name: "Ask 2 labelers" });
  expect(ask).toBeDisabled();
  await user.type(screen.getByRole("textbox", { name: "What you want to know" }), "What decided it?");
  const [amina, otto] = contested.ladders;
  const said = { id: 5, author_name: "Ruth Adler", text: "What decided it?", created_at: "2026-03-03T10:00:00Z" };
  server.on(`GET ${path}`, {
    body: {
      ...contested,
      ladders: [
        { ...amina, questions: [{ ...said, answer: "A names the moon.", answered_at: "2026-03-04T10:00:00Z" }] },
        { ...otto, can_be_asked: false, questions: [{ ...said, id: 6, answer: "", answered_at: null }] },
      ],
    },
  });

  await user.click(ask);

  const answered = screen.getByRole("article", { name: "Order of Amina Osei" });
  expect(await within(answered).findByText("A names the moon.")).toBeVisible();
  expect(screen.getByRole("article", { name: "Order of Otto Berg" })).toHaveTextContent("No answer yet");
  expect(screen.getByRole("button", { name: "Ask 1 labeler" })).toBeVisible();
  expect(screen.getByText(/1 other cannot be asked/)).toBeVisible();
  expect(server.sent(`POST ${path}questions/`)[0]?.body).toEqual({
    text: "What decided it?",
    client_key: expect.any(String) as string,
  });
});

test("a prompt is taken out with a reason and let back", async () => {
  server.on("POST /api/contested-prompts/3/41/exclusion/", { status: 201, body: {} });
  const { user } = renderApp("/agreement/contested/3/41");
  const exclude = await screen.findByRole("button", { name: "Exclude the prompt" });
  expect(exclude).toBeDisabled();
  await user.type(screen.getByRole("textbox", { name: "Why it is excluded" }), "Broken.");
  server.on("GET /api/contested-prompts/3/41/", {
    body: {
      ...contested,
      exclusion: { reason: "Broken.", author_name: "Ruth Adler", created_at: "2026-03-03T10:00:00Z" },
    },
  });

  await user.click(exclude);

  expect(await screen.findByRole("button", { name: "Let it back" })).toBeVisible();
  expect(screen.getByText(/by Ruth Adler: Broken\./)).toBeVisible();
  expect(server.sent("POST /api/contested-prompts/3/41/exclusion/")[0]?.body).toEqual({ reason: "Broken." });
});

test("a labeler does not see it", async () => {
  server.on("GET /api/session/", { body: sessionOf(aminaUser) });
  renderApp("/agreement/contested");

  expect(await screen.findByText(/not part of your role/)).toBeVisible();
});
