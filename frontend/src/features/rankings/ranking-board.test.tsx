import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import { renderApp } from "@/testing/render";
import type { FakeServer } from "@/testing/server";
import { refusal } from "@/testing/server";
import { rankingTask, serverWith, submitted } from "@/testing/tasks";

const task = rankingTask();
let server: FakeServer;

async function openBoard() {
  const view = renderApp("/label/5");
  await screen.findByRole("region", { name: "Completion A" });
  return view;
}
const submitButton = () => screen.getByRole("button", { name: "Submit" });
const ladderText = () =>
  screen
    .queryAllByRole("listitem", { name: /^Tier/ })
    .map((tier) =>
      within(tier)
        .getAllByRole("button", { name: /in tier/ })
        .map((chip) => chip.textContent.charAt(0))
        .join(""),
    )
    .join(" ");
function sentRanks() {
  const body = server.sent("POST /api/rankings/")[0]?.body as {
    items: { handle: string; rank: number }[];
  };
  return Object.fromEntries(body.items.map(({ handle, rank }) => [handle.slice(-1), rank]));
}

beforeEach(() => {
  server = serverWith(task);
});

describe("by keyboard alone", () => {
  test("a task is rated, ordered and submitted (R25, R31)", async () => {
    const { user } = await openBoard();

    // A fails the instruction; the others have nothing to report. Each rating opens the next.
    await user.keyboard("q02");
    expect(screen.getByRole("region", { name: "Completion B" })).toBeInTheDocument();
    await user.keyboard("06" + "06" + "04");
    expect(ladderText()).toBe("BC D A");

    await user.keyboard("{Tab}c{Shift>}{ArrowUp}{/Shift}");
    expect(ladderText()).toBe("C B D A");
    await user.keyboard("d[Equal]");
    expect(ladderText()).toBe("C BD A");
    await user.keyboard("{Control>}{Enter}{/Control}");

    await screen.findByText("Nothing for you now");
    expect(sentRanks()).toEqual({ A: 3, B: 2, C: 1, D: 2 });
    expect(server.sent("POST /api/rankings/")[0]?.body).toMatchObject({
      assignment: task.id,
      order_source: "seeded",
      items: [
        {
          handle: "handle-A",
          rating: 2,
          flags: { fails_instruction: true, expresses_opinion: false },
          note: "",
        },
        { handle: "handle-B", rating: 6 },
        { handle: "handle-C", rating: 6 },
        { handle: "handle-D", rating: 4 },
      ],
    });
  });

  test("what is typed into a note rates nothing", async () => {
    const { user } = await openBoard();

    await user.keyboard("n");
    await user.keyboard("7 q{Escape}");

    expect(screen.getByRole("button", { name: /7 q/ })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: /^7 Best/ })).toHaveAttribute("aria-pressed", "false");
    expect(screen.getAllByRole("button", { name: /not answered$/ })).toHaveLength(2);
  });

  test("a key whose flag is not asked does nothing", async () => {
    const { user } = await openBoard();

    await user.keyboard("w");

    expect(screen.queryByRole("button", { name: /^Hallucination not answered/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Undo (Ctrl Z)" })).toBeDisabled();
  });

  test("undo and redo go through everything said in the task", async () => {
    const { user } = await openBoard();

    await user.keyboard("5");
    expect(ladderText()).toBe("A");
    await user.keyboard("{Control>}z{/Control}");
    expect(ladderText()).toBe("");
    await user.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
    expect(ladderText()).toBe("A");
  });

  test("Shift Tab hands Tab and Space back to the browser until Esc", async () => {
    const { user } = await openBoard();
    await user.keyboard("{Shift>}{Tab}{/Shift}{Tab}");
    expect(screen.getByRole("button", { name: "1 Read and rate" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );

    await user.keyboard("{Escape}{Tab}");

    expect(screen.getByRole("button", { name: "2 Order" })).toHaveAttribute("aria-pressed", "true");
  });

  test("the table of keys opens over the board, and the board's keys rest meanwhile", async () => {
    const { user } = await openBoard();

    await user.keyboard("?");
    const keys = await screen.findByRole("dialog", { name: "Keys" });
    expect(within(keys).getByText("No other problems: answers the open flags")).toBeVisible();
    expect(within(keys).getByText("Compare two: then their two letters")).toBeVisible();
    await user.keyboard("7");
    await user.keyboard("{Escape}");

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByRole("button", { name: /^7 Best/ })).toHaveAttribute("aria-pressed", "false");
  });

  test("single-key shortcuts can be switched off", async () => {
    window.localStorage.setItem("concord:preference:single-keys", "false");
    const { user } = await openBoard();

    await user.keyboard("7");
    expect(ladderText()).toBe("");
    await user.click(screen.getByRole("button", { name: /^7 Best/ }));
    expect(ladderText()).toBe("A");
  });
});

describe("before submitting", () => {
  test("every completion must be rated, every flag answered and everything placed (R27)", async () => {
    const { user } = await openBoard();
    expect(submitButton()).toBeDisabled();
    expect(screen.getByText("Still to rate: A, B, C and D.")).toBeVisible();

    // Ratings only: each opens the next one, and the flags stay open.
    await user.keyboard("5555");
    expect(screen.getByText("Flags open: A, B, C and D (0 answers the rest).")).toBeVisible();
    expect(submitButton()).toBeDisabled();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(server.sent("POST /api/rankings/")).toHaveLength(0);

    await user.keyboard("0000");
    expect(submitButton()).toBeEnabled();
  });

  test("an order that only follows the ratings is confirmed first", async () => {
    const { user } = await openBoard();
    await user.keyboard("03050306");
    await user.click(submitButton());

    expect(screen.getByText(/The order comes only from your ratings/)).toBeVisible();
    expect(server.sent("POST /api/rankings/")).toHaveLength(0);
    await user.keyboard("{Enter}");

    await screen.findByText("Nothing for you now");
    expect(sentRanks()).toEqual({ A: 3, B: 2, C: 3, D: 1 });
  });

  test("without seeding the completions wait in the tray, and any order is the labeler's", async () => {
    server = serverWith(
      rankingTask({ project: { ...task.project, seed_order_from_ratings: false } }),
    );
    const { user } = await openBoard();

    await user.keyboard("03050306");
    expect(screen.getByText("Still to place: A, B, C and D.")).toBeVisible();
    await user.keyboard("{Tab}a1b1c2d1{Control>}{Enter}{/Control}");

    await screen.findByText("Nothing for you now");
    expect(sentRanks()).toEqual({ A: 1, B: 1, C: 2, D: 1 });
    expect(server.sent("POST /api/rankings/")[0]?.body).toMatchObject({ order_source: "unseeded" });
  });

  test("a contradiction is said and can be fixed from where it is said", async () => {
    const { user } = await openBoard();
    await user.keyboard("03050504" + "{Tab}a1");

    expect(ladderText()).toBe("ABC D");
    expect(screen.getByText(/A stands above D but is rated 3 against 4/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Put D above A" }));

    expect(ladderText()).toBe("D ABC");
    expect(screen.getByText(/B stands above|stands above/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Keep on purpose" }));
    expect(screen.queryByText(/stands above/)).toBeNull();
    expect(submitButton()).toBeEnabled();
  });
});

describe("by click", () => {
  test("chips, tiers and gaps do what the keys do", async () => {
    const { user } = await openBoard();
    await user.keyboard("03050304" + "{Tab}");
    expect(ladderText()).toBe("B D AC");

    await user.click(screen.getByRole("button", { name: /^C tied with A/ }));
    expect(screen.getByRole("region", { name: "Completion C" })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Put C into a new tier on top" }));
    expect(ladderText()).toBe("C B D A");
    await user.click(screen.getByRole("button", { name: "Put C into tier 3" }));
    expect(ladderText()).toBe("B CD A");
    await user.click(screen.getByRole("button", { name: /^All equal/ }));
    expect(ladderText()).toBe("ABCD");
    await user.click(screen.getByRole("button", { name: "Follow ratings" }));
    expect(ladderText()).toBe("B D AC");
  });

  test("each move is announced in rank words", async () => {
    const { user } = await openBoard();

    await user.keyboard("03050304" + "{Tab}d[Equal]");

    const said = screen.getAllByRole("status").map((status) => status.textContent);
    expect(said).toContain("D tied with B in tier 1 of 2");
  });
});

describe("nothing is lost", () => {
  test("a reload restores ratings, flags, notes, order and pass (R31)", async () => {
    const { user, unmount } = await openBoard();
    await user.keyboard("q03050304" + "n");
    await user.keyboard("Too short.{Escape}");
    await user.keyboard("{Tab}a1");
    expect(ladderText()).toBe("AB D C");
    unmount();

    await openBoard();

    expect(ladderText()).toBe("AB D C");
    expect(screen.getByRole("button", { name: "2 Order" })).toHaveAttribute("aria-pressed", "true");
    expect(screen.getAllByText(/Rated 3 of 7 · Fails to follow/)[0]).toBeVisible();
  });

  test("two drafts are shown side by side and a person chooses", async () => {
    const { user } = await openBoard();
    const theirs = {
      version: 4,
      body: {
        items: {
          "handle-A": { rank: null, rating: 7, flags: {}, note: "" },
          "handle-B": { rank: null, rating: 1, flags: {}, note: "other tab" },
        },
        seconds_active: 3,
        phase: "rate",
      },
    };
    server.on(
      `PUT /api/assignments/${task.id}/draft/`,
      refusal(412, "draft_conflict", "Changed in another tab.", { draft: theirs }),
    );

    await user.keyboard("2");

    const dialog = await screen.findByRole("dialog", { name: /two drafts/ }, { timeout: 3000 });
    expect(
      within(within(dialog).getByRole("region", { name: "In this window" })).getByText("A (2)"),
    ).toBeVisible();
    expect(within(dialog).getByText("B: “other tab”")).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Go on with the other one" }));
    await waitFor(() => expect(ladderText()).toBe("A B"));
  });

  test("an answer that meets a dead server is kept and sent again under the same key", async () => {
    const { user } = await openBoard();
    await user.keyboard("03050304" + "{Tab}a1");
    let attempts = 0;
    server.on("POST /api/rankings/", () => {
      attempts += 1;
      return attempts === 1
        ? { status: 503, body: null }
        : { status: 201, body: submitted };
    });

    await user.click(submitButton());
    expect(await screen.findByText(/it goes out again in/)).toBeVisible();
    expect(submitButton()).toBeDisabled();
    await user.keyboard("7");
    expect(ladderText()).toBe("AB D C");
    await user.click(screen.getByRole("button", { name: "Try now" }));

    await waitFor(() => expect(server.sent("POST /api/rankings/")).toHaveLength(2));
    const [first, second] = server.sent("POST /api/rankings/");
    expect(second?.body).toEqual(first?.body);
  });

  test("a refusal is shown and the board stays open for correction", async () => {
    const { user } = await openBoard();
    await user.keyboard("03050304" + "{Tab}a1");
    server.on("POST /api/rankings/", refusal(422, "incomplete_ranking", "C has no rank."));

    await user.click(submitButton());

    expect(await screen.findByText("C has no rank.")).toBeVisible();
    await user.keyboard("a2");
    expect(ladderText()).toBe("B AD C");
    expect(submitButton()).toBeEnabled();
  });

  test("without a connection the work goes on in this browser", async () => {
    const { user } = await openBoard();
    server.isDown = true;

    await user.keyboard("05");

    expect(await screen.findByText(/Go on working/, {}, { timeout: 3000 })).toBeVisible();
    expect(screen.getByText("Offline, kept in this browser")).toBeVisible();
    expect(window.localStorage.getItem(`concord:draft:${task.id}`)).toContain('"rating":5');
  });

  test("a lost lease is said, and the answer can still be submitted", async () => {
    server = serverWith(rankingTask({ state: "expired", leased_until: null }));
    const { user } = await openBoard();

    expect(screen.getByText(/no longer held for you/)).toBeVisible();
    await user.keyboard("03050304" + "{Tab}a1{Control>}{Enter}{/Control}");

    await waitFor(() => expect(server.sent("POST /api/rankings/")).toHaveLength(1));
  });
});

describe("the text", () => {
  test("is shown whole, as text, with what is invisible made visible", async () => {
    const text = `${"long ".repeat(3000)}<b>not bold</b>\u202e end`;
    server = serverWith(
      rankingTask({
        completions: [..."ABCD"].map((letter) => ({ handle: letter, letter, text })),
      }),
    );
    await openBoard();

    const shown = screen.getByRole("group", { name: "Completion A, text" });
    expect(shown.textContent).toContain("long ".repeat(3000) + "<b>not bold</b>");
    expect(within(shown).getByText("RLO")).toBeVisible();
    expect(shown.querySelector("b")).toBeNull();
  });

  test("two stand side by side while ordering with the prompt folded", async () => {
    window.localStorage.setItem("concord:preference:layout", '"single"');
    const { user } = await openBoard();
    await user.keyboard("03050604" + "{Tab}b");
    expect(screen.queryByText(/Beside it/)).toBeNull();

    await user.keyboard("p");

    expect(screen.getByText("Beside it: C")).toBeVisible();
    const beside = screen.getByRole("group", { name: "Completion C, text" });
    expect(within(beside).getByText("The answer of C.")).toBeVisible();
  });
});
