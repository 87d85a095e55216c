import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { renderRoutes } from "@/testing/render";

import { IntervalChart } from "./interval-chart";

const rows = [
  { label: "ppo-1", note: "120 tasks", interval: { value: 0.7, low: 0.6, high: 0.8 } },
  { label: "sft-2", to: "/models/2", interval: { value: 0.5, low: null, high: null } },
];

function open() {
  const chart = <IntervalChart title="Win rate" definition="A tie counts one half." rows={rows} />;
  return renderRoutes([{ path: "/", element: chart }], "/");
}

test("the figures behind a chart open as a table by keyboard, with their definition", async () => {
  const { user } = open();

  expect(screen.queryByRole("table")).not.toBeInTheDocument();
  await user.click(screen.getByText("Figures and files"));

  const table = await screen.findByRole("table");
  expect(within(table).getByRole("rowheader", { name: "ppo-1" })).toBeInTheDocument();
  expect(within(table).getByRole("cell", { name: "0.8" })).toBeInTheDocument();
  expect(screen.getByText("A tie counts one half.")).toBeInTheDocument();
  for (const kind of ["SVG", "PNG", "CSV"]) {
    expect(screen.getByRole("button", { name: `Download Win rate as ${kind}` })).toBeInTheDocument();
  }
});

test("each figure is drawn with its interval in words and leads to what is behind it", () => {
  open();

  expect(
    screen.getByRole("img", { name: "ppo-1: 0.700, 95% interval 0.600 to 0.800" }),
  ).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "sft-2" })).toHaveAttribute("href", "/models/2");
});
