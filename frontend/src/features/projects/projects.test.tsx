import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import type { RankingDetail } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { catalogue, project, sources } from "@/testing/projects";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/catalogue/", { body: catalogue })
    .on("GET /api/completion-sources/", { body: { results: sources, next: null } })
    .on("GET /api/rankings/", { body: { results: [], next: null } })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on("GET /api/projects/4/", { body: project });
});

async function fillInstructions(user: ReturnType<typeof renderApp>["user"]) {
  await user.type(await screen.findByLabelText("Name"), " First round ");
  await user.type(screen.getByLabelText("Title of the instructions"), "How to rank");
  await user.type(screen.getByLabelText("Instructions"), "Read all.");
}

describe("a new project", () => {
  it("sends what the form says and carries the named source on", async () => {
    server.on("POST /api/projects/", { status: 201, body: project });
    const { user, router } = renderApp("/projects/new?source=3");
    await fillInstructions(user);
    const k = screen.getByLabelText("Completions per task");
    await user.clear(k);
    await user.type(k, "6");
    const overlap = screen.getByLabelText("Overlap");
    await user.clear(overlap);
    await user.type(overlap, "2");
    await user.selectOptions(screen.getByLabelText("What counts more"), "Truth and harmlessness first");
    await user.click(screen.getByLabelText("Start the order from the ratings"));
    await user.click(screen.getByRole("button", { name: "Open the project" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/projects/4"));

    expect(server.sent("POST /api/projects/")[0]?.body).toEqual({
      name: "First round",
      kind: "ranking",
      k: 6,
      overlap: 2,
      pool: "training",
      priority_mode: "truth_harmless_first",
      instructions: { title: "How to rank", body: "Read all." },
      seed_order_from_ratings: false,
      allow_empty_demonstrations: false,
      requires_review: false,
      priority: 0,
      languages: [],
      skills: [],
      content_warning: "",
      calibration_share: 0.1,
      calibration_overlap: 3,
      repeat_share: 0,
      unclear_skips_to_retire: 2,
    });
    expect(await screen.findByRole("checkbox", { name: "tiny-ppo" })).toBeChecked();
    expect(screen.getByRole("checkbox", { name: "tiny-sft" })).not.toBeChecked();
  });

  it("asks a demonstration project for no K", async () => {
    server.on("POST /api/projects/", { status: 201, body: project });
    const { user } = renderApp("/projects/new");
    await user.click(await screen.findByRole("radio", { name: "Demonstrations" }));
    expect(screen.queryByLabelText("Completions per task")).not.toBeInTheDocument();
    await fillInstructions(user);
    await user.click(screen.getByLabelText("Allow empty demonstrations"));
    await user.click(screen.getByRole("button", { name: "Open the project" }));
    await waitFor(() => expect(server.sent("POST /api/projects/")).toHaveLength(1));
    const body = server.sent("POST /api/projects/")[0]?.body;
    expect(body).toMatchObject({ kind: "demonstration", allow_empty_demonstrations: true });
    expect(body).not.toHaveProperty("k");
  });
});

describe("the settings of a project", () => {
  it("send only what was changed, and stay open with the reason when refused", async () => {
    server.on(
      "PATCH /api/projects/4/",
      refusal(400, "invalid", "Some fields are not valid.", { fields: { languages: ["No such language."] } }),
    );
    const { user } = renderApp("/projects/4");
    const settings = await screen.findByRole("region", { name: "Settings" });
    expect(within(settings).getByText("Labelers who qualify").nextSibling).toHaveTextContent("4");
    await user.click(within(settings).getByRole("button", { name: "Change" }));
    expect(within(settings).getByRole("button", { name: "Save the settings" })).toBeDisabled();
    await user.type(within(settings).getByLabelText("Languages"), "klingon, en");
    await user.type(within(settings).getByLabelText("Content warning"), "Violent texts.");
    await user.click(within(settings).getByRole("button", { name: "Save the settings" }));

    expect(await within(settings).findByText("No such language.")).toBeVisible();
    expect(server.sent("PATCH /api/projects/4/")[0]?.body).toEqual({
      languages: ["klingon", "en"],
      content_warning: "Violent texts.",
    });
  });
});

describe("the instructions of a project", () => {
  const versions = [2, 1].map((version) => ({
    version,
    title: "How to rank",
    created_by: "Ada",
    created_at: "2026-01-02T10:00:00Z",
    num_readers: version,
  }));

  it("can be compared in any two versions, and show who has read which (R15)", async () => {
    server
      .on("GET /api/projects/4/", {
        body: { ...project, instructions: { version: 2, title: "How to rank", body: "Read all twice." } },
      })
      .on("GET /api/projects/4/instructions/", { body: { results: versions, next: null } })
      .on("GET /api/projects/4/instructions/1/", {
        body: { version: 1, title: "How to rank", body: "Read all once." },
      })
      .on("GET /api/projects/4/instructions/2/", {
        body: { version: 2, title: "How to rank", body: "Read all twice." },
      })
      .on("GET /api/projects/4/instruction-readers/", {
        body: {
          results: [{ id: 7, display_name: "Amina Osei", version: 1, read_at: "2026-01-02T10:00:00Z" }],
          next: null,
        },
      });
    const { user } = renderApp("/projects/4/instructions");

    const compare = await screen.findByRole("region", { name: "Compare" });
    expect((await within(compare).findByText("once")).tagName).toBe("DEL");
    expect(within(compare).getByText("twice").tagName).toBe("INS");
    const readers = screen.getByRole("region", { name: "Who has read which version" });
    expect(await within(readers).findByText("Amina Osei")).toBeVisible();
    await user.selectOptions(within(compare).getByLabelText("To"), "Version 1");
    expect(await within(compare).findByText("Read all once.")).toBeVisible();
  });

  it("are published from the version they were written from, and kept while they are not", async () => {
    server.on(
      "POST /api/projects/4/instructions/",
      refusal(409, "instructions_changed", "Version 2 has come out meanwhile."),
    );
    const first = renderApp("/projects/4");
    await first.user.click(await screen.findByRole("button", { name: "Write a new version" }));
    const text = screen.getByRole("textbox", { name: "Instructions" });
    await first.user.type(text, " Twice.");
    await first.user.click(screen.getByText("Changes"));
    expect((await screen.findByText(/Twice/)).tagName).toBe("INS");
    await first.user.click(screen.getByRole("button", { name: "Publish version 2" }));
    expect(await screen.findByText("Version 2 has come out meanwhile.")).toBeVisible();
    expect(server.sent("POST /api/projects/4/instructions/")[0]?.body).toEqual({
      title: "How to rank",
      body: "Read all of them. Twice.",
      based_on: 1,
    });
    first.unmount();

    const { user } = renderApp("/projects/4");
    await user.click(await screen.findByRole("button", { name: "Write a new version" }));
    expect(screen.getByRole("textbox", { name: "Instructions" })).toHaveValue("Read all of them. Twice.");
  });
});

describe("a project", () => {
  it("is paused and opened again", async () => {
    let state = "open";
    server
      .on("GET /api/projects/4/", () => ({ body: { ...project, state } }))
      .on("PATCH /api/projects/4/", ({ body }) => {
        ({ state } = body as { state: string });
        return { body: { ...project, state } };
      });
    const { user } = renderApp("/projects/4");
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    expect(await screen.findByRole("button", { name: "Open again" })).toBeInTheDocument();
    expect(screen.getByText("Paused")).toBeInTheDocument();
  });

  it("publishes a new version of its instructions", async () => {
    server.on("POST /api/projects/4/instructions/", { status: 201, body: project.instructions });
    const { user } = renderApp("/projects/4");
    await user.click(await screen.findByRole("button", { name: "Write a new version" }));
    const publish = screen.getByRole("button", { name: "Publish version 2" });
    expect(publish).toBeDisabled();
    await user.type(screen.getByLabelText("Instructions"), " Twice.");
    await user.click(publish);
    await waitFor(() =>
      expect(server.sent("POST /api/projects/4/instructions/")[0]?.body).toEqual({ based_on: 1,
        title: "How to rank",
        body: "Read all of them. Twice.",
      }),
    );
  });

  it("lets a researcher look without anything to change", async () => {
    server.on("GET /api/session/", { body: sessionOf(ruth) });
    renderApp("/projects/4");
    expect(await screen.findByRole("heading", { name: "First round" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Make tasks" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Pause" })).not.toBeInTheDocument();
  });
});

describe("an evaluation's project", () => {
  it("leads to the evaluation, where its tasks are made, and freezes nothing (R41)", async () => {
    server.on("GET /api/projects/4/", { body: { ...project, purpose: "evaluation" } });
    renderApp("/projects/4");
    expect(await screen.findByRole("link", { name: "See the evaluation" })).toHaveAttribute(
      "href",
      "/evaluations/4",
    );
    expect(screen.queryByRole("button", { name: "Make tasks" })).not.toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "Freeze its answers" })).not.toBeInTheDocument();
  });
});

describe("a ranking", () => {
  it("shows ties on one rung, answers in words, and what learned from it (R53)", async () => {
    const item = {
      text: "",
      source_name: "tiny-sft",
      position: 0,
      rating: 5,
      flags: {},
      note: "",
      seconds_shown: 12,
      toxicity: null,
      relative_toxicity: null,
      also_by: [],
      axes: {},
      continuity: null,
    };
    const ranking: RankingDetail = {
      id: "0a1b2c3d-0000-4000-8000-000000000000",
      task: 9,
      project: 4,
      prompt_id: 31,
      labeler: { id: 7, display_name: "Amina Osei" },
      k: 3,
      is_partial: false,
      is_surplus: false,
      is_sealed: true,
      order_source: "seeded",
      seconds_active: 95,
      submitted_at: "2026-01-03T10:00:00Z",
      superseded_at: null,
      none_acceptable: true,
      input_toxicity: null,
      prompt: "Explain tides.",
      instructions_version: 1,
      items: [
        { ...item, completion_id: 1, rank: 2, text: "Second." },
        {
          ...item,
          completion_id: 2,
          rank: 1,
          text: "Best.",
          note: "Clear.",
          also_by: ["wmt/uedin"],
          axes: { overall_quality: 6 },
        },
        { ...item, completion_id: 3, rank: 2, text: "Tied.", flags: { hallucination: true } },
      ],
    };
    server
      .on(`GET /api/rankings/${ranking.id}/`, { body: ranking })
      .on(`GET /api/lineage/rankings/${ranking.id}/`, {
        body: { snapshots: [{ id: "s1", name: "round one" }], model_versions: [{ id: "m1", name: "reward 1" }] },
      });
    renderApp(`/rankings/${ranking.id}`);
    const order = within(await screen.findByRole("region", { name: "Order" }));
    const rungs = order.getAllByRole("listitem").filter((rung) => rung.textContent?.startsWith("Rank"));
    expect(rungs).toHaveLength(2);
    expect(rungs[0]).toHaveTextContent("Best.");
    expect(rungs[1]).toHaveTextContent(/2 tied.*Second\..*Tied\./);
    expect(await order.findByText("Hallucination")).toBeInTheDocument();
    expect(rungs[0]).toHaveTextContent("shown as A, on screen for 12 s");
    expect(rungs[0]).toHaveTextContent("the same words by wmt/uedin");
    expect(order.getByText("Overall quality").nextSibling).toHaveTextContent("6");
    expect(screen.getByText("None of these is acceptable")).toBeInTheDocument();
    expect(screen.getByText("1 min 35 s")).toBeInTheDocument();
    expect(await screen.findByRole("link", { name: "reward 1" })).toHaveAttribute("href", "/models/m1");
    expect(screen.getByRole("link", { name: "round one" })).toHaveAttribute("href", "/data/s1");
  });
});
