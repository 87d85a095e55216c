import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { evaluationRows, singleFigures } from "@/api/report";
import { metric } from "@/testing/training";

import { RunEvaluations } from "./run-evaluations";

const report = {
  evaluations: {
    cut_share: { value: 0.25, low: 0.1, high: 0.5, num: 16, unit: "prompts", reason: "" },
    second_reward: { value: null, low: null, high: null, num: 0, unit: "", reason: "it has another tokenizer" },
  },
};

test("the run's own page has its automatic evaluations, and why one is not defined (R75)", () => {
  const figures = [metric("evaluations.cut_share", { title: "Answers without an end", unit: "share of answers" })];
  render(
    <MantineProvider>
      <RunEvaluations rows={evaluationRows(report)} figures={figures} />
    </MantineProvider>,
  );

  const [, cut, second] = screen.getAllByRole("row");
  expect(within(cut as HTMLElement).getAllByRole("cell").map((cell) => cell.textContent)).toEqual([
    "0.25", "share of answers", "0.1 to 0.5", "16 prompts",
  ]);
  expect(second).toHaveTextContent("second reward");
  expect(second).toHaveTextContent("not defined: it has another tokenizer");
});

test("they are no single figures of the report", () => {
  expect(singleFigures(report)).toEqual([]);
});
