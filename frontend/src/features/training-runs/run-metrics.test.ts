import { expect, test } from "vitest";

import type { MetricsPoint } from "@/api/training-types";

import { withNewer } from "./run-metrics";

const pointAt = (step: number): MetricsPoint => ({
  step,
  phase: "train",
  metrics: { loss: 1 / step },
  elapsed_seconds: 1,
  recorded_at: "2026-03-01T12:00:00Z",
});

function serverWith(numSteps: number) {
  const asked: (number | undefined)[] = [];
  const fetchAfter = (afterStep: number | undefined) => {
    asked.push(afterStep);
    const first = (afterStep ?? 0) + 1;
    const count = Math.max(0, Math.min(500, numSteps - first + 1));
    const points = Array.from({ length: count }, (_, index) => pointAt(first + index));
    return Promise.resolve({ points, next_step: first + count - 1 });
  };
  return { asked, fetchAfter };
}

test("a long run is read page by page, and only once", async () => {
  const { asked, fetchAfter } = serverWith(1100);

  const known = await withNewer({ points: [], next_step: undefined }, fetchAfter);

  expect(known.points.map(({ step }) => step)).toEqual(Array.from({ length: 1100 }, (_, i) => i + 1));
  expect(asked).toEqual([undefined, 500, 1000]);
});

test("polling a live run asks only for what came after", async () => {
  const { asked, fetchAfter } = serverWith(12);
  const known = { points: Array.from({ length: 10 }, (_, i) => pointAt(i + 1)), next_step: 10 };

  const newer = await withNewer(known, fetchAfter);

  expect(newer.points).toHaveLength(12);
  expect(asked).toEqual([10]);
});

test("nothing new leaves the place to ask from as it was", async () => {
  const known = { points: [pointAt(1)], next_step: 1 };

  const same = await withNewer(known, () => Promise.resolve({ points: [], next_step: 0 }));

  expect(same).toEqual(known);
});
