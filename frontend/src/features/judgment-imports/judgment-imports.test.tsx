import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { JudgmentImportDetail } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";

const CSV = "Question,answer_a,answer_b,winner\nName a sea.,The North Sea.,A boat.,a\n";
const ONE = "/api/judgment-imports/00000005-0000-4000-8000-000000000005/";

const opened: JudgmentImportDetail = {
  id: "00000005-0000-4000-8000-000000000005",
  file_name: "votes.csv",
  num_bytes: CSV.length,
  format: "csv",
  choices: { prompt: "Question", completions: "answer_a,answer_b", tie: "" },
  dataset: "votes",
  project_name: "Imported: votes",
  is_study: true,
  is_dry_run: true,
  state: "queued",
  num_rows_done: 0,
  num_rows_read: 0,
  num_rows_stored: 0,
  num_rows_skipped: 0,
  num_rows_left_out: 0,
  num_rows_broken: 0,
  is_whole: true,
  num_prompts: 0,
  num_completions: 0,
  num_labelers: 0,
  num_tasks: 0,
  num_judgments: 0,
  num_demonstrations: 0,
  failure: "",
  created_by_name: "Ruth Adler",
  created_at: "2026-03-20T09:00:00Z",
  started_at: null,
  finished_at: null,
  chunk_bytes: 1_000_000,
  uploaded: [],
  num_said: { broken: 0, left_out: 0, skipped: 0, note: 0 },
  not_kept: {},
  project_id: null,
};

const done: JudgmentImportDetail = {
  ...opened,
  state: "done",
  num_rows_done: 3,
  num_rows_read: 3,
  num_rows_stored: 2,
  num_rows_broken: 1,
  num_tasks: 2,
  num_judgments: 5,
  num_said: { broken: 1, left_out: 0, skipped: 0, note: 0 },
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/judgment-formats/", {
      body: {
        max_bytes: 100_000_000,
        formats: [
          {
            name: "csv",
            about: "Any table whose columns are named.",
            row: "line",
            choices: [
              { name: "prompt", help: "the column of the prompt", default: "prompt", allowed: [] },
              { name: "completions", help: "the columns of the completions", default: "", allowed: [] },
              { name: "preferred", help: "the column that names the preferred one", default: "", allowed: [] },
              { name: "first_number", help: "the first one's number", default: "1", allowed: ["1", "0"] },
              { name: "tie", help: "the words for a tie", default: "tie,both", allowed: [] },
            ],
          },
          { name: "concord", about: "What is exported here.", row: "line", choices: [] },
          { name: "pandalm", about: "Two responses and several annotators.", row: "item", choices: [] },
        ],
      },
    })
    .on("GET /api/judgment-imports/", { body: { results: [], next: null } })
    .on("POST /api/judgment-imports/", { status: 201, body: opened })
    .on(`GET ${ONE}`, { body: opened })
    .on(`GET ${ONE}rows/`, { body: { results: [], next: null } })
    .on(`PUT ${ONE}chunks/0/`, { status: 204 });
});

test("the columns of a CSV are chosen on the page, as they stand in the file", async () => {
  const { user } = renderApp("/data/import");

  await user.upload(await screen.findByLabelText("File of judgments"), new File([CSV], "Votes.csv"));

  expect(await screen.findByDisplayValue("votes")).toBeVisible();
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Prompt" })).toHaveValue("Question"));
  const rows = screen.getByRole("table", { name: "The first rows of the file" });
  expect(within(rows).getByText("The North Sea.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try the import" }));

  await waitFor(() => expect(server.sent("POST /api/judgment-imports/")).toHaveLength(1));
  expect(server.sent("POST /api/judgment-imports/")[0]?.body).toMatchObject({
    format: "csv",
    dataset: "votes",
    is_dry_run: true,
    is_study: true,
    choices: { prompt: "Question", completions: "answer_a,answer_b", preferred: "winner" },
  });
});

test("formats that could not be loaded can be asked for again", async () => {
  server.on("GET /api/judgment-formats/", refusal(403, "forbidden", "Not now."));
  const { user } = renderApp("/data/import");
  const note = await screen.findByRole("alert");
  expect(note).toHaveTextContent("The formats could not be loadedNot now.");

  server.on("GET /api/judgment-formats/", { body: { max_bytes: 100, formats: [] } });
  await user.click(within(note).getByRole("button", { name: "Try again" }));

  await waitFor(() => expect(screen.queryByRole("alert")).not.toBeInTheDocument());
});

test("the columns of a workbook, which no page can open, are typed", async () => {
  const { user } = renderApp("/data/import");
  await user.upload(await screen.findByLabelText("File of judgments"), new File(["PK"], "Votes.xlsx"));
  expect(await screen.findByText(/Type the names as they stand in the first row/)).toBeVisible();

  await user.type(screen.getByRole("textbox", { name: "Prompt" }), "Question");
  await user.type(screen.getByRole("textbox", { name: "Completions" }), "One,Two");
  await user.click(screen.getByRole("button", { name: "Try the import" }));

  await waitFor(() => expect(server.sent("POST /api/judgment-imports/")).toHaveLength(1));
  expect(server.sent("POST /api/judgment-imports/")[0]?.body).toMatchObject({
    file_name: "Votes.xlsx",
    format: "csv",
    choices: { prompt: "Question", completions: "One,Two" },
  });
});

test("an export that was downloaded is imported as what it was exported as", async () => {
  const { user } = renderApp("/data/import");

  await user.upload(
    await screen.findByLabelText("File of judgments"),
    new File(["{}"], "validation-ranking.jsonl"),
  );
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Data set" })).toHaveValue("concord"));
  await user.click(screen.getByRole("button", { name: "Try the import" }));

  await waitFor(() => expect(server.sent("POST /api/judgment-imports/")).toHaveLength(1));
  expect(server.sent("POST /api/judgment-imports/")[0]?.body).toMatchObject({
    format: "concord",
    dataset: "concord",
    choices: {},
  });
});

test("the rows of the file add up to those that were read", async () => {
  server.on(`GET ${ONE}`, { body: done }).on(`GET ${ONE}rows/`, { body: { results: [], next: null } });
  renderApp(`/data/import/${done.id}`);

  const names = ["Rows of the file read", "Rows stored", "Rows with nothing new", "Rows left out", "Rows broken"];
  const counts = [];
  for (const name of names) counts.push((await screen.findByText(name)).nextElementSibling?.textContent);

  expect(counts).toEqual(["3", "2", "0", "0", "1"]);
});

test("what of the file has no place here is named, with how many rows hold it", async () => {
  server
    .on(`GET ${ONE}`, { body: { ...done, not_kept: { "summaries.note": 1, "extra.confidence": 1200 } } })
    .on(`GET ${ONE}rows/`, { body: { results: [], next: null } });
  renderApp(`/data/import/${done.id}`);

  const table = await screen.findByRole("table", { name: "Not kept" });

  const rows = within(table).getAllByRole("row").map((row) => row.textContent);
  expect(rows).toEqual(["In the fileRows", "extra.confidence1,200", "summaries.note1"]);
});

test("a trial leads to the import with its file and its settings", async () => {
  server
    .on(`GET ${ONE}`, { body: { ...done, uploaded: [] } })
    .on("POST /api/judgment-imports/", { status: 201, body: opened });
  const { user } = renderApp("/data/import");
  await user.upload(await screen.findByLabelText("File of judgments"), new File([CSV], "Votes.csv"));
  await user.click(await screen.findByRole("button", { name: "Try the import" }));

  await user.click(await screen.findByRole("link", { name: "Import it for good" }));

  await waitFor(() => expect(screen.getByRole("combobox", { name: "Prompt" })).toHaveValue("Question"));
  await user.click(screen.getByRole("button", { name: "Import for good" }));
  await waitFor(() => expect(server.sent("POST /api/judgment-imports/")).toHaveLength(2));
  expect(server.sent("POST /api/judgment-imports/")[1]?.body).toMatchObject({
    file_name: "Votes.csv",
    dataset: "votes",
    is_dry_run: false,
    choices: opened.choices,
  });
});

test("what is missing is said and the button waits", async () => {
  renderApp("/data/import");

  expect(await screen.findByText("Choose a file.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Try the import" })).toBeDisabled();
});

test("an import says what it would store and names each row that is broken", async () => {
  server.on(`GET ${ONE}`, { body: done }).on(`GET ${ONE}rows/`, {
    body: {
      results: [{ id: 1, line: 4, outcome: "broken", field: "winner", message: "Neither a completion nor a tie." }],
      next: null,
    },
  });
  const { user } = renderApp(`/data/import/${done.id}`);

  expect(await screen.findByRole("heading", { name: "What an import would store" })).toBeVisible();
  expect(screen.getByText("Judgments").nextSibling).toHaveTextContent("5");
  expect(await screen.findByRole("row", { name: "4 Broken winner Neither a completion nor a tie." })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Broken 1" }));

  await waitFor(() => expect(server.sent(`GET ${ONE}rows/`).at(-1)?.query).toBe("?outcome=broken"));
});

test("a trial that time did not suffice for says how far it came", async () => {
  server.on(`GET ${ONE}`, { body: { ...done, is_whole: false } });
  renderApp(`/data/import/${done.id}`);

  expect(await screen.findByText(/Trying stopped after 3 rows/)).toBeVisible();
});

test("a finished import leads to the figures of its project", async () => {
  server.on(`GET ${ONE}`, { body: { ...done, is_dry_run: false, project_id: 9 } });
  renderApp(`/data/import/${done.id}`);

  expect(await screen.findByRole("link", { name: "Agreement" })).toHaveAttribute("href", "/agreement?project=9");
  expect(screen.getByRole("link", { name: "Win rates" })).toHaveAttribute("href", "/win-rates?project=9");
});

test("an import that stored nothing says so, and names what is wrong with the file as a whole", async () => {
  const none = { ...done, is_dry_run: false, num_rows_done: 1, num_tasks: 0, num_judgments: 0 };
  server.on(`GET ${ONE}`, { body: none }).on(`GET ${ONE}rows/`, {
    body: { results: [{ id: 1, line: 0, outcome: "broken", field: "", message: "'Who' is missing." }], next: null },
  });
  renderApp(`/data/import/${done.id}`);

  expect(await screen.findByText("Nothing was stored")).toBeVisible();
  expect(await screen.findByRole("row", { name: /The file Broken .*'Who' is missing/ })).toBeVisible();
});

test("a file without a row, and one of which every row is left out, say that nothing was stored", async () => {
  const none = { ...done, num_tasks: 0, num_judgments: 0, num_said: { ...done.num_said, broken: 0 } };
  server.on(`GET ${ONE}`, { body: { ...none, num_rows_done: 0 } });
  const { unmount } = renderApp(`/data/import/${done.id}`);
  expect(await screen.findByText("Nothing would be stored")).toBeVisible();
  expect(screen.getByText("The file holds no row.")).toBeVisible();
  unmount();

  server.on(`GET ${ONE}`, { body: { ...none, num_said: { ...none.num_said, left_out: 3 } } });
  const second = renderApp(`/data/import/${done.id}`);
  expect(await screen.findByText("Nothing would be stored")).toBeVisible();
  second.unmount();

  server.on(`GET ${ONE}`, { body: { ...none, num_said: { ...none.num_said, skipped: 3 } } });
  renderApp(`/data/import/${done.id}`);
  expect(await screen.findByRole("button", { name: "Nothing new 3" })).toBeVisible();
  expect(screen.queryByText("Nothing would be stored")).not.toBeInTheDocument();
});

test("what is usual can be chosen again by its own name, beside columns too", async () => {
  const { user } = renderApp("/data/import");
  await user.upload(await screen.findByLabelText("File of judgments"), new File([CSV], "Votes.csv"));
  const first = await screen.findByRole("combobox", { name: "First number" });
  expect(first).toHaveDisplayValue("As usual: 1");

  await user.selectOptions(first, "0");
  await user.selectOptions(first, "1");
  await user.click(screen.getByRole("button", { name: "Try the import" }));

  await waitFor(() => expect(server.sent("POST /api/judgment-imports/")).toHaveLength(1));
  expect(server.sent("POST /api/judgment-imports/")[0]?.body).toMatchObject({ choices: { first_number: "1" } });
});

test("a table with columns of no name or the same name can still be chosen from", async () => {
  const { user } = renderApp("/data/import");
  const content = "prompt,,answer_a,answer_b,,prompt\nName a sea.,,North,Baltic,,\n";

  await user.upload(await screen.findByLabelText("File of judgments"), new File([content], "Votes.csv"));

  expect(await screen.findByRole("combobox", { name: "Prompt" })).toHaveValue("prompt");
  expect(screen.getByRole("table", { name: "The first rows of the file" })).toBeVisible();
});

test("an import that failed before anything was stored does not lead to another one's project", async () => {
  server.on(`GET ${ONE}`, {
    body: { ...done, is_dry_run: false, state: "failed", failure: "Cut short.", num_tasks: 0, project_id: 9 },
  });
  renderApp(`/data/import/${done.id}`);

  expect(await screen.findByText("Cut short.")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Agreement" })).not.toBeInTheDocument();
});

test("an import that failed, and one that is refused, say why", async () => {
  server.on(`GET ${ONE}`, { body: { ...done, state: "failed", failure: "The file cannot be unpacked." } });
  const { unmount } = renderApp(`/data/import/${done.id}`);
  expect(await screen.findByText("The file cannot be unpacked.")).toBeVisible();
  unmount();

  server.on("POST /api/judgment-imports/", refusal(400, "invalid_request", "Split the file."));
  const { user } = renderApp("/data/import");
  await user.upload(await screen.findByLabelText("File of judgments"), new File([CSV], "Votes.csv"));
  await user.click(await screen.findByRole("button", { name: "Try the import" }));
  expect(await screen.findByText(/Split the file/)).toBeVisible();
});
