import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { run } from "@/testing/training";

import { inRequests } from "./use-run-curves";

test("a page of runs is one request, whatever their number", () => {
  const runs = Array.from({ length: 120 }, (_, index) => index);

  expect(inRequests(runs).map((group) => group.length)).toEqual([50, 50, 20]);
  expect(inRequests(runs).flat()).toEqual(runs);
  expect(inRequests([])).toEqual([]);
});

test("every row of the table draws its curve, from one request for those that have ended", async () => {
  const ended = Array.from({ length: 20 }, (_, index) => ({
    ...run,
    id: `00000008-0000-4000-8000-0000000001${String(index).padStart(2, "0")}`,
    name: `Run ${index}`,
    state: "succeeded" as const,
    step: 30,
  }));
  const waiting = { ...run, id: "00000008-0000-4000-8000-000000000200", name: "Waits", state: "queued" as const, step: 0 };
  const server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/runs/", { body: { results: [...ended, waiting], next: null } })
    .on("GET /api/runs/requesters/", { body: [] })
    .on("GET /api/gpu-slots/", { body: [] })
    .on("GET /api/runs/curves/", {
      body: ended.map(({ id }) => ({ run_id: id, metric: "accuracy", values: [0.5, 0.6, 0.7] })),
    });

  renderApp("/runs");

  const table = await screen.findByRole("table", { name: "Runs" });
  expect(await within(table).findAllByRole("img", { name: "accuracy, now 0.7" })).toHaveLength(20);
  expect(server.sent("GET /api/runs/curves/")).toHaveLength(1);
  expect(server.sent(`GET /api/runs/${run.id}/metrics/`)).toHaveLength(0);
});
