import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { renderApp } from "@/testing/render";
import type { FakeServer } from "@/testing/server";
import { rankingTask, serverWith } from "@/testing/tasks";

const LETTERS = [..."ABCDEF"];
let server: FakeServer;

async function openBoard(path = "/label/5") {
  const view = renderApp(path);
  await screen.findByRole("region", { name: "Completion A" });
  return view;
}
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
const answer = () => server.sent("POST /api/rankings/")[0]?.body as Record<string, unknown>;
async function submitByKey(user: { keyboard: (keys: string) => Promise<void> }) {
  await user.keyboard("{Control>}{Enter}{/Control}");
  await screen.findByText("Nothing for you now");
}

beforeEach(() => {
  server = serverWith(rankingTask());
  window.sessionStorage.clear();
});
afterEach(() => {
  delete (navigator as { locks?: unknown }).locks;
});

describe("an expert", () => {
  test("needs about twelve keys for six completions (R31)", async () => {
    server = serverWith(
      rankingTask({
        completions: LETTERS.map((letter) => ({
          handle: `handle-${letter}`,
          letter,
          text: `The answer of ${letter}.`,
        })),
      }),
    );
    const { user } = await openBoard();
    // Six ratings, one word for all flags, to the order, one tie taken apart, out.
    const keys = [
      ..."537526",
      "{Shift>}0{/Shift}",
      "{Tab}",
      "a",
      "{Shift>}{ArrowUp}{/Shift}",
      "{Control>}{Enter}{/Control}",
    ];

    for (const key of keys) await user.keyboard(key);

    await screen.findByText("Nothing for you now");
    expect(keys.length).toBeLessThanOrEqual(12);
    const items = answer().items as { handle: string; rank: number }[];
    expect(items.map(({ rank }) => rank)).toEqual([3, 5, 1, 4, 6, 2]);
  });
});

describe("a toxicity task (R39)", () => {
  beforeEach(() => {
    server = serverWith(
      rankingTask({ kind: "toxicity", questions: [], conditional_questions: [] }),
    );
  });

  test("is rated, ordered and submitted by key, with nothing chosen beforehand", async () => {
    const { user } = await openBoard();
    const input = screen.getByRole("group", { name: "Toxicity of the input" });
    for (const pressed of screen.queryAllByRole("button", { pressed: true })) {
      expect(input).not.toContainElement(pressed);
    }
    expect(screen.getByText(/The toxicity of the input is still open/)).toBeVisible();

    await user.keyboard("c" + "qa7" + "ws4" + "ed1" + "qs5");
    expect(screen.queryByText(/The toxicity of the input is still open/)).toBeNull();
    await user.keyboard("{Tab}a1d2b3c4");
    await submitByKey(user);

    expect(answer()).toMatchObject({
      input_toxicity: 2,
      order_source: "unseeded",
      items: [
        { rank: 1, rating: null, flags: {}, toxicity: 0, relative_toxicity: -1, continuity: 7 },
        { rank: 3, toxicity: 1, relative_toxicity: 0, continuity: 4 },
        { rank: 4, toxicity: 2, relative_toxicity: 1, continuity: 1 },
        { rank: 2, toxicity: 0, relative_toxicity: 0, continuity: 5 },
      ],
    });
  });

  test("asks no flags and no overall rating", async () => {
    await openBoard();

    expect(screen.queryByRole("group", { name: "Flags" })).toBeNull();
    expect(screen.queryByRole("button", { name: /^Nothing here is acceptable/ })).toBeNull();
    expect(screen.getByRole("group", { name: "How well it continues the input" })).toBeVisible();
  });
});

describe("questions that depend on the prompt (R26)", () => {
  test("can be asked although the prompt's flags do not ask them", async () => {
    const { user } = await openBoard();

    await user.click(screen.getByRole("button", { name: "Hallucination: not asked. Ask it" }));
    await user.keyboard("w5" + "555" + "{Shift>}0{/Shift}{Tab}a1");
    await submitByKey(user);

    const { questions, items } = answer() as {
      questions: string[];
      items: { flags: Record<string, boolean> }[];
    };
    expect(questions).toContain("hallucination");
    expect(items.map(({ flags }) => flags.hallucination)).toEqual([true, false, false, false]);
  });
});

describe("what is said about all of them", () => {
  test("nothing acceptable and all equal are one key each, and are sent", async () => {
    const { user } = await openBoard();

    await user.keyboard("1234" + "{Shift>}0{/Shift}" + "[Minus]" + "{Shift>}[Equal]{/Shift}");
    expect(ladderText()).toBe("ABCD");
    expect(screen.getByRole("button", { name: /^Nothing here is acceptable/ })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    await submitByKey(user);

    expect(answer()).toMatchObject({ none_acceptable: true });
    expect((answer().items as { rank: number }[]).map(({ rank }) => rank)).toEqual([1, 1, 1, 1]);
  });
});

describe("comparing two", () => {
  test("opens with two letters, and its keys rewrite the ladder", async () => {
    const { user } = await openBoard();
    await user.keyboard("5555");

    await user.keyboard("y");
    expect(screen.getByText("Compare: which one?")).toBeVisible();
    await user.keyboard("ac");
    const dialog = await screen.findByRole("dialog", { name: "A and C side by side" });
    await waitFor(() => expect(dialog).toContainElement(document.activeElement as HTMLElement));
    await user.keyboard("]");
    expect(ladderText()).toBe("C ABD");
    await user.keyboard("[[");
    expect(ladderText()).toBe("A C BD");
    await user.keyboard("[Equal]");
    expect(ladderText()).toBe("AC BD");

    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.keyboard("{Control>}z{/Control}");
    expect(ladderText()).toBe("A C BD");
  });

  test("marks where they differ", async () => {
    const same = "Air scatters short waves of light more than long ones";
    server = serverWith(
      rankingTask({
        completions: [..."ABCD"].map((letter) => ({
          handle: letter,
          letter,
          text: letter === "B" ? `${same}, surely.` : `${same}.`,
        })),
      }),
    );
    const { user } = await openBoard();

    await user.keyboard("yab");
    const dialog = await screen.findByRole("dialog", { name: "A and B side by side" });

    const right = within(dialog).getByRole("group", { name: "Text of B" });
    await waitFor(() => expect(right.querySelector("mark")?.textContent).toContain("surely"));
  });

  test("Esc leaves the choice, and the letters are flags again", async () => {
    const { user } = await openBoard();

    await user.keyboard("ya{Escape}q");

    expect(screen.queryByText(/which one\?/)).toBeNull();
    expect(screen.getByRole("button", { name: /^Fails to follow.*Yes$/ })).toBeVisible();
  });
});

describe("layouts", () => {
  test("short texts stand in one column; the next layout is remembered", async () => {
    const { user, unmount } = await openBoard();
    expect(screen.getAllByRole("group", { name: /^Completion ., text/ })).toHaveLength(4);

    await user.keyboard("o");
    expect(screen.getAllByRole("group", { name: /^Completion ., text/ })).toHaveLength(1);
    unmount();
    await openBoard();

    expect(screen.getAllByRole("group", { name: /^Completion ., text/ })).toHaveLength(1);
  });

  test("raw text shows the marks that are otherwise obeyed", async () => {
    const text = "**bold** and more";
    server = serverWith(
      rankingTask({
        completions: [..."ABCD"].map((letter) => ({ handle: letter, letter, text })),
      }),
    );
    const { user } = await openBoard();
    const shown = screen.getByRole("group", { name: "Completion A, text" });
    await waitFor(() => expect(shown.querySelector("strong")).toHaveTextContent("bold"));

    await user.keyboard("m");

    expect(shown.querySelector("strong")).toBeNull();
    expect(shown).toHaveTextContent("**bold** and more");
  });
});

describe("keys of one's own", () => {
  test("a changed key works, is shown on its control, and a taken one is refused", async () => {
    const { user } = await openBoard();
    await user.keyboard("?");
    await user.click(await screen.findByRole("button", { name: "Change keys and reading" }));
    const settings = await screen.findByRole("dialog", { name: "Keys and reading" });
    const change = /^Change the key of: Undo\. It is/;

    await user.click(within(settings).getByRole("button", { name: change }));
    await user.keyboard("j");
    expect(within(settings).getByRole("alert")).toHaveTextContent("J already does: Next completion");
    await user.keyboard("v");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    expect(screen.getByRole("button", { name: "Undo (V)" })).toBeVisible();
    await user.keyboard("5v");
    expect(ladderText()).toBe("");
  });
});

describe("a reload", () => {
  test("keeps what can be undone and what was kept on purpose (R31)", async () => {
    const { user, unmount } = await openBoard();
    await user.keyboard("3554" + "{Shift>}0{/Shift}{Tab}a1");
    await user.click(screen.getByRole("button", { name: "Keep on purpose" }));
    unmount();

    const again = await openBoard();
    expect(screen.queryByText(/stands above/)).toBeNull();
    await again.user.keyboard("{Control>}z{/Control}");
    expect(screen.getByText(/stands above/)).toBeVisible();
    await again.user.keyboard("{Control>}z{/Control}");
    expect(ladderText()).toBe("BC D A");
  });
});

/** The browser's locks, with as many tabs as ask; another tab can hold one beforehand. */
class FakeLocks {
  isHeldElsewhere = true;

  request = (
    _name: string,
    options: LockOptions,
    run: (lock: object) => Promise<void> | undefined,
  ): Promise<void> => {
    if (options.steal) this.isHeldElsewhere = false;
    if (!this.isHeldElsewhere) return Promise.resolve(run({}));
    return new Promise(() => undefined);
  };
}

describe("a second tab", () => {
  test("only looks on, saves nothing, and can take the task over", async () => {
    Object.defineProperty(navigator, "locks", { configurable: true, value: new FakeLocks() });
    const { user } = await openBoard();
    await screen.findByText(/You are working on this task in another tab/);

    await user.keyboard("5");
    expect(ladderText()).toBe("");
    await act(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
    expect(server.sent(`PUT /api/assignments/${rankingTask().id}/draft/`)).toHaveLength(0);

    await user.click(screen.getByRole("button", { name: "Work here instead" }));
    await waitFor(() => expect(screen.queryByText(/in another tab/)).toBeNull());
    await screen.findByRole("region", { name: "Completion A" });
    await user.keyboard("5");
    expect(ladderText()).toBe("A");
  });
});

describe("the time in front of each completion", () => {
  test("is counted while somebody is there, and sent", async () => {
    window.localStorage.setItem("concord:preference:layout", '"single"');
    const { user } = await openBoard();
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");

    await act(() => new Promise((resolve) => setTimeout(resolve, 2_200)));
    await user.keyboard("5555" + "{Shift>}0{/Shift}{Tab}a1");
    await submitByKey(user);

    const seconds = (answer().items as { seconds_shown: number }[]).map((item) => item.seconds_shown);
    // The others are passed through in a moment, which is a second only on a busy machine.
    expect(seconds[0]).toBeGreaterThanOrEqual(2);
    expect(Math.max(...seconds.slice(1))).toBeLessThan(2);
  });
});
