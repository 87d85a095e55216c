import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { TaskDescription, WrittenPrompt } from "@/api/types";
import { amina, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { catalogue } from "@/testing/tasks";

const stored: WrittenPrompt = {
  id: 31,
  kind: "labeler_plain",
  text: "Explain tides.",
  category: "chat",
  description: null,
  few_shot_set: null,
  standing: "accepted",
  personal_data: "clear",
  token_count: 3,
  created_at: "2026-11-21T10:00:00Z",
};
const description: TaskDescription = {
  id: 9,
  text: "Somebody wants a letter to a landlord rewritten politely.",
  num_prompts: 1,
  created_at: "2026-11-20T10:00:00Z",
  withdrawn_at: null,
};
let server: FakeServer;

function list(path: string, results: unknown[]) {
  server.on(`GET ${path}`, { body: { results, next: null } });
}

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(amina) })
    .on("GET /api/catalogue/", { body: catalogue })
    .on("POST /api/written-prompts/", { status: 201, body: stored });
  list("/api/task-descriptions/", [description]);
  list("/api/written-prompts/", [stored, { ...stored, id: 30, personal_data: "found", text: "Found." }]);
});

test("a plain prompt is stored exactly as written, with its category (R1)", async () => {
  const { user } = renderApp("/write-prompts");
  await user.type(await screen.findByRole("textbox", { name: "Prompt" }), " Explain tides. ");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Category" }), "chat");

  await user.click(screen.getByRole("button", { name: "Store the prompt" }));

  expect(await screen.findByText("Stored. Write another one.")).toBeVisible();
  expect(server.sent("POST /api/written-prompts/")[0]?.body).toEqual({
    kind: "labeler_plain",
    text: " Explain tides. ",
    category: "chat",
    description: null,
  });
  expect(screen.getByRole("textbox", { name: "Prompt" })).toHaveValue("");
});

test("a prompt survives a reload, and a refusal names what is wrong", async () => {
  const first = renderApp("/write-prompts");
  await first.user.type(await screen.findByRole("textbox", { name: "Prompt" }), "Kept");
  first.unmount();
  server.on(
    "POST /api/written-prompts/",
    refusal(422, "duplicate_prompt", "Refused.", {
      fields: { text: ["This very prompt is stored already."] },
    }),
  );

  const { user } = renderApp("/write-prompts");
  const editor = await screen.findByRole("textbox", { name: "Prompt" });
  expect(editor).toHaveValue("Kept");
  await user.click(screen.getByRole("button", { name: "Store the prompt" }));

  expect(await screen.findByText("This very prompt is stored already.")).toBeVisible();
  expect(editor).toHaveValue("Kept");
});

test("a prompt over the limit cannot be stored", async () => {
  server.on("POST /api/text-checks/", {
    body: { num_tokens: 2000, is_exact: true, max_tokens: 1024, same_answer: null, other_language: null },
  });
  const { user } = renderApp("/write-prompts");
  await user.type(await screen.findByRole("textbox", { name: "Prompt" }), "Long");

  expect(await screen.findByText("Too long: at most 1,024 tokens.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Store the prompt" })).toBeDisabled();
});

async function fillSet(user: ReturnType<typeof renderApp>["user"]) {
  await user.type(await screen.findByRole("textbox", { name: "Instruction" }), "Add.");
  for (const [number, [query, response]] of [
    ["2 + 2", "4"],
    ["3 + 3", "6"],
  ].entries()) {
    const pair = within(screen.getByRole("group", { name: `Pair ${number + 1}` }));
    await user.type(pair.getByRole("textbox", { name: "Query" }), query ?? "");
    await user.type(pair.getByRole("textbox", { name: "Response" }), response ?? "");
  }
}

test("a set is previewed as the prompts it becomes, and stored once under its key (R2)", async () => {
  server
    .on("POST /api/few-shot-sets/preview/", {
      body: [
        { prompt: "Add.\n\nQuery: 3 + 3\nResponse: 6\n\nQuery: 2 + 2\nResponse:", response: "4" },
        { prompt: "Add.\n\nQuery: 2 + 2\nResponse: 4\n\nQuery: 3 + 3\nResponse:", response: "6" },
      ],
    })
    .on("POST /api/few-shot-sets/", {
      status: 201,
      body: { id: 1, num_prompts: 2, created_at: "2026-11-21T10:00:00Z" },
    });
  const { user } = renderApp("/write-prompts?part=examples");
  await fillSet(user);

  await user.click(screen.getByRole("button", { name: "Preview the prompts" }));
  const examples = await screen.findByRole("list", { name: "What would be stored" });
  expect(within(examples).getAllByRole("listitem")).toHaveLength(2);
  await user.click(screen.getByRole("button", { name: "Store 2 prompts" }));

  expect(await screen.findByText("Stored as 2 prompts with their answers.")).toBeVisible();
  const [shown] = server.sent("POST /api/few-shot-sets/preview/");
  const [sent] = server.sent("POST /api/few-shot-sets/");
  expect(sent?.body).toEqual(shown?.body);
  expect(sent?.body).toMatchObject({
    instruction: "Add.",
    pairs: [
      { query: "2 + 2", response: "4" },
      { query: "3 + 3", response: "6" },
    ],
  });
  expect(screen.getByRole("textbox", { name: "Instruction" })).toHaveValue("");
});

test("a pair that would show its own answer is named (R2)", async () => {
  server.on(
    "POST /api/few-shot-sets/",
    refusal(422, "leaks_answer", "An example would show its own answer.", {
      fields: { "pairs.1.query": ["The same query as pair 1."] },
    }),
  );
  const { user } = renderApp("/write-prompts?part=examples");
  await fillSet(user);

  await user.click(screen.getByRole("button", { name: "Store 2 prompts" }));

  const pair = within(screen.getByRole("group", { name: "Pair 2" }));
  expect(await pair.findByText("The same query as pair 1.")).toBeVisible();
});

test("pairs are added and removed, never fewer than two, and survive a reload", async () => {
  const first = renderApp("/write-prompts?part=examples");
  await fillSet(first.user);
  expect(screen.queryByRole("button", { name: "Remove pair 1" })).not.toBeInTheDocument();
  await first.user.click(screen.getByRole("button", { name: "Add a pair" }));
  first.unmount();

  const { user } = renderApp("/write-prompts?part=examples");
  expect(await screen.findByRole("group", { name: "Pair 3" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Remove pair 1" }));

  const left = within(screen.getByRole("group", { name: "Pair 1" }));
  expect(left.getByRole("textbox", { name: "Query" })).toHaveValue("3 + 3");
});

test("a user-based prompt is written from a description that somebody else wrote (R3)", async () => {
  const { user } = renderApp("/write-prompts?part=description");
  await user.click(await screen.findByRole("button", { name: "Write from this" }));
  expect(screen.getByText(description.text)).toBeVisible();

  await user.type(screen.getByRole("textbox", { name: "Prompt" }), "Make this polite: pay me!");
  await user.click(screen.getByRole("button", { name: "Store the prompt" }));

  await waitFor(() =>
    expect(server.sent("POST /api/written-prompts/")[0]?.body).toMatchObject({
      kind: "labeler_user_based",
      description: 9,
    }),
  );
});

test("a description with personal data is refused with each place, and its words stay (R3)", async () => {
  server.on(
    "POST /api/task-descriptions/",
    refusal(422, "personal_data", "A description points to nobody.", {
      fields: { text: ["An e-mail address at character 10: “Write to jan@example.org”"] },
    }),
  );
  const { user } = renderApp("/write-prompts?part=describe");
  const editor = await screen.findByRole("textbox", { name: "Description" });
  await user.type(editor, "Write to jan@example.org");

  await user.click(screen.getByRole("button", { name: "Offer it to others" }));

  expect(await screen.findByText(/An e-mail address at character 10/)).toBeVisible();
  expect(editor).toHaveValue("Write to jan@example.org");
});

test("one's own descriptions are listed and can be withdrawn", async () => {
  server.on("POST /api/task-descriptions/9/withdraw/", { status: 204 });
  const { user } = renderApp("/write-prompts?part=describe");

  await user.click(await screen.findByRole("button", { name: "Withdraw" }));

  await waitFor(() =>
    expect(server.sent("POST /api/task-descriptions/9/withdraw/")).toHaveLength(1),
  );
});

test("one's own prompts are listed with what became of them", async () => {
  renderApp("/write-prompts?part=mine");

  const row = await screen.findByRole("row", { name: /Found\./ });
  expect(within(row).getByText("Waits for a check of personal data")).toBeVisible();
  const fine = screen.getByRole("row", { name: /Explain tides/ });
  expect(within(fine).getByText("Stored")).toBeVisible();
});

test("a held-out labeler is told why there is nothing to write (R14)", async () => {
  server.on("GET /api/session/", { body: sessionOf({ ...amina, pool: "held_out" }) });
  renderApp("/write-prompts");

  expect(await screen.findByText("Prompts are written by the other pool")).toBeVisible();
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
});
