import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { renderApp } from "@/testing/render";
import type { FakeServer } from "@/testing/server";
import { refusal } from "@/testing/server";
import { demonstrationTask, serverWith } from "@/testing/tasks";

const task = demonstrationTask();
const draftPath = `PUT /api/assignments/${task.id}/draft/`;
let server: FakeServer;

async function openDesk() {
  const view = renderApp("/label/5");
  const editor = await screen.findByRole("textbox", { name: "Your answer" });
  return { ...view, editor };
}

beforeEach(() => {
  server = serverWith(task);
});

test("an answer is written, saved as it grows and submitted exactly as written (R20)", async () => {
  const { user, editor } = await openDesk();
  expect(editor).toHaveFocus();
  expect(screen.getByRole("button", { name: "Submit" })).toBeDisabled();

  await user.keyboard("  Light scatters. ");
  expect(screen.getByText(/^2 words · 18 characters · at most 1,024 tokens$/)).toBeVisible();
  await waitFor(() => expect(server.sent(draftPath)).toHaveLength(1));
  await user.keyboard("{Control>}{Enter}{/Control}");

  await screen.findByText("Nothing for you now");
  expect(server.sent("POST /api/demonstrations/")[0]?.body).toMatchObject({
    assignment: task.id,
    text: "  Light scatters. ",
  });
});

test("a reload restores the text", async () => {
  const { user, unmount } = await openDesk();
  await user.keyboard("Half a sent");
  unmount();

  const { editor } = await openDesk();

  expect(editor).toHaveValue("Half a sent");
});

test("the server's refusal of a long answer is shown, and the text stays", async () => {
  server.on(
    "POST /api/demonstrations/",
    refusal(422, "too_long", "An answer has at most 1,024 tokens; this one has 1,876.", {
      fields: { text: ["An answer has at most 1,024 tokens; this one has 1,876."] },
    }),
  );
  const { user, editor } = await openDesk();
  fireEvent.change(editor, { target: { value: "word ".repeat(1500) } });

  await user.click(screen.getByRole("button", { name: "Submit" }));

  expect(await screen.findByText(/this one has 1,876/)).toBeVisible();
  expect(editor).toHaveValue("word ".repeat(1500));
  expect(screen.getByRole("button", { name: "Submit" })).toBeEnabled();
});

test("an empty answer can only be submitted where the project allows it (R21)", async () => {
  server = serverWith(demonstrationTask({ allow_empty: true }));
  const { user } = await openDesk();

  await user.click(screen.getByRole("button", { name: "Submit" }));

  await screen.findByText("Nothing for you now");
  expect(server.sent("POST /api/demonstrations/")[0]?.body).toMatchObject({ text: "" });
});

test("skipping takes a reason, keeps the draft and can be undone (R22)", async () => {
  server
    .on(`POST /api/assignments/${task.id}/skip/`, { status: 204 })
    .on(`POST /api/assignments/${task.id}/undo-skip/`, { body: task });
  const { user } = await openDesk();
  await user.keyboard("Kept.");
  await waitFor(() => expect(server.sent(draftPath)).toHaveLength(1));

  await user.click(screen.getByRole("button", { name: "Skip" }));
  const dialog = await screen.findByRole("dialog", { name: "Skip this prompt" });
  await user.click(within(dialog).getByRole("radio", { name: "The task is unclear" }));
  await user.click(within(dialog).getByRole("button", { name: "Skip" }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));

  expect(await screen.findByRole("textbox", { name: "Your answer" })).toHaveValue("Kept.");
  expect(server.sent(`POST /api/assignments/${task.id}/skip/`)[0]?.body).toEqual({
    reason: "unclear",
    comment: "",
  });
});

test("two drafts are shown side by side and a person chooses", async () => {
  const theirs = { version: 9, body: { text: "From the other machine", seconds_active: 1 } };
  server.on(draftPath, refusal(412, "draft_conflict", "Changed.", { draft: theirs }));
  const { user, editor } = await openDesk();
  await user.keyboard("From here");

  const dialog = await screen.findByRole("dialog", { name: /two drafts/ });
  expect(within(dialog).getByText("From here")).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Go on with the other one" }));

  await waitFor(() => expect(editor).toHaveValue("From the other machine"));
});
