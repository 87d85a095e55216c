import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { renderApp } from "@/testing/render";
import type { FakeServer } from "@/testing/server";
import { refusal } from "@/testing/server";
import { catalogue, demonstrationTask, serverWith } from "@/testing/tasks";

const task = demonstrationTask();
const draftPath = `PUT /api/assignments/${task.id}/draft/`;
const annotationPath = `PUT /api/assignments/${task.id}/prompt-annotation/`;
let server: FakeServer;

async function openDesk() {
  const view = renderApp("/label/5");
  const editor = await screen.findByRole("textbox", { name: "Your answer" });
  // It takes the focus a moment after it is there, and keys go where the focus is.
  await waitFor(() => expect(editor).toHaveFocus());
  return { ...view, editor };
}

/** The server counts every word as a token. */
function countWords(limit = 1024, same: object | null = null, other: object | null = null) {
  server.on("POST /api/text-checks/", ({ body }) => ({
    body: {
      num_tokens: (body as { text: string }).text.split(" ").filter(Boolean).length,
      is_exact: true,
      max_tokens: limit,
      same_answer: same,
      other_language: other,
    },
  }));
}

beforeEach(() => {
  server = serverWith(task);
});

test("an answer is written, saved as it grows and submitted exactly as written (R20)", async () => {
  const { user } = await openDesk();
  expect(screen.getByRole("button", { name: "Submit" })).toBeDisabled();

  await user.keyboard("  Light scatters. ");
  expect(screen.getByText(/^2 words · 18 characters/)).toHaveTextContent(
    "2 words · 18 characters · at most 1,024 tokens · 18 typed, 0 pasted",
  );
  await waitFor(() => expect(server.sent(draftPath)).toHaveLength(1));
  await user.keyboard("{Control>}{Enter}{/Control}");

  await screen.findByText("Nothing for you now");
  expect(server.sent("POST /api/demonstrations/")[0]?.body).toMatchObject({
    assignment: task.id,
    text: "  Light scatters. ",
    characters_typed: 18,
    characters_pasted: 0,
  });
});

test("what is pasted is told apart from what is typed, and shown to the writer", async () => {
  const { user } = await openDesk();

  await user.keyboard("Hi ");
  await user.paste("from elsewhere");

  expect(screen.getByText(/3 typed, 14 pasted/)).toBeVisible();
});

test("a reload restores the text and how it came to be", async () => {
  const { user, unmount } = await openDesk();
  await user.keyboard("Half a sent");
  unmount();

  const { editor } = await openDesk();

  expect(editor).toHaveValue("Half a sent");
  expect(screen.getByText(/11 typed, 0 pasted/)).toBeVisible();
});

test("the exact count is shown, and a text over the limit cannot be sent until it is shorter (R20)", async () => {
  countWords(3);
  const { user, editor } = await openDesk();
  await user.keyboard("one two three four");

  expect(await screen.findByText("Too long by 1 token. Shorten it to submit.")).toBeVisible();
  expect(screen.getByText("4 of 3 tokens")).toHaveAttribute("data-over");
  expect(screen.getByRole("button", { name: "Submit" })).toBeDisabled();
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(server.sent("POST /api/demonstrations/")).toHaveLength(0);

  await user.clear(editor);
  await user.keyboard("one two");
  expect(await screen.findByText("2 of 3 tokens")).toBeVisible();
  expect(screen.getByRole("button", { name: "Submit" })).toBeEnabled();
});

test("an earlier answer in the same words is pointed out, softly", async () => {
  countWords(1024, {
    assignment: "11111111-1111-4111-8111-111111111111",
    project: 5,
    prompt_excerpt: "Why is grass green?",
    submitted_at: "2026-11-20T10:00:00Z",
  });
  const { user } = await openDesk();
  await user.keyboard("Chlorophyll.");

  expect(await screen.findByText(/exactly this text before, to “Why is grass green\?”/)).toBeVisible();
  expect(screen.getByRole("link", { name: "See that answer" })).toHaveAttribute(
    "href",
    "/history/11111111-1111-4111-8111-111111111111",
  );
  expect(screen.getByRole("button", { name: "Submit" })).toBeEnabled();
});

test("an answer in another language than its prompt is pointed out, softly", async () => {
  countWords(1024, null, { written: "fr", asked: "en" });
  const { user } = await openDesk();
  await user.keyboard("La mer");

  expect(await screen.findByText(/reads as French; the prompt is in English/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Submit" })).toBeEnabled();
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

test("Control S sends nothing away", async () => {
  const { user, editor } = await openDesk();
  await user.keyboard("Kept.");

  await user.keyboard("{Control>}s{/Control}");

  await waitFor(() => expect(server.sent(draftPath)).toHaveLength(1));
  expect(editor).toHaveValue("Kept.");
  expect(server.sent("POST /api/demonstrations/")).toHaveLength(0);
});

test("one press on a reason skips, keeps the draft and can be undone (R22)", async () => {
  server
    .on(`POST /api/assignments/${task.id}/skip/`, { status: 204 })
    .on(`POST /api/assignments/${task.id}/undo-skip/`, { body: task });
  const { user } = await openDesk();
  await user.keyboard("Kept.");
  await waitFor(() => expect(server.sent(draftPath)).toHaveLength(1));

  await user.click(screen.getByRole("button", { name: "Skip" }));
  const strip = screen.getByRole("region", { name: "Why do you skip it?" });
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  expect(within(strip).getByRole("button", { name: "The task is unclear" })).toHaveFocus();
  await user.keyboard("{Enter}");
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

test("the draft that was not chosen is an earlier version to go back to", async () => {
  const theirs = { version: 9, body: { text: "From the other machine", seconds_active: 1 } };
  server.on(draftPath, refusal(412, "draft_conflict", "Changed.", { draft: theirs }));
  const { user, editor } = await openDesk();
  await user.keyboard("From here");
  const dialog = await screen.findByRole("dialog", { name: /two drafts/ });
  await user.click(within(dialog).getByRole("button", { name: "Go on with the other one" }));

  await user.click(screen.getByRole("button", { name: "Earlier versions" }));
  const versions = await screen.findByRole("dialog", { name: "Earlier versions" });
  await user.click(within(versions).getByRole("button", { name: /^Go back to this/ }));

  expect(editor).toHaveValue("From here");
});

test("the answer is read as Markdown beside its source", async () => {
  const { user } = await openDesk();
  await user.keyboard("Some **bold** words");

  await user.click(screen.getByRole("button", { name: "Both" }));

  const preview = screen.getByRole("region", { name: "Preview of your answer" });
  await waitFor(() => expect(within(preview).getByText("bold").tagName).toBe("STRONG"));
  expect(screen.getByRole("textbox", { name: "Your answer" })).toBeVisible();
});

test("the prompt's category and flags are said on the same page, each flag in three states (R23)", async () => {
  server
    .on("GET /api/catalogue/", {
      body: {
        ...catalogue,
        categories: [
          { key: "generation", label: "Generation" },
          { key: "chat", label: "Chat" },
        ],
        prompt_flags: [{ key: "ambiguous", label: "Ambiguous" }],
      },
    })
    .on(annotationPath, ({ body }) => ({ body }));
  const { user } = await openDesk();
  const flag = within(await screen.findByRole("group", { name: "Ambiguous" }));
  const lastSaid = () => server.sent(annotationPath).at(-1)?.body;

  await user.click(flag.getByRole("button", { name: "Yes" }));
  await waitFor(() => expect(lastSaid()).toEqual({ category: "chat", flags: { ambiguous: true } }));
  await user.click(flag.getByRole("button", { name: "No" }));
  await waitFor(() => expect(lastSaid()).toEqual({ category: "chat", flags: { ambiguous: false } }));
  await user.click(flag.getByRole("button", { name: "No" }));
  await waitFor(() => expect(lastSaid()).toEqual({ category: "chat", flags: { ambiguous: null } }));
  expect(await screen.findByText("Saved", { selector: "[role=status]" })).toBeVisible();
});

test("what a prompt tries a model with is said under a heading of its own (R88)", async () => {
  server
    .on("GET /api/catalogue/", {
      body: {
        ...catalogue,
        prompt_flags: [{ key: "ambiguous", label: "Ambiguous" }],
        adversarial_tags: [{ key: "false_premise", label: "Built on a false premise" }],
      },
    })
    .on(annotationPath, ({ body }) => ({ body }));
  const { user } = await openDesk();
  const tags = within(await screen.findByRole("list", { name: "What it tries a model with" }));
  expect(tags.queryByRole("group", { name: "Ambiguous" })).toBeNull();

  const tag = within(tags.getByRole("group", { name: "Built on a false premise" }));
  await user.click(tag.getByRole("button", { name: "Yes" }));

  await waitFor(() =>
    expect(server.sent(annotationPath).at(-1)?.body).toEqual({
      category: "chat",
      flags: { false_premise: true },
    }),
  );
});

test("Alt and a digit choose the category while the answer is being written (R23)", async () => {
  server
    .on("GET /api/catalogue/", {
      body: {
        ...catalogue,
        categories: [
          { key: "generation", label: "Generation" },
          { key: "chat", label: "Chat" },
        ],
      },
    })
    .on(annotationPath, ({ body }) => ({ body }));
  const { user, editor } = await openDesk();
  const generation = await screen.findByRole("button", { name: /Generation/ });

  await user.keyboard("{Alt>}[Digit1]{/Alt}");

  expect(generation).toHaveAttribute("aria-pressed", "true");
  expect(editor).toHaveValue("");
  await waitFor(() =>
    expect(server.sent(annotationPath).at(-1)?.body).toEqual({ category: "generation", flags: {} }),
  );
});

test("a category that could not be saved says so and is tried again", async () => {
  server.on(annotationPath, refusal(409, "not_open", "This task is not open any more."));
  const { user } = await openDesk();
  await user.click(await screen.findByRole("button", { name: /Chat/ }));
  expect(await screen.findByText(/Not saved: This task is not open any more/)).toBeVisible();

  server.on(annotationPath, ({ body }) => ({ body }));
  await user.click(screen.getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(screen.queryByText(/Not saved/)).not.toBeInTheDocument());
});

test("the questions of the project open beside the work", async () => {
  server.on("GET /api/questions/", { body: { results: [], next: null } });
  const { user } = await openDesk();

  await user.click(screen.getByRole("button", { name: "Questions" }));

  expect(await screen.findByRole("dialog")).toBeVisible();
});
