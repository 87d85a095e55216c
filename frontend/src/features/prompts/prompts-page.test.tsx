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
  created_at: "2026-01-02T10:00:00Z",
};
const catalogue = {
  label_items: [],
  likert: { minimum: 1, maximum: 7, anchors: {} },
  categories: [{ key: "open_qa", label: "Open QA" }],
  prompt_flags: [{ key: "sensitive_content", label: "Sensitive content" }],
  skip_reasons: [],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/catalogue/", { body: catalogue })
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
      sampling: { temperature: 0.7, top_p: 0.9 },
      seed: 11,
      token_count: 6,
      finish_reason: "eos",
    };
    server.on("GET /api/prompts/31/", { body: { ...prompt, completions: [completion] } });
    renderApp("/prompts/31");
    expect(await screen.findByRole("heading", { name: "tiny-sft" })).toBeInTheDocument();
    expect(screen.getByText("The moon pulls the sea.")).toBeInTheDocument();
    expect(screen.getByText("Temperature").nextSibling).toHaveTextContent("0.7");
    expect(screen.getByText("Seed").nextSibling).toHaveTextContent("11");
    expect(await screen.findByText("Sensitive content")).toBeInTheDocument();
  });

  it("tries an import first and names every line that would not be stored", async () => {
    server.on("POST /api/prompts/import/", {
      body: {
        dry_run: true,
        num_read: 3,
        num_stored: 1,
        stored: [1],
        skipped: [{ line: 3, reason: "The same text as line 1." }],
        errors: [{ line: 2, field: "text", message: "This field may not be blank." }],
      },
    });
    const { user } = renderApp("/prompts/import");
    await user.click(await screen.findByLabelText("Lines"));
    await user.paste('{"text": "Explain tides."}');
    await user.click(screen.getByRole("button", { name: "Try the import" }));
    const report = within(await screen.findByRole("region", { name: "What an import would do" }));
    expect(report.getByText(/3 lines read, 1 would be stored, 1 passed over, 1 refused/)).toBeInTheDocument();
    const rows = report.getAllByRole("row").slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      "Line 2RefusedtextThis field may not be blank.",
      "Line 3Passed overthe whole lineThe same text as line 1.",
    ]);
    expect(server.sent("POST /api/prompts/import/")[0]?.body).toEqual({ text: "Explain tides." });
  });
});
