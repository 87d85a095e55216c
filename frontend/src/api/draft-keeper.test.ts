import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { canonical, DraftKeeper } from "./draft-keeper";
import type { SaveDraft, StoredDraft } from "./draft-keeper";
import { ApiError, unreachable } from "./errors";
import type { SavedDraft } from "./types";

interface Body {
  text: string;
  seconds: number;
}
const isSame = (left: Body, right: Body) => left.text === right.text;
const body = (text: string, seconds = 0): Body => ({ text, seconds });

function saved(version: number): SavedDraft {
  return { version, saved_at: "2026-01-01T00:00:00Z", leased_until: "2026-01-01T00:30:00Z" };
}
function conflictWith(draft: StoredDraft<Body>): ApiError {
  const answer = { code: "draft_conflict", detail: "Newer.", fields: {}, draft };
  return new ApiError(412, "draft_conflict", "Newer.", {}, answer);
}
function keeperWith(save: SaveDraft<Body>, server: StoredDraft<Body> | null = null) {
  const keeper = new DraftKeeper<Body>({
    id: "a1",
    server,
    leasedUntil: "2026-01-01T00:30:00Z",
    save,
    isSame,
  });
  keeper.start();
  return keeper;
}
const copyInBrowser = () => window.localStorage.getItem("concord:draft:a1");

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("saving", () => {
  test("a change is in the browser at once and on the server 800 ms after the last one (R31)", async () => {
    const save = vi.fn<SaveDraft<Body>>().mockResolvedValue(saved(1));
    const keeper = keeperWith(save);

    keeper.change(body("a"));
    await vi.advanceTimersByTimeAsync(700);
    keeper.change(body("ab"));
    expect(copyInBrowser()).toContain('"ab"');
    await vi.advanceTimersByTimeAsync(799);
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    expect(save).toHaveBeenCalledExactlyOnceWith(
      { version: 0, body: body("ab") },
      { isLeaving: false },
    );
    expect(keeper.getState().status).toBe("saved");
    expect(copyInBrowser()).toBeNull();
  });

  test("the lease runs as long as the server says, whatever this clock shows", async () => {
    const keeper = keeperWith(() => Promise.resolve(saved(1)));

    keeper.change(body("a"));
    await vi.advanceTimersByTimeAsync(800);

    expect(keeper.getState().leasedUntil).toBe(Date.now() + 30 * 60_000);
  });

  test("what is typed during a save goes out in the next one, with the new version", async () => {
    const answers: ((draft: SavedDraft) => void)[] = [];
    const save = vi.fn<SaveDraft<Body>>(() => new Promise((resolve) => answers.push(resolve)));
    const keeper = keeperWith(save);

    keeper.change(body("a"));
    await vi.advanceTimersByTimeAsync(800);
    keeper.change(body("ab"));
    answers[0]?.(saved(1));
    await vi.advanceTimersByTimeAsync(800);

    expect(save).toHaveBeenLastCalledWith({ version: 1, body: body("ab") }, { isLeaving: false });
    expect(copyInBrowser()).toContain('"ab"');
  });

  test("while the server is away it waits longer each time and keeps the copy", async () => {
    const save = vi
      .fn<SaveDraft<Body>>()
      .mockRejectedValueOnce(unreachable(new TypeError()))
      .mockRejectedValueOnce(new ApiError(503, "x", "Busy.", {}, null))
      .mockResolvedValue(saved(1));
    const keeper = keeperWith(save);

    keeper.change(body("a"));
    await vi.advanceTimersByTimeAsync(800);
    expect(keeper.getState().status).toBe("unreachable");
    expect(copyInBrowser()).toContain('"a"');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(save).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(4_000);

    expect(save).toHaveBeenCalledTimes(3);
    expect(keeper.getState().status).toBe("saved");
  });

  test("leaving the page saves at once", async () => {
    const save = vi.fn<SaveDraft<Body>>().mockResolvedValue(saved(1));
    const keeper = keeperWith(save);

    keeper.change(body("a"));
    keeper.flush({ isLeaving: true });
    await vi.advanceTimersByTimeAsync(0);

    expect(save).toHaveBeenCalledExactlyOnceWith({ version: 0, body: body("a") }, { isLeaving: true });
  });

  test("a lost lease is said although the draft was saved", async () => {
    const keeper = keeperWith(() => Promise.resolve({ ...saved(1), leased_until: null }));
    expect(keeper.getState().isLeaseLost).toBe(false);

    keeper.change(body("a"));
    await vi.advanceTimersByTimeAsync(800);

    expect(keeper.getState()).toMatchObject({ status: "saved", isLeaseLost: true });
  });

  test("a task closed elsewhere is said, and the copy stays", async () => {
    const keeper = keeperWith(() => Promise.reject(new ApiError(409, "not_open", "Gone.", {}, null)));

    keeper.change(body("a"));
    await vi.advanceTimersByTimeAsync(800);

    expect(keeper.getState()).toMatchObject({ status: "closed", problem: "Gone." });
    expect(copyInBrowser()).toContain('"a"');
  });

  test("after it is discarded nothing is saved and nothing is kept", async () => {
    const save = vi.fn<SaveDraft<Body>>().mockResolvedValue(saved(1));
    const keeper = keeperWith(save);

    keeper.change(body("a"));
    keeper.discard();
    await vi.advanceTimersByTimeAsync(5_000);

    expect(save).not.toHaveBeenCalled();
    expect(copyInBrowser()).toBeNull();
  });
});

describe("opening", () => {
  function leaveCopy(version: number, text: string) {
    const copy = { version, body: body(text), at: Date.now() };
    window.localStorage.setItem("concord:draft:a1", JSON.stringify(copy));
  }

  test("what the server did not get before the reload is restored and sent", async () => {
    leaveCopy(2, "newer");
    const save = vi.fn<SaveDraft<Body>>().mockResolvedValue(saved(3));

    const keeper = keeperWith(save, { version: 2, body: body("older") });
    await vi.advanceTimersByTimeAsync(800);

    expect(keeper.opened).toEqual(body("newer"));
    expect(save).toHaveBeenCalledWith({ version: 2, body: body("newer") }, { isLeaving: false });
  });

  test("a copy that the server has after all is no conflict", () => {
    leaveCopy(2, "same");

    const keeper = keeperWith(() => Promise.resolve(saved(4)), { version: 3, body: body("same", 9) });

    expect(keeper.getState().status).toBe("saved");
    expect(copyInBrowser()).toBeNull();
  });

  test("a copy behind a different newer draft is a conflict, and nothing is sent unasked", async () => {
    leaveCopy(2, "mine");
    const save = vi.fn<SaveDraft<Body>>().mockResolvedValue(saved(4));

    const keeper = keeperWith(save, { version: 3, body: body("theirs") });
    await vi.advanceTimersByTimeAsync(5_000);

    expect(keeper.getState()).toMatchObject({ status: "conflict", conflict: { version: 3 } });
    expect(save).not.toHaveBeenCalled();
  });

  test("copies older than thirty days and unreadable ones are removed", () => {
    const month = 31 * 24 * 3600_000;
    const old = JSON.stringify({ version: 1, body: body("x"), at: Date.now() - month });
    window.localStorage.setItem("concord:draft:old", old);
    window.localStorage.setItem("concord:draft:broken", "{");

    keeperWith(() => Promise.resolve(saved(1)));

    expect(window.localStorage).toHaveLength(0);
  });
});

describe("conflicts", () => {
  test("both drafts wait for a choice; mine then goes out on top of theirs", async () => {
    const theirs = { version: 7, body: body("theirs") };
    const save = vi
      .fn<SaveDraft<Body>>()
      .mockRejectedValueOnce(conflictWith(theirs))
      .mockResolvedValue(saved(8));
    const keeper = keeperWith(save);
    keeper.change(body("mine"));
    await vi.advanceTimersByTimeAsync(800);
    expect(keeper.getState()).toMatchObject({ status: "conflict", conflict: theirs });

    expect(keeper.resolve("mine")).toEqual(body("mine"));
    await vi.advanceTimersByTimeAsync(0);

    expect(save).toHaveBeenLastCalledWith({ version: 7, body: body("mine") }, { isLeaving: false });
    expect(keeper.getState().status).toBe("saved");
  });

  test("choosing theirs takes it over and sends nothing", async () => {
    const theirs = { version: 7, body: body("theirs") };
    const save = vi.fn<SaveDraft<Body>>().mockRejectedValueOnce(conflictWith(theirs));
    const keeper = keeperWith(save);
    keeper.change(body("mine"));
    await vi.advanceTimersByTimeAsync(800);

    expect(keeper.resolve("theirs")).toEqual(body("theirs"));
    await vi.advanceTimersByTimeAsync(5_000);

    expect(save).toHaveBeenCalledTimes(1);
    expect(copyInBrowser()).toBeNull();
  });

  test("a save whose answer was lost does not conflict with itself", async () => {
    const save = vi
      .fn<SaveDraft<Body>>()
      .mockRejectedValueOnce(unreachable(new TypeError()))
      .mockRejectedValueOnce(conflictWith({ version: 1, body: body("a") }))
      .mockResolvedValue(saved(2));
    const keeper = keeperWith(save);
    keeper.change(body("a"));
    await vi.advanceTimersByTimeAsync(800);
    keeper.change(body("ab"));

    await vi.advanceTimersByTimeAsync(5_000);

    expect(keeper.getState().status).toBe("saved");
    expect(save).toHaveBeenLastCalledWith({ version: 1, body: body("ab") }, { isLeaving: false });
  });
});

test("two bodies are compared whatever the order of their keys", () => {
  expect(canonical({ b: [1, { d: 2, c: 3 }], a: null })).toBe('{"a":null,"b":[1,{"c":3,"d":2}]}');
});
