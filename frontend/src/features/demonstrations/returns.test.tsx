import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { KeptDraft, ReturnedAnswer } from "@/api/types";
import { renderApp } from "@/testing/render";
import type { FakeServer } from "@/testing/server";
import { demonstrationTask, serverWith } from "@/testing/tasks";

const task = demonstrationTask({
  draft: { version: 3, body: { text: "A river flows north.", seconds_active: 60 } },
});

const returned: ReturnedAnswer = {
  id: 4,
  outcome: "returned",
  comment: "Name the river.",
  assignment: task.id,
  project: { id: 5, name: "Helpful answers" },
  prompt: "Where do rivers flow?",
  sent_text: "A river flows north.",
  sent_at: "2026-11-20T10:00:00Z",
  corrected_text: null,
  is_to_do: true,
  created_at: "2026-11-21T10:00:00Z",
  read_at: null,
};

const corrected: ReturnedAnswer = {
  ...returned,
  id: 3,
  outcome: "corrected",
  comment: "",
  prompt: "Where does the sun rise?",
  sent_text: "In the west.",
  corrected_text: "In the east.",
  is_to_do: false,
  read_at: "2026-11-21T11:00:00Z",
};

const draft: KeptDraft = {
  id: task.id,
  kind: "demonstration",
  project: 5,
  project_name: "Helpful answers",
  prompt_excerpt: "Where do rivers flow?",
  text_excerpt: "A river",
  state: "skipped",
  saved_at: "2026-11-21T10:00:00Z",
};

let server: FakeServer;

function answerReturns(results: ReturnedAnswer[]) {
  server.on("GET /api/returns/", {
    body: { results, next: null, num_unread: results.filter((one) => one.read_at === null).length },
  });
}

beforeEach(() => {
  server = serverWith(task)
    .on("POST /api/returns/4/read/", { status: 204 })
    .on("GET /api/assignments/drafts/", { body: { results: [draft], next: null } });
  answerReturns([returned, corrected]);
});

test("what came back is listed with what there is to do, and counts as read when it is opened", async () => {
  const { user } = renderApp("/returns");
  const [first, second] = await screen.findAllByRole("listitem");
  if (!first || !second) throw new Error("two rows");
  expect(await screen.findByText("1 unread")).toBeVisible();
  expect(within(first).getByText("Unread")).toBeVisible();

  await user.click(within(first).getByRole("button", { name: "Open" }));

  expect(within(first).getByText("Name the river.")).toBeVisible();
  expect(within(first).getByText("A river flows north.")).toBeVisible();
  await waitFor(() => expect(server.sent("POST /api/returns/4/read/")).toHaveLength(1));
  expect(within(first).getByRole("link", { name: "Go on with it" })).toHaveAttribute(
    "href",
    `/label/5?assignment=${task.id}`,
  );
  expect(within(second).queryByRole("link", { name: "Go on with it" })).not.toBeInTheDocument();
});

test("a correction shows word by word what was changed", async () => {
  answerReturns([corrected]);
  const { user } = renderApp("/returns");

  await user.click(await screen.findByRole("button", { name: "Open" }));

  const diff = screen.getByRole("group", { name: "What was corrected" });
  expect(diff.querySelector("del")).toHaveTextContent("west");
  expect(diff.querySelector("ins")).toHaveTextContent("east");
  expect(server.sent("POST /api/returns/3/read/")).toHaveLength(0);
});

test("an empty inbox says what would fill it", async () => {
  answerReturns([]);
  renderApp("/returns");

  expect(await screen.findByText("Nothing came back")).toBeVisible();
});

test("the desk of a returned task says why it came back and shows what has changed since", async () => {
  const { user } = renderApp("/label/5");
  const note = await screen.findByRole("region", { name: "Returned to you" });
  expect(within(note).getByText("Name the river.")).toBeVisible();
  await waitFor(() => expect(server.sent("POST /api/returns/4/read/")).toHaveLength(1));

  await user.type(await screen.findByRole("textbox", { name: "Your answer" }), " The Rhine.");
  await user.click(within(note).getByRole("button", { name: "What you have changed" }));

  const changes = within(note).getByRole("group", { name: "Changes since you sent it" });
  expect(changes.querySelector("ins")).toHaveTextContent("The Rhine.");
});

test("a skipped draft is taken up again with its text", async () => {
  server.on(`POST /api/assignments/${task.id}/undo-skip/`, { body: task });
  const { user, router } = renderApp("/drafts");
  const row = await screen.findByRole("row", { name: /Where do rivers flow/ });
  expect(within(row).getByText("A river")).toBeVisible();

  await user.click(within(row).getByRole("button", { name: "Take it up again" }));

  await waitFor(() => expect(router.state.location.search).toBe(`?assignment=${task.id}`));
  expect(server.sent(`POST /api/assignments/${task.id}/undo-skip/`)).toHaveLength(1);
});

test("a task still in hand is opened without undoing anything", async () => {
  server.on("GET /api/assignments/drafts/", {
    body: { results: [{ ...draft, state: "leased" }], next: null },
  });
  const { user, router } = renderApp("/drafts");

  await user.click(await screen.findByRole("button", { name: "Take it up again" }));

  await waitFor(() => expect(router.state.location.pathname).toBe("/label/5"));
  expect(server.sent(`POST /api/assignments/${task.id}/undo-skip/`)).toHaveLength(0);
});

test("without drafts the page says what it is for", async () => {
  server.on("GET /api/assignments/drafts/", { body: { results: [], next: null } });
  renderApp("/drafts");

  expect(await screen.findByText("No drafts")).toBeVisible();
});
