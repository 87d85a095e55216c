import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

const prompt = {
  id: 31,
  text: "Explain tides to a child.",
  category: "open_qa",
  flags: { sensitive_content: true },
  source_kind: "labeler_plain",
  split: "validation",
  distribution: "instruct",
  imported_from: "",
  num_completions: 1,
  standing: "accepted",
  personal_data: "clear",
  token_count: 6,
  is_too_long: false,
  language: "en",
  language_confidence: 0.99,
  created_at: "2026-01-02T10:00:00Z",
};
const detail = {
  ...prompt,
  user_key: "",
  organization_key: "",
  consent_reference: "",
  personal_data_findings: [],
  reviewed_by_name: null,
  personal_data_reviewed_at: null,
  completions: [],
  annotations: [],
};
const summary = {
  num_prompts: 12,
  num_usable: 9,
  num_over_cap: 0,
  num_too_long: 1,
  num_unchecked: 0,
  num_to_review: 2,
  num_confirmed: 0,
  english_share: 0.75,
  languages: [
    { language: "en", num_prompts: 9 },
    { language: "de", num_prompts: 3 },
  ],
};
const catalogue = {
  label_items: [],
  likert: { minimum: 1, maximum: 7, anchors: {} },
  categories: [{ key: "open_qa", label: "Open QA" }],
  prompt_flags: [{ key: "sensitive_content", label: "Sensitive content" }],
  adversarial_tags: [{ key: "false_premise", label: "Built on a false premise" }],
  skip_reasons: [],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/catalogue/", { body: catalogue })
    .on("GET /api/prompts/summary/", { body: summary })
    .on("GET /api/prompts/", { body: { results: [prompt], next: null } });
});

describe("prompts", () => {
  it("puts the filters into the address", async () => {
    const { user, router } = renderApp("/prompts");
    await screen.findByRole("link", { name: "Explain tides to a child." });
    const filters = within(screen.getByRole("search"));
    await user.selectOptions(filters.getByLabelText("Category"), "Open QA");
    await user.selectOptions(filters.getByLabelText("Split"), "Validation");
    await user.type(filters.getByLabelText("Search"), "tides");
    await waitFor(() =>
      expect(router.state.location.search).toBe("?category=open_qa&split=validation&search=tides"),
    );
  });

  it("shows each completion with its source and how it was sampled", async () => {
    const completion = {
      id: 8,
      text: "The moon pulls the sea.",
      source: { id: 2, name: "tiny-sft" },
      sampling: { temperature: 0.7, top_p: 0.9, run: "r-1", also_by: ["wmt/uedin", "wmt/kit"] },
      seed: 11,
      token_count: 6,
      finish_reason: "eos",
    };
    const scored = {
      completion_id: 8,
      reward: 0.75,
      reward_model: { id: "rm", name: "rm-seed-3" },
      run_id: "run",
      scored_at: "2026-01-03T10:00:00Z",
    };
    server
      .on("GET /api/prompts/31/", { body: { ...detail, completions: [completion] } })
      .on("GET /api/prompts/31/rewards/", { body: [scored] });
    renderApp("/prompts/31");
    expect(await screen.findByRole("heading", { name: "tiny-sft" })).toBeInTheDocument();
    expect(screen.getByText("The moon pulls the sea.")).toBeInTheDocument();
    expect(screen.getByText("Temperature").nextSibling).toHaveTextContent("0.7");
    expect(screen.getByText("The same words by").nextSibling).toHaveTextContent("wmt/uedin, wmt/kit");
    expect(screen.getByRole("link", { name: "See the run" })).toHaveAttribute("href", "/runs/r-1");
    expect(screen.getByText("Seed").nextSibling).toHaveTextContent("11");
    expect((await screen.findByText("Reward by rm-seed-3")).nextSibling).toHaveTextContent("0.75");
    expect(await screen.findByText("Open QA · Sensitive content: yes")).toBeInTheDocument();
  });

  it("says how much may be used and how much of it is English", async () => {
    renderApp("/prompts");
    expect((await screen.findByText("English share")).nextSibling).toHaveTextContent("75.0%");
    expect(screen.getByRole("link", { name: "2" })).toHaveAttribute("href", "/prompts/personal-data");
    expect(screen.getByRole("option", { name: "German (3)" })).toBeInTheDocument();
  });

  it("says what a prompt tries a model with under a heading of its own (R88)", async () => {
    const before = { ...detail, annotations: [] };
    const flags = { sensitive_content: true, false_premise: true };
    server
      .on("GET /api/prompts/31/", { body: before })
      .on("PUT /api/prompts/31/annotation/", { body: { ...before, flags } });
    const { user } = renderApp("/prompts/31");
    const section = within(await screen.findByRole("region", { name: "Category and flags" }));
    await user.click(section.getByRole("button", { name: "Change" }));
    const tags = within(section.getByRole("group", { name: "What it tries a model with" }));
    expect(tags.queryByRole("radiogroup", { name: "Sensitive content" })).toBeNull();
    await user.click(within(tags.getByRole("radiogroup", { name: "Built on a false premise" })).getByLabelText("Yes"));
    await user.click(section.getByRole("button", { name: "Save" }));
    expect(
      await section.findByText("Open QA · Sensitive content: yes · Built on a false premise: yes"),
    ).toBeVisible();
    expect(server.sent("PUT /api/prompts/31/annotation/")[0]?.body).toEqual({ category: "open_qa", flags });
  });

  it("changes category and flags on the prompt's page and keeps what was said before", async () => {
    const before = { ...detail, annotations: [] };
    const said = {
      id: 4,
      category: "open_qa",
      flags: { sensitive_content: false },
      schema_revision: 1,
      annotator_name: "Ruth",
      created_at: "2026-01-03T10:00:00Z",
    };
    server
      .on("GET /api/prompts/31/", { body: before })
      .on("PUT /api/prompts/31/annotation/", {
        body: { ...before, flags: { sensitive_content: false }, annotations: [said] },
      });
    const { user } = renderApp("/prompts/31");
    const section = within(await screen.findByRole("region", { name: "Category and flags" }));
    await user.click(section.getByRole("button", { name: "Change" }));
    await user.click(within(section.getByRole("radiogroup", { name: "Sensitive content" })).getByLabelText("No"));
    await user.click(section.getByRole("button", { name: "Save" }));
    await user.click(await section.findByText("1 annotation"));
    expect(section.getAllByText("Open QA · Sensitive content: no")).toHaveLength(2);
    expect(server.sent("PUT /api/prompts/31/annotation/")[0]?.body).toEqual({
      category: "open_qa",
      flags: { sensitive_content: false, false_premise: null },
    });
  });
});

describe("the import of a file", () => {
  const opened = {
    id: "6f0c2a52-6f0e-4d5c-9c39-6f5d1d2f8a11",
    file_name: "prompts.jsonl",
    num_bytes: 26,
    format: "rows",
    state: "queued",
    is_dry_run: true,
    prefix_tokens: 64,
    cap: 200,
    cap_by: "organization",
    num_bytes_done: 0,
    num_lines_done: 0,
    failure: "",
    created_by_name: "Ruth",
    created_at: "2026-01-03T10:00:00Z",
    started_at: null,
    finished_at: null,
    chunk_bytes: 1_000_000,
    uploaded: [] as number[],
    num_lines: { accepted: 0, duplicate: 0, over_cap: 0, personal_data: 0, too_long: 0, broken: 0 },
  };
  const done = {
    ...opened,
    state: "done",
    num_bytes_done: 26,
    num_lines_done: 2,
    num_lines: { ...opened.num_lines, accepted: 1, broken: 1 },
  };
  const lines = [
    { id: 1, line: 1, outcome: "accepted", field: "", message: "", prompt_id: 31, duplicate_of_id: null },
    { id: 2, line: 2, outcome: "broken", field: "text", message: "Empty.", prompt_id: null, duplicate_of_id: null },
  ];
  const address = `/api/prompt-imports/${opened.id}/`;

  it("announces the file, sends its pieces, and shows what became of each line", async () => {
    server
      .on("GET /api/prompt-imports/", { body: { results: [], next: null } })
      .on("POST /api/prompt-imports/", { status: 201, body: opened })
      .on(`GET ${address}`, () => ({
        body: server.sent(`PUT ${address}chunks/0/`).length > 0 ? done : opened,
      }))
      .on(`PUT ${address}chunks/0/`, { status: 204 })
      .on(`GET ${address}lines/`, { body: { results: lines, next: null } });
    const { user } = renderApp("/prompts/import");
    const file = new File(['{"text": "Explain tides."}'], "prompts.jsonl");
    await user.upload(await screen.findByLabelText("File of prompts"), file);
    await user.click(screen.getByRole("button", { name: "Try the import" }));

    const report = within(await screen.findByRole("region", { name: "What an import would do" }));
    await report.findByText("Empty.");
    expect(report.getAllByRole("row").slice(1).map((row) => row.textContent)).toEqual([
      "1AcceptedPrompt 31",
      "2BrokentextEmpty.",
    ]);
    expect(screen.getByRole("link", { name: "Import it for good" })).toHaveAttribute("href", "/prompts/import");
    expect(report.getByRole("link", { name: "Download as CSV" })).toHaveAttribute("href", `${address}report.csv`);
    expect(server.sent("POST /api/prompt-imports/")[0]?.body).toEqual({
      file_name: "prompts.jsonl",
      num_bytes: 26,
      format: "rows",
      is_dry_run: true,
      cap: null,
      cap_by: null,
    });
    expect(server.sent(`PUT ${address}chunks/0/`)[0]?.body).toEqual({ text: "Explain tides." });
  });

  it("takes prompts that were exported here back into the split that the file is named after", async () => {
    const tried = { ...done, format: "exported_validation", file_name: "validation-prompts.jsonl" };
    server
      .on("GET /api/prompt-imports/", { body: { results: [], next: null } })
      .on("POST /api/prompt-imports/", { status: 201, body: tried })
      .on(`GET ${address}`, { body: tried })
      .on(`GET ${address}lines/`, { body: { results: lines, next: null } });
    const { user } = renderApp("/prompts/import");
    const file = new File(['{"prompt": "Explain tides."}'], "validation-prompts.jsonl");
    await user.upload(await screen.findByLabelText("File of prompts"), file);

    const format = screen.getByRole("combobox", { name: "Format" });
    expect(format).toHaveDisplayValue("Exported here, held out");
    expect(screen.getByText(/a prompt that was held out stays held out/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Try the import" }));
    expect(server.sent("POST /api/prompt-imports/")[0]?.body).toMatchObject({ format: "exported_validation" });

    const settings = within(await screen.findByRole("region", { name: "Settings" }));
    expect(settings.getByText("Exported here, held out")).toBeVisible();
    expect(settings.queryByText("Same beginning")).not.toBeInTheDocument();
    await user.click(screen.getByRole("link", { name: "Import it for good" }));
    expect(await screen.findByRole("combobox", { name: "Format" })).toHaveDisplayValue("Exported here, held out");
  });

  it("says while the file is sent that the page has to stay open", async () => {
    let arrive = () => {};
    const arrived = new Promise<{ status: number }>((resolve) => {
      arrive = () => resolve({ status: 204 });
    });
    server
      .on("GET /api/prompt-imports/", { body: { results: [], next: null } })
      .on("POST /api/prompt-imports/", { status: 201, body: opened })
      .on(`GET ${address}`, { body: opened })
      .on(`PUT ${address}chunks/0/`, () => arrived);
    const { user } = renderApp("/prompts/import");
    const file = new File(['{"text": "Explain tides."}'], "prompts.jsonl");
    await user.upload(await screen.findByLabelText("File of prompts"), file);
    await user.click(screen.getByRole("button", { name: "Try the import" }));

    expect(await screen.findByText(/^Keep this page open/)).toBeVisible();
    expect(screen.getByText("0 B of 26 B uploaded")).toBeVisible();

    arrive();
    await waitFor(() => expect(screen.queryByText(/^Keep this page open/)).not.toBeInTheDocument());
  });

  it("asks for the file again after a reload and shows why an import failed", async () => {
    server.on(`GET ${address}`, { body: opened });
    const { unmount } = renderApp(`/prompts/import/${opened.id}`);
    expect(await screen.findByText(/Choose prompts.jsonl again/)).toBeInTheDocument();
    expect(screen.getByText("Not all here yet")).toBeVisible();
    unmount();
    server
      .on(`GET ${address}`, { body: { ...done, state: "failed", failure: "The file is empty." } })
      .on(`GET ${address}lines/`, { body: { results: [], next: null } });
    renderApp(`/prompts/import/${opened.id}`);
    expect(await screen.findByText("The file is empty.")).toBeInTheDocument();
  });

  it("shows the lines of one outcome when its number is chosen", async () => {
    server
      .on(`GET ${address}`, { body: done })
      .on(`GET ${address}lines/`, { body: { results: lines, next: null } });
    const { user, router } = renderApp(`/prompts/import/${opened.id}`);
    await user.click(await screen.findByRole("button", { name: "Broken 1" }));
    expect(router.state.location.search).toBe("?outcome=broken");
    expect(screen.getByRole("button", { name: "Broken 1" })).toHaveAttribute("aria-pressed", "true");
  });
});

describe("the review of personal data", () => {
  const waiting = [
    {
      id: 41,
      text: "Write to cara@example.org.",
      imported_from: "",
      personal_data_findings: [{ kind: "email", start: 9, end: 25, score: 1 }],
      created_at: "2026-01-02T10:00:00Z",
    },
    {
      id: 42,
      text: "Ping 8.8.8.8 twice.",
      imported_from: "",
      personal_data_findings: [{ kind: "ip_address", start: 5, end: 12, score: 0.6 }],
      created_at: "2026-01-02T10:00:00Z",
    },
  ];

  it("marks what was found, and keys decide and bring the next prompt", async () => {
    server
      .on("GET /api/prompts/personal-data/", { body: { results: waiting, next: null } })
      .on("PUT /api/prompts/41/personal-data/", { body: { ...detail, id: 41 } })
      .on("PUT /api/prompts/42/personal-data/", { body: { ...detail, id: 42 } });
    const { user } = renderApp("/prompts/personal-data");
    expect(await screen.findByText("cara@example.org")).toHaveAttribute("title", "E-mail address");

    await user.keyboard("p");
    expect(await screen.findByText("8.8.8.8")).toHaveAttribute("title", "Internet address");
    expect(screen.getByRole("status")).toHaveTextContent("Prompt 41 is personal and will not be used.");
    await user.keyboard("n");
    expect(await screen.findByText("That was the last one")).toBeInTheDocument();

    expect(server.sent("PUT /api/prompts/41/personal-data/")[0]?.body).toEqual({ is_personal: true });
    expect(server.sent("PUT /api/prompts/42/personal-data/")[0]?.body).toEqual({ is_personal: false });
  });

  it("stays with the prompt when the decision could not be stored", async () => {
    server
      .on("GET /api/prompts/personal-data/", { body: { results: waiting, next: null } })
      .on("PUT /api/prompts/41/personal-data/", {
        status: 409,
        body: { code: "nothing_found", detail: "Nothing was found in this prompt.", fields: {} },
      });
    const { user } = renderApp("/prompts/personal-data");
    await user.click(await screen.findByRole("button", { name: "Not personal" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Nothing was found in this prompt.");
    expect(screen.getByText("cara@example.org")).toBeInTheDocument();
  });
});
