import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { amina, ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

const EMPTY = { body: { results: [], next: null } };
let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/overview/", {
      body: {
        prompts: 120,
        completions: 600,
        rankings: 45,
        demonstrations: 8,
        labelers: 5,
        runs_live: 0,
        model_versions: 3,
      },
    })
    .on("GET /api/gpu-slots/", { body: [] })
    .on("GET /api/runs/", EMPTY)
    .on("GET /api/projects/", EMPTY)
    .on("GET /api/snapshots/", EMPTY)
    .on("GET /api/model-versions/", {
      body: {
        results: [
          { id: "m1", name: "reward 1", kind: "reward_model", completion_source_id: null },
          { id: "m2", name: "policy 1", kind: "policy", completion_source_id: 6 },
        ],
        next: null,
      },
    })
    .on("GET /api/completion-sources/", {
      body: {
        results: [
          { id: 5, kind: "model_version", name: "base", num_completions: 580 },
          { id: 6, kind: "model_version", name: "policy 1", num_completions: 20 },
        ],
        next: null,
      },
    });
});

describe("the start page", () => {
  it("leads a researcher round the loop with the counts of each step", async () => {
    renderApp("/");
    const loop = within(await screen.findByRole("region", { name: "The loop" }));
    await loop.findByText("20 completions of policies");
    expect(loop.getAllByRole("link").map((link) => link.textContent)).toEqual([
      "Sample600 completions",
      "Rank45 rankings",
      "Freeze0 snapshots",
      "Reward model1 version",
      "PPO1 policy",
      "Sample again20 completions of policies",
    ]);
    expect(screen.getByText("Nothing is running or waiting")).toBeInTheDocument();
  });

  it("says that no GPU worker is there, until one is", async () => {
    const { unmount } = renderApp("/");
    expect(await screen.findByText("No GPU worker is online")).toBeInTheDocument();
    unmount();
    server.on("GET /api/gpu-slots/", {
      body: [{ host: "gpu-1", index: 0, is_online: true, last_seen: "2026-01-03T10:00:00Z", run_id: null }],
    });
    renderApp("/");
    await screen.findByText("20 completions of policies");
    expect(screen.queryByText("No GPU worker is online")).not.toBeInTheDocument();
  });

  it("takes a labeler straight to their work", async () => {
    server
      .on("GET /api/session/", { body: sessionOf(amina) })
      .on("GET /api/labeling/projects/", EMPTY)
      .on("GET /api/assignments/history/", EMPTY);
    const { router } = renderApp("/");
    await screen.findByRole("heading", { level: 1 });
    expect(router.state.location.pathname).toBe("/label");
    expect(server.sent("GET /api/overview/")).toHaveLength(0);
  });
});
