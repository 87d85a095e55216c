import { expect, test } from "vitest";

import { joined, labelled, panelScale, sharedAxis } from "./panel-scale";
import type { ChartPanel } from "./panel-scale";

const panel: ChartPanel = {
  title: "Length of answers",
  unit: "tokens",
  note: "",
  definition: "How long they are.",
  figures: [10, null, 30].map((value) => ({
    value,
    low: value === null ? null : value - 5,
    high: value === null ? null : value + 5,
    counted: "",
    reason: "",
  })),
};

test("values that are far apart stand in equal ratios", () => {
  const axis = sharedAxis([1e-6, 1e-5, 1e-4]);

  expect([1e-6, 1e-5, 1e-4].map(axis.place).map(Math.round)).toEqual([4, 50, 96]);
  expect(axis).toMatchObject({ isLogarithmic: true, breakAt: null });
});

test("a zero has no logarithm: it stands at the left beyond a break (R75)", () => {
  const axis = sharedAxis([0, 0.02, 0.2, 2]);

  expect([0, 0.02, 0.2, 2].map(axis.place).map(Math.round)).toEqual([4, 18, 57, 96]);
  expect(axis.breakAt).toBe(11);
});

test.each([
  ["near each other", [1, 2, 3], [4, 50, 96]],
  ["below zero", [-1, 0, 1], [4, 50, 96]],
  ["one alone", [3], [50]],
])("values %s stand in equal steps", (_, values, places) => {
  const axis = sharedAxis(values);

  expect(values.map(axis.place)).toEqual(places);
  expect(axis.isLogarithmic).toBe(false);
});

test("labels that would lie on each other are left out, the ends never", () => {
  const values = [1, 2, 3, 4];
  const axis = sharedAxis(values);

  // They stand at 4, 34.7, 65.3 and 96 percent.
  expect(labelled(values, axis, 31)).toEqual([1, 4]);
  expect(labelled(values, axis, 30)).toEqual(values);
});

test("a panel's scale holds its intervals, and its line leaves out what is not there", () => {
  const scale = panelScale(panel);

  // 5 to 35 with a twentieth of air on either side: 10 lies (36.5 - 10) / 33 from the top.
  expect(scale.down(10)).toBeCloseTo((100 * 26.5) / 33);
  expect(scale.ticks).toEqual([10, 20, 30]);
  expect(joined([3, 2, 1], panel, sharedAxis([3, 2, 1]))).toEqual([
    { x: 1, value: 30 },
    { x: 3, value: 10 },
  ]);
});

test("no line crosses the break", () => {
  expect(joined([0, 0.02, 2], panel, sharedAxis([0, 0.02, 2]))).toEqual([{ x: 2, value: 30 }]);
});
