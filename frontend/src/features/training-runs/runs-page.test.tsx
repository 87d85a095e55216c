import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { run } from "@/testing/training";

function open(...runs: object[]) {
  new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/runs/", { body: { results: runs, next: null } })
    .on("GET /api/runs/requesters/", { body: [] })
    .on("GET /api/gpu-slots/", { body: [] })
    .on("GET /api/runs/curves/", { body: [] });
  renderApp("/runs");
}

async function rowOf(name: string): Promise<HTMLElement> {
  return screen.findByRole("row", { name: new RegExp(name) });
}

test("a row says why its run failed", async () => {
  open({ ...run, state: "failed", reason: "out_of_memory" });

  const row = await rowOf(run.name);

  expect(within(row).getByText("Failed")).toBeVisible();
  expect(within(row).getByText("out of memory")).toBeVisible();
});
