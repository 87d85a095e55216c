import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import type { Survey, SurveyResult } from "@/api/types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { rankingTask, serverWith } from "@/testing/tasks";

const demographic: Survey = {
  survey: "demographic",
  has_taken_part: false,
  questions: [
    { key: "gender", kind: "one", options: ["male", "female", "nonbinary_or_other"] },
    { key: "ethnicity", kind: "many", options: ["white", "black", "latinx"] },
    { key: "nationality", kind: "country", options: ["UY", "PH"] },
  ],
};
const satisfaction: Survey = {
  survey: "satisfaction",
  has_taken_part: true,
  questions: [{ key: "paid_fairly", kind: "agreement", options: ["strongly_agree", "agree"] }],
};
const worked = {
  days: [],
  num_rankings: 12,
  num_demonstrations: 0,
  num_skipped: 0,
  num_returned: 0,
  num_asked: 0,
  median_seconds_ranking: null,
  median_seconds_demonstration: null,
};

function labelerServer() {
  return serverWith(rankingTask())
    .on("GET /api/surveys/", { body: [demographic, satisfaction] })
    .on("GET /api/labeling/me/", { body: worked });
}

describe("a labeler", () => {
  test("answers what they like of a survey, and nothing else is sent (R18)", async () => {
    const server = labelerServer().on("POST /api/surveys/demographic/responses/", () => {
      server.on("GET /api/surveys/", { body: [{ ...demographic, has_taken_part: true }, satisfaction] });
      return { status: 204 };
    });
    const { user } = renderApp("/surveys");

    const form = await screen.findByRole("form", { name: "Who we are" });
    expect(within(form).getByRole("button", { name: "Send without my name" })).toBeDisabled();
    await user.click(within(form).getByRole("radio", { name: "Female" }));
    await user.click(within(form).getByRole("checkbox", { name: "Black / of African descent" }));
    await user.click(within(form).getByRole("checkbox", { name: "Latinx" }));
    await user.selectOptions(within(form).getByRole("combobox"), "Uruguay");
    await user.selectOptions(within(form).getByRole("combobox"), "No answer");
    await user.click(within(form).getByRole("button", { name: "Send without my name" }));

    expect(await screen.findAllByText("You have taken part. Thank you.")).toHaveLength(2);
    expect(server.sent("POST /api/surveys/demographic/responses/")[0]?.body).toEqual({
      answers: { gender: "female", ethnicity: ["black", "latinx"] },
    });
  });

  test("is offered a survey once, and declining for good stays declined", async () => {
    labelerServer();
    const first = renderApp("/label");
    const offer = await screen.findByRole("complementary", { name: "Would you answer five questions?" });
    expect(within(offer).getByText(/Who we are/)).toBeVisible();
    await first.user.click(within(offer).getByRole("button", { name: "Never" }));
    expect(screen.queryByRole("complementary")).toBeNull();
    first.unmount();

    renderApp("/label");
    await screen.findByRole("link", { name: "Start: Helpful answers" });
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  test("is not asked before they have worked a little", async () => {
    const server = labelerServer().on("GET /api/labeling/me/", { body: { ...worked, num_rankings: 9 } });
    renderApp("/label");

    await screen.findByRole("link", { name: "Start: Helpful answers" });
    expect(screen.queryByRole("complementary")).toBeNull();
    expect(server.sent("GET /api/surveys/")).toHaveLength(0);
  });
});

describe("a researcher", () => {
  const result: SurveyResult = {
    survey: "demographic",
    num_responses: 19,
    respondents_minimum: 5,
    cell_minimum: 3,
    questions: [
      {
        key: "gender",
        kind: "one",
        options: [
          { option: "male", share: 0.421, reference: 0.5 },
          { option: "female", share: null, reference: 0.444 },
        ],
      },
      { key: "age", kind: "one", options: null },
    ],
  };

  test("reads percentages beside the paper, and that some are withheld (R18)", async () => {
    new FakeServer()
      .install()
      .on("GET /api/session/", { body: sessionOf(ruth) })
      .on("GET /api/surveys/results/", {
        body: [result, { ...result, survey: "satisfaction", num_responses: null, questions: [] }],
      });
    renderApp("/surveys");

    const table = await screen.findByRole("table", { name: "What gender do you identify as?" });
    const rows = within(table).getAllByRole("row").map((row) => row.textContent);
    expect(rows.slice(1)).toEqual(["Male42.1%50.0%", "Femalewithheld44.4%"]);
    expect(screen.getByText("Too few have answered this question to tell anything.")).toBeVisible();
    expect(screen.getByText("Fewer than 5 people have answered")).toBeVisible();
  });
});
