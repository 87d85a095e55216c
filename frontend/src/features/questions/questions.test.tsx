import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import type { Question, RankingQuestion } from "@/api/types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { project, rankingTask, serverWith } from "@/testing/tasks";

const question: Question = {
  id: 31,
  project: 5,
  project_name: "Helpful answers",
  prompt_excerpt: "Why is the sky blue?",
  text: "May two be equal?",
  is_mine: false,
  asker_name: null,
  prompt_id: null,
  created_at: "2026-11-20T10:00:00Z",
  answers: [],
};
const answered: Question = {
  ...question,
  id: 30,
  text: "How long may it take?",
  answers: [{ id: 1, author_name: "Ruth Adler", text: "As long as it needs.", created_at: question.created_at }],
};

const pageOf = (...results: Question[]) => ({ body: { results, next: null } });

function researcherServer() {
  return new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [], next: null } });
}

describe("a labeler", () => {
  test("asks about a project and sees that it was sent (R17)", async () => {
    const server = serverWith(rankingTask())
      .on("GET /api/questions/", pageOf(answered))
      .on("POST /api/questions/", { status: 201, body: { ...question, is_mine: true } });
    const { user } = renderApp("/questions");

    await user.type(await screen.findByRole("textbox", { name: "Your question" }), "May two be equal?");
    await user.click(screen.getByRole("button", { name: "Ask" }));

    expect(await screen.findByText("Your question is with the researchers.")).toBeVisible();
    expect(server.sent("POST /api/questions/")[0]?.body).toEqual({
      project: project.id,
      text: "May two be equal?",
      client_key: expect.any(String) as string,
    });
    expect(screen.getByRole("textbox", { name: "Your question" })).toHaveValue("");
    expect(screen.getByText("As long as it needs.")).toBeVisible();
  });

  test("keeps an unsent question over a reload, and its key over a lost answer", async () => {
    const server = serverWith(rankingTask())
      .on("GET /api/questions/", pageOf())
      .on("POST /api/questions/", refusal(500, "boom", "Try again in a moment."));
    const first = renderApp("/questions");
    await first.user.type(await screen.findByRole("textbox", { name: "Your question" }), "Why?");
    await first.user.click(screen.getByRole("button", { name: "Ask" }));
    expect(await screen.findByText("Try again in a moment.")).toBeVisible();
    first.unmount();

    server.on("POST /api/questions/", { status: 200, body: question });
    const { user } = renderApp("/questions");
    expect(await screen.findByRole("textbox", { name: "Your question" })).toHaveValue("Why?");
    await user.click(screen.getByRole("button", { name: "Ask" }));

    await screen.findByText("Your question is with the researchers.");
    const keys = server.sent("POST /api/questions/").map(({ body }) => (body as { client_key: string }).client_key);
    expect(new Set(keys).size).toBe(1);
  });
});

describe("a labeler who is asked", () => {
  const about: RankingQuestion = {
    id: 7,
    author_name: "Ruth Adler",
    project_name: "Helpful answers",
    prompt: "Why is the sky blue?",
    assignment: "00000001-0000-4000-8000-000000000001",
    text: "What decided it for you?",
    created_at: "2026-11-20T10:00:00Z",
    answer: "",
    answered_at: null,
  };

  test("answers once, where the question stands", async () => {
    const server = serverWith(rankingTask())
      .on("GET /api/questions/", pageOf())
      .on("GET /api/ranking-questions/", { body: { results: [about], next: null } })
      .on("POST /api/ranking-questions/7/answer/", { status: 201, body: about });
    const { user } = renderApp("/questions");
    const asked = within(await screen.findByRole("region", { name: "Researchers ask you" }));
    expect(asked.getByRole("link", { name: "Why is the sky blue?" })).toHaveAttribute(
      "href",
      `/history/${about.assignment ?? ""}`,
    );
    await user.type(asked.getByRole("textbox", { name: "Your answer" }), "B names the moon.");
    server.on("GET /api/ranking-questions/", {
      body: {
        results: [{ ...about, answer: "B names the moon.", answered_at: "2026-11-21T10:00:00Z" }],
        next: null,
      },
    });

    await user.click(asked.getByRole("button", { name: "Send the answer" }));

    expect(await asked.findByText(/You answered/)).toBeVisible();
    expect(asked.queryByRole("textbox")).not.toBeInTheDocument();
    expect(server.sent("POST /api/ranking-questions/7/answer/")[0]?.body).toEqual({ text: "B names the moon." });
  });

  test("hears why an answer did not arrive, and keeps it", async () => {
    serverWith(rankingTask())
      .on("GET /api/questions/", pageOf())
      .on("GET /api/ranking-questions/", { body: { results: [about], next: null } })
      .on("POST /api/ranking-questions/7/answer/", refusal(503, "unavailable", "The database is not answering."));
    const { user } = renderApp("/questions");
    const asked = within(await screen.findByRole("region", { name: "Researchers ask you" }));
    await user.type(asked.getByRole("textbox", { name: "Your answer" }), "The moon.");
    await user.click(asked.getByRole("button", { name: "Send the answer" }));

    expect(await asked.findByText("The database is not answering.")).toBeVisible();
    expect(asked.getByRole("textbox", { name: "Your answer" })).toHaveValue("The moon.");
  });
});

describe("a researcher", () => {
  test("answers on the spot what waits for an answer", async () => {
    const server = researcherServer()
      .on("GET /api/questions/", pageOf({ ...question, asker_name: "Amina Osei", prompt_id: 12 }))
      .on("POST /api/questions/31/answers/", { status: 201, body: answered });
    const { user } = renderApp("/questions");

    const waiting = await screen.findByRole("region", { name: "Waiting for an answer" });
    expect(await within(waiting).findByText("Amina Osei asked")).toBeVisible();
    expect(within(waiting).getByRole("link", { name: "Why is the sky blue?" })).toHaveAttribute(
      "href",
      "/prompts/12",
    );
    await user.click(within(waiting).getByRole("button", { name: "Answer" }));
    await user.type(within(waiting).getByRole("textbox", { name: "Your answer" }), "Yes.");
    await user.click(within(waiting).getByRole("button", { name: "Publish the answer" }));

    await within(waiting).findByRole("button", { name: "Answer" });
    expect(server.sent("POST /api/questions/31/answers/")[0]?.body).toEqual({ text: "Yes." });
  });

  test("hears why an answer was not published, and keeps it", async () => {
    researcherServer()
      .on("GET /api/questions/", pageOf(question))
      .on("POST /api/questions/31/answers/", refusal(503, "unavailable", "The database is not answering."));
    const { user } = renderApp("/questions");

    const waiting = await screen.findByRole("region", { name: "Waiting for an answer" });
    await user.click(await within(waiting).findByRole("button", { name: "Answer" }));
    await user.type(within(waiting).getByRole("textbox", { name: "Your answer" }), "Yes.");
    await user.click(within(waiting).getByRole("button", { name: "Publish the answer" }));

    expect(await screen.findByText("The database is not answering.")).toBeVisible();
    expect(within(waiting).getByRole("textbox", { name: "Your answer" })).toHaveValue("Yes.");
  });
});
