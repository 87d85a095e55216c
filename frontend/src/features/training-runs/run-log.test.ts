import { expect, test } from "vitest";

import { withNewerLines } from "./run-log";

const nothing = { text: "", next_offset: undefined, is_cut: false };

test("pieces of a log are read until there is nothing new", async () => {
  const pieces = ["step 1\n", "step 2\n"];
  const fetchAfter = (after: number | undefined) => {
    const text = pieces[after ?? 0] ?? "";
    return Promise.resolve({ text, next_offset: (after ?? 0) + (text ? 1 : 0), truncated: false });
  };

  const known = await withNewerLines(nothing, fetchAfter);

  expect(known).toEqual({ text: "step 1\nstep 2\n", next_offset: 2, is_cut: false });
  expect(await withNewerLines(known, fetchAfter)).toEqual(known);
});

test("a log too long to show loses whole lines at its beginning and says so", async () => {
  const line = `${"x".repeat(99)}\n`;
  let isSent = false;
  const fetchAfter = () => {
    const text = isSent ? "" : line.repeat(5_000);
    isSent = true;
    return Promise.resolve({ text, next_offset: 1, truncated: false });
  };

  const known = await withNewerLines(nothing, fetchAfter);

  expect(known.is_cut).toBe(true);
  expect(known.text.length).toBeLessThanOrEqual(400_000);
  expect(known.text.startsWith("x")).toBe(true);
  expect(known.text.length % 100).toBe(0);
});
