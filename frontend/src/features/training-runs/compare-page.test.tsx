import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { run, stages } from "@/testing/training";

const other = {
  ...run,
  id: "00000008-0000-4000-8000-000000000008",
  name: "Reward model, third try",
  hyperparameters: { epochs: 1, batch_size: 64 },
  changed: [],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/runs/", { body: { results: [run, other], next: null } })
    .on("GET /api/runs/requesters/", { body: [{ id: 2, display_name: "Ruth Adler" }] })
    .on("GET /api/gpu-slots/", { body: [] })
    .on("GET /api/runs/stages/", { body: stages })
    .on(`GET /api/runs/stages/${run.stage}/glossary/`, { body: { steps: [], report: [] } })
    .on("GET /api/runs/compare/", { body: [run, other] });
  for (const one of [run, other]) {
    server.on(`GET /api/runs/${one.id}/metrics/`, { body: { points: [], next_step: -1 } });
  }
});

test("two runs are marked in the list and compared: only what differs is shown", async () => {
  const { user, router } = renderApp("/runs");

  await user.click(await screen.findByRole("checkbox", { name: `Compare ${run.name}` }));
  await user.click(screen.getByRole("checkbox", { name: `Compare ${other.name}` }));
  await user.click(screen.getByRole("link", { name: "Compare" }));

  const table = await screen.findByRole("table", { name: "Hyperparameters" });
  expect(router.state.location.pathname + router.state.location.search).toBe(
    `/runs/compare?ids=${run.id},${other.id}`,
  );
  expect(within(table).getByRole("row", { name: /epochs/ })).toHaveTextContent("epochs21");
  expect(within(table).queryByText("batch_size")).toBeNull();

  await user.click(screen.getByRole("checkbox", { name: "Also what is the same (1)" }));
  expect(within(table).getByText("batch_size")).toBeVisible();
});

test("the filters stand in the address and reach the server", async () => {
  const { user, router } = renderApp("/runs?stage=reward_model");

  await screen.findByRole("option", { name: "Ruth Adler" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Requested by" }), "Ruth Adler");
  await user.type(screen.getByRole("searchbox", { name: "Name" }), "week");

  await screen.findByRole("table", { name: "Runs" });
  await expect.poll(() => router.state.location.search).toBe("?stage=reward_model&by=2&search=week");
});

test("one run is no comparison", async () => {
  renderApp(`/runs/compare?ids=${run.id}`);

  expect(await screen.findByText("Two runs at least")).toBeVisible();
});

test("a run that is not there is named, and the others can still be compared", async () => {
  const gone = "00000009-0000-4000-8000-000000000009";
  server.on("GET /api/runs/compare/", {
    status: 404,
    body: {
      code: "unknown_runs",
      detail: "Not all of these runs are here.",
      fields: { "ids.1": [`There is no run ${gone}.`] },
    },
  });
  renderApp(`/runs/compare?ids=${run.id},${gone},${other.id}`);

  expect(await screen.findByText("One of these runs is not here")).toBeVisible();
  expect(screen.getByText(new RegExp(`There is no run ${gone}`))).toBeVisible();
  expect(screen.getByRole("link", { name: "Compare the other 2" })).toHaveAttribute(
    "href",
    `/runs/compare?ids=${run.id},${other.id}`,
  );
});

test("ids that are none are named too; with fewer than two left others are to be chosen", async () => {
  server.on("GET /api/runs/compare/", {
    status: 400,
    body: {
      code: "invalid",
      detail: "Some fields are not valid.",
      fields: { "ids.0": ['No run has the id "abc".'], "ids.2": ['No run has the id "x".'] },
    },
  });
  renderApp(`/runs/compare?ids=abc,${run.id},x`);

  expect(await screen.findByText("2 of these runs are not here")).toBeVisible();
  expect(screen.getByText(/No run has the id "abc". No run has the id "x"./)).toBeVisible();
  expect(screen.queryByRole("link", { name: /Compare the other/ })).toBeNull();
  expect(screen.getByRole("link", { name: "Choose runs" })).toHaveAttribute("href", `/runs?compare=${run.id}`);
});

test("when the server is away it can be asked again", async () => {
  server.on("GET /api/runs/compare/", { status: 503, body: { code: "away", detail: "Away.", fields: {} } });
  renderApp(`/runs/compare?ids=${run.id},${other.id}`);

  expect(await screen.findByRole("button", { name: /again/i })).toBeVisible();
});
