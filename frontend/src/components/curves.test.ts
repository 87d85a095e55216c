import { expect, test } from "vitest";

import {
  drawable,
  niceTicks,
  placeIn,
  rangeOfCurves,
  rowsOf,
  shownBand,
  smooth,
  spread,
  thin,
} from "./curves";

const line = (...ys: number[]) => ys.map((y, x) => ({ x, y }));

test("thinning averages neighbours and keeps the last place of each group", () => {
  // Six points into three: (1+3)/2, (5+7)/2, (9+11)/2.
  expect(thin(line(1, 3, 5, 7, 9, 11), 3)).toEqual([
    { x: 1, y: 2 },
    { x: 3, y: 6 },
    { x: 5, y: 10 },
  ]);
  expect(thin(line(1, 2), 5)).toEqual(line(1, 2));
});

test("smoothing starts at the first value and leaves a constant alone", () => {
  for (const { y } of smooth(line(4, 4, 4), 0.9)) expect(y).toBeCloseTo(4);
  // Weight .5: 0; (.5*0 + .5*2) / .75 = 4/3.
  expect(smooth(line(0, 2), 0.5)[0]?.y).toBe(0);
  expect(smooth(line(0, 2), 0.5)[1]?.y).toBeCloseTo(4 / 3);
  expect(smooth(line(1, 9), 0)).toEqual(line(1, 9));
});

test("figures that are not numbers are not drawn", () => {
  expect(drawable(line(1, Number.NaN, Infinity, 2))).toEqual([
    { x: 0, y: 1 },
    { x: 3, y: 2 },
  ]);
});

test("a flat line lies in the middle of its range", () => {
  expect(rangeOfCurves([{ name: "kl", points: line(0, 0) }])).toEqual([-1, 1]);
  expect(rangeOfCurves([{ name: "lr", points: line(2, 2) }])).toEqual([1.9, 2.1]);
  expect(rangeOfCurves([{ name: "loss", points: line(0, 10) }])).toEqual([-0.5, 10.5]);
  expect(rangeOfCurves([])).toEqual([0, 1]);
});

test("ticks stand on round numbers inside the range", () => {
  expect(niceTicks([0.4834, 0.6829], 4)).toEqual([0.5, 0.55, 0.6, 0.65]);
  expect(niceTicks([-0.03, 0.012], 4)).toEqual([-0.02, 0]);
  expect(niceTicks([1, 240], 5)).toEqual([50, 100, 150, 200]);
  // Steps are whole numbers.
  expect(niceTicks([1, 3], 5, 1)).toEqual([1, 2, 3]);
  expect(niceTicks([5, 5], 4)).toEqual([5]);
});

test("labels that would cover each other move apart and stay inside", () => {
  expect(spread([10, 12, 50], 16, 200)).toEqual([10, 26, 50]);
  expect(spread([95, 90], 16, 100)).toEqual([100, 84]);
});

test("series with different places share rows where they meet", () => {
  const rows = rowsOf([
    { name: "train", points: line(1, 2) },
    { name: "validation", points: [{ x: 1, y: 7 }] },
  ]);

  expect(rows).toEqual([
    { x: 0, s0: 1 },
    { x: 1, s0: 2, s1: 7 },
  ]);
});

test("a value lies in a band, beside it, or on its edge; an open side ends nowhere", () => {
  expect([0.5, 0.6, 0.9].map((value) => placeIn({ low: 0.6, high: 0.8 }, value))).toEqual([
    "below",
    "inside",
    "above",
  ]);
  expect(placeIn({ low: null, high: 0.02 }, -5)).toBe("inside");
  expect(placeIn({ low: 0, high: null }, Number.NaN)).toBe("inside");
});

test("a chart shows the part of a band that lies in its range, and nothing of one beyond", () => {
  expect(shownBand({ low: 0.6, high: 0.8 }, [0.5, 0.7])).toEqual([0.6, 0.7]);
  expect(shownBand({ low: null, high: 0.02 }, [-1, 1])).toEqual([-1, 0.02]);
  expect(shownBand({ low: 0.6, high: 0.8 }, [0.1, 0.5])).toBeNull();
});
