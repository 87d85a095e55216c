import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Review, ToReview } from "@/api/research-types";
import { amina, ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { catalogue } from "@/testing/tasks";

const item: ToReview = {
  id: "aaaaaaaa-0000-4000-8000-000000000001",
  project: { id: 5, name: "First demonstrations" },
  prompt: { text: "Where do rivers flow?", category: "chat", flags: {} },
  text: "A river flows north.",
  token_count: 5,
  max_tokens: 1024,
  seconds_active: 90,
  characters_typed: 18,
  characters_pasted: 2,
  submitted_at: "2026-11-20T10:00:00Z",
  returned_before: [],
};
const another: ToReview = {
  ...item,
  id: "aaaaaaaa-0000-4000-8000-000000000002",
  text: "Another answer.",
};
const reviewPath = `POST /api/demonstrations/${item.id}/review/`;

function decided(outcome: Review["outcome"]): Review {
  return {
    id: 1,
    demonstration: item.id,
    outcome,
    comment: "",
    grade: 6,
    reviewer: { id: 2, display_name: "Ruth Adler" },
    writer: { id: 7, display_name: "Amina Osei" },
    project: item.project,
    prompt: item.prompt.text,
    text: item.text,
    corrected_text: null,
    created_at: "2026-11-21T10:00:00Z",
  };
}

let server: FakeServer;

function answerQueue(rows: ToReview[]) {
  server.on("GET /api/reviews/queue/", () => ({
    body: {
      results: rows.filter(({ id }) => server.sent(`POST /api/demonstrations/${id}/review/`).length === 0),
      next: null,
    },
  }));
}

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/catalogue/", { body: catalogue })
    .on("GET /api/reviews/projects/", {
      body: [{ id: 5, name: "First demonstrations", requires_review: true, num_waiting: 2 }],
    })
    .on("GET /api/reviews/", { body: { results: [decided("accepted")], next: null } });
  answerQueue([item]);
});

test("an answer is accepted with a grade, and only then is its writer named", async () => {
  server.on(reviewPath, { status: 201, body: decided("accepted") });
  const { user } = renderApp("/reviews");
  await screen.findByText("A river flows north.");
  expect(screen.queryByText(/Amina/)).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Accept" })).toBeDisabled();

  await user.click(screen.getByRole("button", { name: "6" }));
  await user.click(screen.getByRole("button", { name: "Accept" }));

  expect(await screen.findByText("Accepted. It was written by Amina Osei.")).toBeVisible();
  expect(server.sent(reviewPath)[0]?.body).toEqual({
    outcome: "accepted",
    comment: "",
    grade: 6,
    text: null,
  });
  expect(await screen.findByText("Nothing waits for a review")).toBeVisible();
});

test("a return needs words for the writer, and no grade", async () => {
  server.on(reviewPath, { status: 201, body: decided("returned") });
  const { user } = renderApp("/reviews");
  const giveBack = await screen.findByRole("button", { name: "Return to the writer" });
  expect(giveBack).toBeDisabled();

  await user.type(screen.getByRole("textbox", { name: /Comment/ }), "Name the river.");
  await user.click(giveBack);

  await screen.findByText(/Returned\. It was written by/);
  expect(server.sent(reviewPath)[0]?.body).toMatchObject({
    outcome: "returned",
    comment: "Name the river.",
    grade: null,
  });
});

test("a correction shows what it changes and needs a change", async () => {
  server.on(reviewPath, { status: 201, body: decided("corrected") });
  const { user } = renderApp("/reviews");
  await user.click(await screen.findByRole("button", { name: "Correct it" }));
  const editor = screen.getByRole("textbox", { name: "Your correction" });
  expect(editor).toHaveValue("A river flows north.");
  await user.click(screen.getByRole("button", { name: "5" }));
  const accept = screen.getByRole("button", { name: "Accept my correction" });
  expect(accept).toBeDisabled();

  await user.type(editor, " Mostly.");
  const changes = screen.getByRole("group", { name: "Your changes" });
  expect(changes.querySelector("ins")).toHaveTextContent("Mostly.");
  await user.click(accept);

  await screen.findByText(/Corrected\. It was written by/);
  expect(server.sent(reviewPath)[0]?.body).toMatchObject({
    outcome: "corrected",
    grade: 5,
    text: "A river flows north. Mostly.",
  });
});

test("a correction survives a reload until it is sent or dropped", async () => {
  const first = renderApp("/reviews");
  await first.user.click(await screen.findByRole("button", { name: "Correct it" }));
  await first.user.type(screen.getByRole("textbox", { name: "Your correction" }), " Kept.");
  first.unmount();

  const { user } = renderApp("/reviews");
  expect(await screen.findByRole("textbox", { name: "Your correction" })).toHaveValue(
    "A river flows north. Kept.",
  );
  await user.click(screen.getByRole("button", { name: "Drop the correction" }));

  expect(screen.queryByRole("textbox", { name: "Your correction" })).not.toBeInTheDocument();
});

test("what was sent again stands beside its earlier version, with what changed", async () => {
  answerQueue([
    {
      ...item,
      text: "The Rhine flows north.",
      returned_before: [
        {
          text: "A river flows north.",
          comment: "Name the river.",
          grade: 3,
          returned_at: "2026-11-20T09:00:00Z",
        },
      ],
    },
  ]);
  renderApp("/reviews");

  const before = await screen.findByRole("region", { name: "Returned before" });
  expect(within(before).getByText("Name the river.")).toBeVisible();
  const changes = within(before).getByRole("group", { name: "What changed since the return" });
  expect(changes).toHaveTextContent(/Rhine/);
  expect(changes.querySelector("del")).toHaveTextContent("A");
});

test("an answer can be left for later and comes again after the last", async () => {
  answerQueue([item, another]);
  const { user } = renderApp("/reviews");
  await screen.findByText("A river flows north.");

  await user.click(screen.getByRole("button", { name: "Look at the next one" }));
  expect(await screen.findByText("Another answer.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Look at the next one" }));

  expect(await screen.findByText("A river flows north.")).toBeVisible();
});

test("a refusal keeps what was entered", async () => {
  server.on(reviewPath, refusal(409, "already_reviewed", "It has been reviewed meanwhile."));
  const { user } = renderApp("/reviews");
  await user.type(await screen.findByRole("textbox", { name: /Comment/ }), "Good.");
  await user.click(screen.getByRole("button", { name: "7" }));

  await user.click(screen.getByRole("button", { name: "Accept" }));

  expect(await screen.findByText(/It has been reviewed meanwhile/)).toBeVisible();
  expect(screen.getByRole("textbox", { name: /Comment/ })).toHaveValue("Good.");
});

test("what was decided is listed with its writer and its grade", async () => {
  const { user } = renderApp("/reviews");
  await user.click(await screen.findByRole("button", { name: "Decided" }));

  const row = await screen.findByRole("row", { name: /Where do rivers flow/ });
  expect(within(row).getByText("Amina Osei")).toBeVisible();
  expect(within(row).getByText("6")).toBeVisible();
});

test("a project says what its reviews mean", async () => {
  const { user } = renderApp("/reviews");
  await screen.findByText("A river flows north.");

  await user.selectOptions(screen.getByRole("combobox", { name: "Project" }), "5");

  expect(await screen.findByText(/Only what is accepted or corrected trains/)).toBeVisible();
});

test("labelers have no review page", async () => {
  server.on("GET /api/session/", { body: sessionOf(amina) });
  renderApp("/reviews");

  expect(await screen.findByText("This page is not part of your role")).toBeVisible();
  await waitFor(() => expect(server.sent("GET /api/reviews/queue/")).toHaveLength(0));
});
