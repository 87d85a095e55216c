import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import type { CandidateDetail } from "@/api/screening-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { candidate, openScreening, screeningDetail, texts } from "@/testing/screening";
import { FakeServer, refusal } from "@/testing/server";

const CANDIDATE = `/api/candidates/${candidate.id}/`;
const accepted: CandidateDetail = {
  ...candidate,
  state: "accepted",
  decision: {
    labeler_name: "Nina Berg",
    vendor: "Acme",
    pool: "training",
    decided_by_name: "Ruth Adler",
    decided_at: "2026-01-06T10:00:00Z",
    reason: "Careful.",
  },
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/catalogue/", { body: { label_items: [], categories: [], prompt_flags: [], adversarial_tags: [] } })
    .on("GET /api/screenings/", { body: { results: [openScreening], next: null } })
    .on("GET /api/screenings/5/", { body: screeningDetail })
    .on("GET /api/screenings/5/candidates/", { body: { results: [candidate], next: null } })
    .on("GET /api/screenings/5/texts/", { body: texts })
    .on(`GET ${CANDIDATE}`, { body: candidate });
});

it("lists the screenings with how many candidates are where", async () => {
  renderApp("/screenings");

  const row = await screen.findByRole("row", { name: /Spring/ });
  expect(within(row).getByRole("link", { name: "Spring" })).toHaveAttribute("href", "/screenings/5");
  expect(within(row).getByText("Open")).toBeVisible();
});

describe("one screening", () => {
  it("shows candidates by code, each score with its mark or the reason why there is none", async () => {
    renderApp("/screenings/5");

    const row = await screen.findByRole("row", { name: /K7QM4D2P/ });
    expect(within(row).getByText("50%")).toBeVisible();
    expect(within(row).getByText("Below")).toBeVisible();
    expect(within(row).getByText("90%")).toBeVisible();
    expect(within(row).getByText("Passed")).toBeVisible();
    expect(within(row).getByText("2 of 2 demonstrations have no grade yet.")).toBeVisible();
  });

  it("says how far the experts are and what the team covers", async () => {
    renderApp("/screenings/5");

    expect(await screen.findByText("2 experts so far")).toBeVisible();
    expect(screen.getByText("1 expert so far")).toBeVisible();
    expect(screen.getByRole("link", { name: "Rank tasks" })).toHaveAttribute("href", "/label/31");
    const covers = screen.getByRole("region", { name: "What the team covers" });
    expect(within(covers).getByRole("listitem")).toHaveTextContent("Caste · 2");
  });

  it("moves the soft cut-offs in percent", async () => {
    server.on("PATCH /api/screenings/5/", { body: screeningDetail });
    const { user } = renderApp("/screenings/5");
    const field = await screen.findByLabelText("Ranking, %");
    await user.clear(field);
    await user.type(field, "60");
    await user.click(screen.getByRole("button", { name: "Save the cut-offs" }));

    await waitFor(() =>
      expect(server.sent("PATCH /api/screenings/5/")[0]?.body).toEqual({
        flags_cutoff: 0.75,
        ranking_cutoff: 0.6,
        demonstration_cutoff: 6,
      }),
    );
  });

  it("has its texts flagged by an expert under the screening's own address", async () => {
    renderApp("/screenings/5/texts");

    expect(await screen.findByText("An insult.")).toBeVisible();
    expect(screen.getByRole("heading", { name: "Your answers as an expert" })).toBeVisible();
  });
});

describe("a candidate", () => {
  it("is decided about with an explicit choice and a reason, and is named only then", async () => {
    server.on(`POST ${CANDIDATE}decision/`, { body: accepted });
    const { user } = renderApp(`/candidates/${candidate.id}`);
    const save = await screen.findByRole("button", { name: "Save the decision" });
    expect(save).toBeDisabled();
    expect(screen.getByRole("radio", { name: "Accept" })).not.toBeChecked();
    expect(screen.queryByText("Nina Berg")).not.toBeInTheDocument();

    await user.click(screen.getByRole("radio", { name: "Accept" }));
    expect(screen.getByLabelText("Pool")).toHaveValue("training");
    expect(save).toBeDisabled();
    await user.type(screen.getByLabelText("Reason"), "Careful.");
    await user.click(save);

    expect(await screen.findByText("Nina Berg")).toBeVisible();
    expect(screen.getByText("Acme")).toBeVisible();
    expect(server.sent(`POST ${CANDIDATE}decision/`)[0]?.body).toEqual({
      decision: "accept",
      pool: "training",
      reason: "Careful.",
    });
  });

  it("joins no pool when they are not accepted", async () => {
    server.on(`POST ${CANDIDATE}decision/`, { body: { ...accepted, state: "rejected" } });
    const { user } = renderApp(`/candidates/${candidate.id}`);
    await user.click(await screen.findByRole("radio", { name: "Do not accept" }));
    expect(screen.queryByLabelText("Pool")).not.toBeInTheDocument();
    await user.type(screen.getByLabelText("Reason"), "Missed the threat.");
    await user.click(screen.getByRole("button", { name: "Save the decision" }));

    await screen.findByText("Nina Berg");
    expect(server.sent(`POST ${CANDIDATE}decision/`)[0]?.body).toEqual({
      decision: "reject",
      pool: null,
      reason: "Missed the threat.",
    });
  });

  it("shows the decision that somebody else saved meanwhile", async () => {
    server.on(`POST ${CANDIDATE}decision/`, () => {
      server.on(`GET ${CANDIDATE}`, { body: accepted });
      return refusal(409, "already_decided", "Somebody has already decided.");
    });
    const { user } = renderApp(`/candidates/${candidate.id}`);
    await user.click(await screen.findByRole("radio", { name: "Do not accept" }));
    await user.type(screen.getByLabelText("Reason"), "No.");
    await user.click(screen.getByRole("button", { name: "Save the decision" }));

    expect(await screen.findByText("Nina Berg")).toBeVisible();
  });

  it("has every text and demonstration beside what the experts said", async () => {
    renderApp(`/candidates/${candidate.id}`);

    expect(await screen.findByText("Experts: 2 sensitive, 0 not")).toBeVisible();
    expect(screen.getByText("I would rather not.")).toBeVisible();
    expect(screen.getByText("No grade yet")).toBeVisible();
  });
});

it("grades demonstrations one by one, without whose they are", async () => {
  const row = { id: "d1", prompt: "How?", text: "Kindly.", my_grade: null, num_grades: 0 };
  let mine: number | null = null;
  server
    .on("GET /api/screenings/5/demonstrations/", () => ({
      body: { results: [{ ...row, my_grade: mine, num_grades: mine ? 1 : 0 }], next: null },
    }))
    .on("PUT /api/demonstrations/d1/grade/", ({ body }) => {
      mine = (body as { grade: number }).grade;
      return { status: 204 };
    });
  const { user } = renderApp("/screenings/5/grading");
  const answer = await screen.findByRole("article", { name: "Answer 1" });
  await user.click(within(answer).getByRole("button", { name: "6" }));

  expect(await within(answer).findByText("1 grade in all")).toBeVisible();
  expect(within(answer).getByRole("button", { name: "6" })).toHaveAttribute("aria-pressed", "true");
  expect(server.sent("PUT /api/demonstrations/d1/grade/")[0]?.body).toEqual({ grade: 6 });
});

it("opens a screening and says what is still missing", async () => {
  server.on("POST /api/screenings/", refusal(422, "no_tasks", "The prompts make 0 tasks.", {
    fields: { "ranking.tasks.num_prompts": ["The prompts make 0 tasks."] },
  }));
  const { user } = renderApp("/screenings/new");
  expect(await screen.findByText("Give the screening a name.")).toBeVisible();

  await user.type(screen.getByLabelText("Name"), "Spring");
  await user.type(screen.getByLabelText("Texts"), "One.\n\nTwo.");
  const titles = screen.getAllByLabelText("Title of the instructions");
  const bodies = screen.getAllByLabelText("Instructions");
  for (const field of [...titles, ...bodies]) await user.type(field, "Read.");
  await user.click(screen.getByRole("button", { name: "Open the screening" }));

  expect(await screen.findByText("The screening was not opened")).toBeVisible();
  const [tasks] = screen.getAllByLabelText("Tasks");
  expect(tasks).toHaveAccessibleDescription(/The prompts make 0 tasks/);
  expect(server.sent("POST /api/screenings/")[0]?.body).toMatchObject({ texts: ["One.", "Two."] });
});

describe("the consent's versions", () => {
  const version = {
    id: 1,
    version: 1,
    title: "Consent",
    body: "Old words.",
    author_name: "Ada",
    created_at: "2026-01-02T10:00:00Z",
    num_agreed: 4,
  };

  it("are published by an admin from the words that count now", async () => {
    server
      .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
      .on("GET /api/consent/versions/", { body: { results: [version], next: null } })
      .on("POST /api/consent/versions/", { status: 201, body: { ...version, id: 2, version: 2 } });
    const { user } = renderApp("/consent/versions");
    const publish = await screen.findByRole("button", { name: "Publish version 2" });
    expect(publish).toBeDisabled();
    await user.type(screen.getByLabelText("What labelers agree to"), " New.");
    await user.click(publish);

    await waitFor(() =>
      expect(server.sent("POST /api/consent/versions/")[0]?.body).toEqual({
        title: "Consent",
        body: "Old words. New.",
      }),
    );
  });

  it("are only read by a researcher", async () => {
    server.on("GET /api/consent/versions/", { body: { results: [version], next: null } });
    renderApp("/consent/versions");

    expect(await screen.findByRole("row", { name: /Consent/ })).toBeVisible();
    expect(screen.queryByRole("button", { name: /Publish/ })).not.toBeInTheDocument();
  });
});
