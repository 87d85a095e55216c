import { expect, test } from "vitest";

import { apart } from "./control-scale";

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
