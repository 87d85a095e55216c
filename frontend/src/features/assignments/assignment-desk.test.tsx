import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { renderApp } from "@/testing/render";
import { refusal } from "@/testing/server";
import { project, rankingTask, serverWith } from "@/testing/tasks";

const task = rankingTask();
const minutesAhead = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

function historyWith(entry: object) {
  return {
    body: {
      results: [
        {
          id: task.id,
          kind: "ranking",
          project_name: "Helpful answers",
          prompt_excerpt: "Why is the sky blue?",
          state: "submitted",
          opened_at: minutesAhead(-5),
          submitted_at: minutesAhead(-1),
          take_back_until: minutesAhead(9),
          ...entry,
        },
      ],
      next: null,
    },
  };
}

describe("the queue", () => {
  test("shows the instructions, whole, before the first task (R15)", async () => {
    const server = serverWith(task);
    let isRead = false;
    const next = { assignment: task, reason: null, num_waiting_for_others: 0 };
    server
      .on("POST /api/assignments/next/", () =>
        isRead
          ? { body: next }
          : refusal(409, "instructions_not_acknowledged", "Read version 3 first."),
      )
      .on("GET /api/labeling/projects/5/", {
        body: {
          ...project,
          instructions: { version: 3, title: "How to rank", body: "First read.\n\nThen rate." },
        },
      })
      .on("POST /api/labeling/projects/5/acknowledge/", () => {
        isRead = true;
        return { status: 204 };
      });
    const { user } = renderApp("/label/5");

    expect(await screen.findByRole("heading", { name: "How to rank" })).toBeVisible();
    expect(screen.getByText(/Then rate/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "I have read version 3" }));

    await screen.findByRole("region", { name: "Completion A" });
    expect(server.sent("POST /api/labeling/projects/5/acknowledge/")[0]?.body).toEqual({
      version: 3,
    });
  });

  test.each([
    ["empty", 12, "Nothing for you now", /12 tasks wait for other labelers to finish/],
    ["paused", 0, "This project is paused", /Drafts are kept/],
    ["not_in_pool", 0, "This project is for other labelers", /another pool/],
  ])("says when it is %s", async (reason, num_waiting_for_others, title, words) => {
    serverWith(task).on("POST /api/assignments/next/", {
      body: { assignment: null, reason, num_waiting_for_others },
    });
    renderApp("/label/5");

    expect(await screen.findByRole("heading", { name: title })).toBeVisible();
    expect(screen.getByText(words)).toBeVisible();
    expect(screen.getByRole("link", { name: "Other projects" })).toHaveAttribute("href", "/label");
  });

  test("says when the server stumbles, and tries again", async () => {
    const server = serverWith(task).on("POST /api/assignments/next/", refusal(403, "no", "Not yours."));
    const { user } = renderApp("/label/5");
    expect(await screen.findByText("Not yours.")).toBeVisible();

    server.on("POST /api/assignments/next/", {
      body: { assignment: task, reason: null, num_waiting_for_others: 0 },
    });
    await user.click(screen.getByRole("button", { name: "Try again" }));

    expect(await screen.findByRole("region", { name: "Completion A" })).toBeInTheDocument();
  });
});

describe("the way back", () => {
  test("U takes the last answer back, with its order in place", async () => {
    const answered = rankingTask({
      id: "11111111-2222-4333-8444-555555555555",
      draft: {
        version: 3,
        body: {
          items: Object.fromEntries(
            [..."ABCD"].map((letter, index) => [
              `handle-${letter}`,
              { rank: index + 1, rating: 5, flags: {}, note: "" },
            ]),
          ),
          seconds_active: 20,
          phase: "order",
        },
      },
    });
    const server = serverWith(task)
      .on("GET /api/assignments/history/", historyWith({ id: answered.id }))
      .on(`POST /api/assignments/${answered.id}/take-back/`, { body: answered })
      .on(`GET /api/assignments/${answered.id}/`, { body: answered });
    const { user, router } = renderApp("/label/5");
    await screen.findByText("Last answer submitted.");

    await user.keyboard("u");

    await screen.findByRole("listitem", { name: "Tier 4 of 4" });
    expect(server.sent(`POST /api/assignments/${answered.id}/take-back/`)).toHaveLength(1);
    expect(router.state.location.search).toBe(`?assignment=${answered.id}`);
  });

  test("an answer that is sealed by now says so and stays", async () => {
    serverWith(task)
      .on("GET /api/assignments/history/", historyWith({}))
      .on(
        `POST /api/assignments/${task.id}/take-back/`,
        refusal(409, "sealed", "This answer can no longer be taken back."),
      );
    const { user } = renderApp("/label/5");

    await user.click(await screen.findByRole("button", { name: "Take back" }));

    expect(await screen.findByText("This answer can no longer be taken back.")).toBeVisible();
    expect(screen.getByRole("region", { name: "Completion A" })).toBeInTheDocument();
  });

  test("skipping asks for a reason and can be undone", async () => {
    const server = serverWith(task)
      .on(`POST /api/assignments/${task.id}/skip/`, { status: 204 })
      .on(`POST /api/assignments/${task.id}/undo-skip/`, { body: task });
    const { user } = renderApp("/label/5");
    await screen.findByRole("region", { name: "Completion A" });

    await user.keyboard("{Shift>}x{/Shift}");
    const dialog = await screen.findByRole("dialog", { name: "Skip this task" });
    expect(within(dialog).getByRole("button", { name: "Skip" })).toBeDisabled();
    await user.click(within(dialog).getByRole("radio", { name: "Too long" }));
    await user.type(within(dialog).getByRole("textbox"), "Pages of it");
    server.on("POST /api/assignments/next/", {
      body: { assignment: null, reason: "empty", num_waiting_for_others: 0 },
    });
    await user.click(within(dialog).getByRole("button", { name: "Skip" }));

    await screen.findByText("Nothing for you now");
    expect(server.sent(`POST /api/assignments/${task.id}/skip/`)[0]?.body).toEqual({
      reason: "too_long",
      comment: "Pages of it",
    });
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("region", { name: "Completion A" })).toBeInTheDocument();
  });

  test("a task opened by its address that is answered already is not ranked twice", async () => {
    serverWith(rankingTask({ state: "submitted", take_back_until: minutesAhead(-1) }));
    renderApp(`/label/5?assignment=${task.id}`);

    expect(await screen.findByRole("heading", { name: "You have answered this task" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Take it back" })).toBeNull();
  });
});

describe("a labeler's own pages", () => {
  test("list the projects with what waits in them", async () => {
    serverWith(task).on("GET /api/labeling/projects/", {
      body: {
        results: [
          project,
          { ...project, id: 6, name: "Write", kind: "demonstration", num_waiting_for_me: 0 },
          { ...project, id: 7, name: "Later", state: "paused" },
        ],
        next: null,
      },
    });
    renderApp("/");

    expect(await screen.findByRole("link", { name: "Start: Helpful answers" })).toHaveAttribute(
      "href",
      "/label/5",
    );
    expect(screen.getByText("12 tasks wait for you")).toBeVisible();
    expect(screen.getByRole("link", { name: "Open: Write" })).toBeVisible();
    expect(screen.getByText("Paused")).toBeVisible();
  });

  test("bring a submitted answer back to the desk while there is time", async () => {
    serverWith(task)
      .on("GET /api/assignments/history/", historyWith({}))
      .on(`POST /api/assignments/${task.id}/take-back/`, { body: task });
    const { user, router } = renderApp("/history");

    await user.click(await screen.findByRole("button", { name: /^Take back, 9:|^Take back, 8:/ }));

    await screen.findByRole("region", { name: "Completion A" });
    expect(router.state.location.pathname).toBe("/label/5");
  });

  test("offer no way back once the time is over", async () => {
    serverWith(task).on(
      "GET /api/assignments/history/",
      historyWith({ take_back_until: minutesAhead(-1) }),
    );
    renderApp("/history");

    expect(await screen.findByText("Submitted", { selector: "td *" })).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("button", { name: /Take back/ })).toBeNull());
  });
});
