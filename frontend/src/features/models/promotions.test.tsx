import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Promotions } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { detailOf, rewardModel, sft } from "@/testing/training";

import { evidenceWords } from "./evidence-words";

const other = { id: "00000009-0000-4000-8000-000000000009", name: "SFT, week 11", kind: "sft" as const };
const won = {
  kind: "human_evaluation" as const,
  value: 0.62,
  low: 0.55,
  high: 0.69,
  num_judgments: 240,
  num_labelers: 4,
  num_prompts: 60,
  compared_with: "SFT, week 11",
};
const never: Promotions = {
  stage: null,
  can_be_promoted: true,
  can_roll_back: false,
  current: other,
  history: [],
  evaluations: [],
  held_out_accuracy: null,
  why_no_held_out_accuracy: "",
};
const address = `/api/model-versions/${sft.id}/promotions/`;

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on(`GET /api/model-versions/${sft.id}/`, { body: detailOf(sft, {}) })
    .on("GET /api/runs/", { body: { results: [], next: null } });
});

function open(promotions: Partial<Promotions>) {
  server.on(`GET ${address}`, { body: { ...never, ...promotions } });
  return renderApp(`/models/${sft.id}`);
}

test("a version becomes current without an evaluation only with a reason (R87)", async () => {
  server.on(`POST ${address}`, { status: 201, body: never });
  const { user } = open({});

  await user.click(await screen.findByRole("button", { name: "Promote" }));
  const dialog = await screen.findByRole("dialog", { name: `Promote ${sft.name}` });
  const promote = within(dialog).getByRole("button", { name: "Promote" });
  await user.click(within(dialog).getByRole("radio", { name: "Current" }));
  expect(promote).toBeDisabled();
  expect(within(dialog).getByText(`It takes the place of ${other.name}.`)).toBeVisible();
  await user.type(within(dialog).getByRole("textbox", { name: "Reason for going without" }), "The demo.");
  await user.click(promote);

  await expect
    .poll(() => server.sent(`POST ${address}`)[0]?.body)
    .toEqual({ stage: "current", evaluation: null, override_reason: "The demo." });
});

test("the dialog of a reward model says why it stands on nothing (R87)", async () => {
  const why = "It learned from rankings of simulated labelers, and these are no grounds.";
  server
    .on(`GET /api/model-versions/${rewardModel.id}/`, { body: detailOf(rewardModel, {}) })
    .on(`GET /api/model-versions/${rewardModel.id}/promotions/`, {
      body: { ...never, why_no_held_out_accuracy: why },
    });
  const { user } = renderApp(`/models/${rewardModel.id}`);

  await user.click(await screen.findByRole("button", { name: "Promote" }));
  const dialog = await screen.findByRole("dialog", { name: `Promote ${rewardModel.name}` });

  expect(within(dialog).getByText(why)).toBeVisible();
  expect(within(dialog).getByRole("textbox", { name: "Reason for going without" })).toBeVisible();
});

test("an evaluation by people with an interval is grounds enough", async () => {
  server.on(`POST ${address}`, refusal(409, "already_there", "It is current already."));
  const { user } = open({
    evaluations: [
      { evaluation: { id: 5, name: "Spring round" }, evidence: won, reason_missing: "" },
      { evaluation: { id: 6, name: "Too early" }, evidence: null, reason_missing: "Too few." },
    ],
  });

  await user.click(await screen.findByRole("button", { name: "Promote" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("radio", { name: "Current" }));
  expect(within(dialog).getByRole("combobox")).toHaveValue("5");
  expect(within(dialog).queryByRole("option", { name: /Too early/ })).toBeNull();
  await user.click(within(dialog).getByRole("button", { name: "Promote" }));

  expect(await within(dialog).findByText("It is current already.")).toBeVisible();
});

test("a current version shows its grounds, and goes back with a reason", async () => {
  server.on(`POST /api/model-versions/${sft.id}/roll-back/`, { status: 201, body: never });
  const { user } = open({
    stage: "current",
    can_roll_back: true,
    current: { id: sft.id, name: sft.name, kind: "sft" },
    history: [
      {
        id: 1,
        stage: "current",
        replaces: other,
        evaluation: { id: 5, name: "Spring round" },
        evidence: won,
        override_reason: "",
        promoted_by: { id: 2, display_name: "Ruth Adler" },
        promoted_at: "2026-03-01T12:00:00Z",
      },
    ],
  });

  expect(await screen.findByText(/win rate 0.620 \[0.550, 0.690\] against SFT, week 11/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Roll back" }));
  const dialog = await screen.findByRole("dialog", { name: `Roll back ${sft.name}` });
  await user.type(within(dialog).getByRole("textbox", { name: "Reason" }), "It flatters.");
  await user.click(within(dialog).getByRole("button", { name: "Roll back" }));

  await expect
    .poll(() => server.sent(`POST /api/model-versions/${sft.id}/roll-back/`)[0]?.body)
    .toEqual({ reason: "It flatters." });
});

test("a researcher sees the stage and no buttons", async () => {
  server.on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) });
  open({});

  expect(await screen.findByText("Never promoted.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Promote" })).toBeNull();
});

test("held-out accuracy is said with its pairs", () => {
  const accuracy = { kind: "held_out_accuracy" as const, value: 0.7, low: 0.6, high: 0.8, num_pairs: 50 };

  expect(evidenceWords(accuracy)).toBe("held-out accuracy 0.700 [0.600, 0.800] on 50 pairs");
});
