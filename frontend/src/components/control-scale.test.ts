import { expect, test } from "vitest";

import { apart, marksOf, scaleOf } from "./control-scale";
import type { Known } from "./control-scale";

const places: Record<string, number> = { "2026-03-02": 2, "2026-03-09": 12, "2026-03-16": 50, "2026-03-23": 92, "2026-03-30": 98 };
const scale = { x: (day: string) => places[day] ?? 0 };

test("days are named where they have room, and the newest always", () => {
  const days = Object.keys(places);

  // 92 lies 6 before 98, 12 lies 10 after 2.
  expect(apart(days, scale, 9)).toEqual(["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-30"]);
  // 12 lies 38 before 50, and 2 lies 48.
  expect(apart(days, scale, 40)).toEqual(["2026-03-02", "2026-03-16", "2026-03-30"]);
  expect(apart([], scale, 9)).toEqual([]);
  expect(apart(["2026-03-16"], scale, 9)).toEqual(["2026-03-16"]);
});

test("what is marked after the last week began stands at its edge, and in the row of its week (R44)", () => {
  const known: Omit<Known, "day"> = { value: 0.7, expected: 0.7, low: 0.6, high: 0.8, count: 40, isOutside: false, reason: null };
  const points = ["2026-03-02", "2026-03-09"].map((day) => ({ ...known, day }));
  const late = { moment: "2026-03-14T08:00:00Z", label: "Instructions 3" };

  expect(scaleOf(points).x(late.moment)).toBe(100);
  expect(marksOf(points, [{ moment: "2026-03-05T08:00:00Z", label: "Instructions 2" }, late])).toEqual([
    [expect.objectContaining({ label: "Instructions 2" })],
    [late],
  ]);
});
