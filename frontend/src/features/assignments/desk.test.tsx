import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { WorkplaceProps } from "@/api/assignments";
import type { OwnWork } from "@/api/types";
import { useBesideTitle } from "@/components/beside-title";
import { renderApp, renderRoutes } from "@/testing/render";
import { refusal } from "@/testing/server";
import { project, rankingTask, serverWith } from "@/testing/tasks";

import { AssignmentDesk } from "./assignment-desk";

const SECOND = "11111111-2222-4333-8444-555555555555";
const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const first = rankingTask({ leased_until: hour(1) });
const second = rankingTask({ id: SECOND, prompt: { text: "The second one.", category: null, flags: {} }, leased_until: hour(1) });
const noTask = { assignment: null, num_waiting_for_others: 0, missing: [] };
const given = (assignment: object | null) => ({ body: { ...noTask, assignment, reason: assignment ? null : "empty" } });

/** A workplace as plain as can be: the desk must not care what is done in it. */
function Plain({ assignment, onSubmitted, onSkip, openQuestions }: WorkplaceProps) {
  const besideTitle = useBesideTitle();
  return (
    <main>
      <p>{assignment.prompt.text}</p>
      <p>{besideTitle}</p>
      <button onClick={onSubmitted}>Submit</button>
      <button onClick={() => void onSkip("unclear", "")}>Skip</button>
      <button onClick={openQuestions}>Ask</button>
    </main>
  );
}

function renderDesk(path = "/label/5") {
  const desk = (
    <AssignmentDesk
      workplaces={{ ranking: Plain, demonstration: Plain, toxicity: Plain }}
      Questions={({ isOpen }) => (isOpen ? <aside>The talk</aside> : null)}
    />
  );
  const { router } = renderRoutes(
    [
      { path: "/label/:projectId", element: desk },
      { path: "*", element: <p>Somewhere else</p> },
    ],
    path,
  );
  return router;
}

const asked = (server: ReturnType<typeof serverWith>) =>
  server.sent("POST /api/assignments/next/").map(({ body }) => body);

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  vi.useRealTimers();
});
const person = () => userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));

describe("the task after this one", () => {
  test("is fetched while this one is worked on, and shown at once", async () => {
    const server = serverWith(first).on("POST /api/assignments/next/", ({ body }) =>
      given((body as { beside?: string }).beside ? second : first),
    );
    renderDesk();
    const user = person();
    await screen.findByText("Why is the sky blue?");
    expect(asked(server)).toEqual([{ project: 5 }]);

    await pass(6);
    expect(asked(server)).toEqual([{ project: 5 }, { project: 5, beside: first.id }]);
    await user.click(screen.getByRole("button", { name: "Submit" }));

    expect(screen.getByText("The second one.")).toBeVisible();
    expect(asked(server)).toHaveLength(2);
  });

  test("is not fetched for a task that is skipped at a glance", async () => {
    const server = serverWith(first)
      .on("POST /api/assignments/next/", given(first))
      .on(`POST /api/assignments/${first.id}/skip/`, { status: 204 });
    renderDesk();
    const user = person();
    await screen.findByText("Why is the sky blue?");

    server.on("POST /api/assignments/next/", given(second));
    await user.click(screen.getByRole("button", { name: "Skip" }));

    await screen.findByText("The second one.");
    expect(asked(server)).toEqual([{ project: 5 }, { project: 5 }]);
  });

  test("that could not be fetched is asked for again, with the reason", async () => {
    const server = serverWith(first).on("POST /api/assignments/next/", ({ body }) =>
      (body as { beside?: string }).beside ? refusal(500, "boom", "Down.") : given(first),
    );
    renderDesk();
    const user = person();
    await screen.findByText("Why is the sky blue?");
    await pass(6);
    server.on("POST /api/assignments/next/", refusal(409, "consent_needed", "Read it."));
    await user.click(screen.getByRole("button", { name: "Submit" }));

    expect(await screen.findByText("Somewhere else")).toBeVisible();
  });

  test("is asked for anew when its lease has nearly run out meanwhile", async () => {
    const stale = { ...second, leased_until: hour(0.05) };
    const server = serverWith(first).on("POST /api/assignments/next/", ({ body }) =>
      given((body as { beside?: string }).beside ? stale : first),
    );
    renderDesk();
    const user = person();
    await screen.findByText("Why is the sky blue?");
    await pass(6);
    await pass(150);
    server.on("POST /api/assignments/next/", given(second));
    await user.click(screen.getByRole("button", { name: "Submit" }));

    await screen.findByText("The second one.");
    expect(asked(server).at(-1)).toEqual({ project: 5 });
  });
});

describe("before a task", () => {
  test.each([
    ["consent_needed", "/consent"],
    ["candidacy_undecided", "/screening"],
    ["candidacy_rejected", "/screening"],
  ])("%s leads to its page", async (code, place) => {
    serverWith(first).on("POST /api/assignments/next/", refusal(409, code, "First this."));
    const router = renderDesk();

    await screen.findByText("Somewhere else");
    expect(router.state.location.pathname).toBe(place);
  });

  test("tasks of any project are asked for without one, and their instructions are read", async () => {
    const server = serverWith(first)
      .on(
        "POST /api/assignments/next/",
        refusal(409, "instructions_not_acknowledged", "Read.", { fields: { project: ["5"] } }),
      )
      .on("GET /api/labeling/projects/5/", {
        body: { ...project, instructions: { version: 3, title: "How to rank", body: "Read three times." } },
      })
      .on("GET /api/labeling/projects/5/instructions/", {
        body: {
          results: [
            { version: 3, title: "How to rank", created_at: hour(-1), acknowledged_at: null },
            { version: 1, title: "How to rank", created_at: hour(-9), acknowledged_at: hour(-8) },
          ],
          next: null,
        },
      })
      .on("GET /api/labeling/projects/5/instructions/1/", {
        body: { version: 1, title: "How to rank", body: "Read two times." },
      });
    renderDesk("/label/any");

    expect(await screen.findByText("What changed since version 1, which you read")).toBeVisible();
    expect(screen.getByText("two").tagName).toBe("DEL");
    expect(screen.getByText("three").tagName).toBe("INS");
    expect(asked(server)).toEqual([{ project: null }]);
  });

  test("what is missing is named", async () => {
    serverWith(first).on("POST /api/assignments/next/", {
      body: { ...noTask, reason: "not_qualified", missing: ["de", "law"] },
    });
    renderDesk();

    expect(await screen.findByText("de, law")).toBeVisible();
  });

  test("an empty queue says what else there is, and looks again after a minute", async () => {
    const server = serverWith(first)
      .on("POST /api/assignments/next/", given(null))
      .on("GET /api/labeling/projects/", {
        body: { results: [project, { ...project, id: 6, name: "Write", num_waiting_for_me: 4 }], next: null },
      });
    renderDesk();

    expect(await screen.findByRole("link", { name: "Write" })).toHaveAttribute("href", "/label/6");
    server.on("POST /api/assignments/next/", given(first));
    await pass(61);
    expect(await screen.findByText("Why is the sky blue?")).toBeVisible();
  });
});

describe("a task that may disturb", () => {
  const covered = rankingTask({
    project: { ...first.project, content_warning: "Violent texts." },
    leased_until: hour(1),
  });

  test("stays covered until the labeler wants to see it", async () => {
    serverWith(covered).on("POST /api/assignments/next/", given(covered));
    renderDesk();
    const user = person();

    expect(await screen.findByText("Violent texts.")).toBeVisible();
    expect(screen.queryByText("Why is the sky blue?")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Show the task" }));
    expect(screen.getByText("Why is the sky blue?")).toBeVisible();
  });

  test("can be declined, which is a skip that counts against nobody", async () => {
    const server = serverWith(covered)
      .on("POST /api/assignments/next/", given(covered))
      .on(`POST /api/assignments/${covered.id}/skip/`, { status: 204 });
    renderDesk();
    const user = person();
    await screen.findByText("Violent texts.");
    server.on("POST /api/assignments/next/", given(null));
    await user.click(screen.getByRole("button", { name: "I would rather not" }));

    expect(await screen.findByText("Nothing for you now")).toBeVisible();
    expect(server.sent(`POST /api/assignments/${covered.id}/skip/`)[0]?.body).toEqual({
      reason: "sensitive",
      comment: "",
    });
  });
});

describe("the day", () => {
  const work: OwnWork = {
    days: [{ date: "2026-11-21", num_submitted: 14, seconds_active: 6 * 3600 + 12 * 60 }],
    num_rankings: 14,
    num_demonstrations: 0,
    num_skipped: 0,
    num_returned: 0,
    num_asked: 0,
    median_seconds_ranking: 300,
    median_seconds_demonstration: null,
  };

  test("stands in the bar", async () => {
    serverWith(first).on("GET /api/labeling/me/", { body: work });
    renderDesk();

    expect(await screen.findByText("14 today · 6 h 12 min active")).toBeVisible();
  });

  test("begins with what a reviewer gave back", async () => {
    serverWith(first).on("GET /api/labeling/me/", { body: { ...work, num_returned: 2 } });
    renderApp("/label");

    expect(await screen.findByText(/2 of your answers came back from a reviewer/)).toBeVisible();
    expect(screen.getByRole("link", { name: "See what they say" })).toHaveAttribute("href", "/returns");
  });

  test("begins with what a researcher asks", async () => {
    serverWith(first).on("GET /api/labeling/me/", { body: { ...work, num_asked: 1 } });
    renderApp("/label");

    expect(await screen.findByText(/A researcher asks about one of your rankings/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Answer" })).toHaveAttribute("href", "/questions");
  });

  test("is said to be done at the labeler's own limit, and goes on if they wish", async () => {
    window.localStorage.setItem(
      "concord-work-settings",
      JSON.stringify({ breakAfterMinutes: 50, dailyCapHours: 6 }),
    );
    serverWith(first).on("GET /api/labeling/me/", { body: work });
    renderDesk();
    const user = person();

    expect(await screen.findByText("Your own limit for today is reached")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Go on today" }));
    expect(screen.queryByText("Your own limit for today is reached")).toBeNull();
  });

  test("has a break after fifty active minutes, later if they wish, never if they wish", async () => {
    serverWith(first);
    renderDesk();
    const user = person();
    await screen.findByText("Why is the sky blue?");
    const workFor = async (minutes: number) => {
      for (let minute = 0; minute < minutes * 2; minute += 1) {
        await user.keyboard("{Shift}");
        await pass(30);
      }
    };

    await workFor(51);
    expect(screen.getByText("Time for a break")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "In 10 minutes" }));
    expect(screen.queryByText("Time for a break")).toBeNull();
    await workFor(11);
    expect(screen.getByText("Time for a break")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "No more reminders" }));
    expect(screen.queryByText("Time for a break")).toBeNull();
    expect(window.localStorage.getItem("concord-work-settings")).toContain('"breakAfterMinutes":null');
  });
});

test("the workplace opens the talk with the researchers", async () => {
  serverWith(first);
  renderDesk();
  const user = person();

  await user.click(await screen.findByRole("button", { name: "Ask" }));

  expect(screen.getByText("The talk")).toBeVisible();
});
