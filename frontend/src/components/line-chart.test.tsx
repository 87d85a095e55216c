import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { renderRoutes } from "@/testing/render";

import { LineChart } from "./line-chart";

const measured = [{ x: 1, y: 0.7 }, { x: 2, y: 0.6 }];

function open(series: { name: string; points: { x: number; y: number }[] }[]) {
  const chart = <LineChart title="Loss" definition="Lower is better." series={series} />;
  return renderRoutes([{ path: "/", element: chart }], "/");
}

test("what has no curve is not named as if it had one", () => {
  open([
    { name: "A", points: measured },
    { name: "B", points: [] },
    { name: "C", points: [{ x: 1, y: Number.NaN }] },
  ]);

  expect(screen.getByText("A")).toBeVisible();
  expect(screen.getByText("B, C: no values")).toBeVisible();
  expect(screen.getByRole("img")).toHaveAccessibleName("Loss: A 0.6 at step 2, B without values, C without values");
});

test("a single curve needs no name beside its title", () => {
  open([{ name: "Loss of the run", points: measured }]);

  expect(screen.queryByText("Loss of the run")).not.toBeInTheDocument();
});
