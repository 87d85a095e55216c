import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { AgreementReport, Figure } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

const defined: Figure = {
  value: 0.7024,
  low: 0.684,
  high: 0.72,
  num_pairs: 17_842,
  num_prompts: 598,
  reason_undefined: null,
  reason_no_interval: null,
  chance: 0.5,
};
const undefinedFigure: Figure = {
  value: null,
  low: null,
  high: null,
  num_pairs: 0,
  num_prompts: 0,
  reason_undefined: "No two labelers have judged the same pair of completions.",
  reason_no_interval: null,
  chance: null,
};
const amina = { id: 7, display_name: "Amina Osei", pool: "training" } as const;
const report: AgreementReport = {
  definition: {
    name: "Pairwise agreement, ties dropped",
    text: "Of all cases in which two labelers both preferred one completion.",
    tie_rule: "A pair that either labeler tied is dropped.",
    interval_method: "95 % cluster bootstrap.",
    minimum_comparisons: 20,
  },
  num_rankings: 2410,
  num_prompts: 598,
  num_labelers: 38,
  figures: [
    { ...defined, key: "strict", label: "Pairwise agreement", definition: "Ties dropped.", counted: "comparisons" },
    { ...undefinedFigure, key: "fleiss_kappa", label: "Fleiss' kappa", definition: "Beyond chance.", counted: "judgments" },
  ],
  labelers: [{ labeler: amina, agreement: undefinedFigure, num_rankings: 4, tie_share: null }],
  cohen_kappas: [],
  reference_lines: [{ label: "Training labelers of InstructGPT", value: 0.726, source: "section 3.4" }],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/agreement/", { body: report });
});

test("a figure shows its value, interval, size, chance and definition (R42)", async () => {
  renderApp("/agreement");

  const tile = await screen.findByRole("article", { name: "Pairwise agreement" });
  expect(tile).toHaveTextContent("70.2%");
  expect(tile).toHaveTextContent("95% interval 68.4% to 72.0%; chance 50.0%");
  expect(tile).toHaveTextContent("17,842 comparisons, on 598 prompts");
  expect(tile).toHaveTextContent("Ties dropped.");
  expect(screen.getByText("A pair that either labeler tied is dropped.", { exact: false })).toBeVisible();
});

test("an undefined figure says why, never NaN and never a stand-in number", async () => {
  renderApp("/agreement");

  const tile = await screen.findByRole("article", { name: "Fleiss' kappa" });
  expect(tile).toHaveTextContent("Not defined here. No two labelers have judged the same pair");
  expect(within(tile).queryByRole("img")).not.toBeInTheDocument();
  const row = screen.getByRole("row", { name: /Amina Osei/ });
  expect(row).toHaveTextContent("No two labelers have judged");
  expect(document.body).not.toHaveTextContent("NaN");
});

test("the filters live in the address", async () => {
  const { user, router } = renderApp("/agreement");

  await user.selectOptions(await screen.findByRole("combobox", { name: "Pool" }), "Held-out labelers");

  expect(router.state.location.search).toBe("?pool=held_out");
  await waitFor(() => expect(server.sent("GET /api/agreement/")).toHaveLength(2));
});

test("without overlap the page says what is needed", async () => {
  server.on("GET /api/agreement/", { body: { ...report, num_rankings: 0, figures: [], labelers: [] } });

  renderApp("/agreement");

  expect(await screen.findByText("No sealed ranking fits")).toBeVisible();
});
