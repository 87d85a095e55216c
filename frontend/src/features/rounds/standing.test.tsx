import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { StandingRewardModel } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";
import { rewardModel, sft } from "@/testing/training";

const address = "/api/standing-reward-models/";
const standing: StandingRewardModel = {
  id: "00000012-0000-4000-8000-000000000012",
  name: "Always new",
  start: { id: sft.id, name: sft.name, kind: "sft" },
  newest: { id: rewardModel.id, name: rewardModel.name, kind: "reward_model" },
  last_run: { id: "run", state: "succeeded", reason: "", created_at: "2026-03-01T12:00:00Z" },
  ranking_projects: null,
  num_new: 3,
  num_waiting: 0,
  oldest_waiting_at: null,
  min_rankings: 20,
  is_on: true,
  problem: "",
  created_by: { id: 2, display_name: "Ruth Adler" },
  created_at: "2026-03-01T12:00:00Z",
};

const project = { id: 4, name: "Helpful answers", kind: "ranking", purpose: "training", k: 4, num_submitted: 310 };

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/rounds/", { body: { results: [], next: null } })
    .on("GET /api/model-versions/", { body: { results: [sft, rewardModel], next: null } })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on(`GET ${address}`, { body: [standing] });
});

test("a standing reward model says how new it is and is switched off", async () => {
  server.on(`PUT ${address}${standing.id}/`, { body: { ...standing, is_on: false } });
  const { user } = renderApp("/rounds");

  const row = within(await screen.findByRole("row", { name: /Always new/ }));
  expect(row.getByText("3 of 20")).toBeVisible();
  expect(row.getByRole("link", { name: rewardModel.name })).toHaveAttribute("href", `/models/${rewardModel.id}`);
  await user.click(row.getByRole("switch", { name: "Keep Always new up to date" }));

  await expect.poll(() => server.sent(`PUT ${address}${standing.id}/`)[0]?.body).toEqual({ is_on: false });
});

test("one that does not keep up says how many rankings wait and since when", async () => {
  const waiting = { num_new: 45, num_waiting: 34, oldest_waiting_at: "2026-03-01T12:00:00Z" };
  server.on(`GET ${address}`, { body: [{ ...standing, ...waiting }] });
  renderApp("/rounds");

  const row = within(await screen.findByRole("row", { name: /Always new/ }));
  expect(row.getByText(/^34 wait/)).toHaveTextContent(/^34 wait, the oldest submitted \S/);
});

test("another one starts from a reward model where there is one", async () => {
  server.on(`POST ${address}`, { status: 201, body: standing });
  const { user } = renderApp("/rounds");

  await user.click(await screen.findByRole("button", { name: "Keep one up to date" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(await dialog.findByRole("textbox", { name: "Name" }), "Week");
  await user.click(dialog.getByRole("button", { name: "Keep it up to date" }));

  await expect.poll(() => server.sent(`POST ${address}`)[0]?.body).toEqual({
    name: "Week",
    start: rewardModel.id,
    min_rankings: 1,
    include_simulated: false,
  });
});

test("one that was switched off by itself says why, to a researcher too", async () => {
  server
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on(`GET ${address}`, { body: [{ ...standing, is_on: false, problem: "No number.", newest: null }] });
  renderApp("/rounds");

  expect(await screen.findByText("No number.")).toBeVisible();
  expect(screen.getByText("Off")).toBeVisible();
  expect(screen.getByText("where it starts")).toBeVisible();
  expect(screen.queryByRole("switch")).toBeNull();
});

test("a refresh that failed says what happened, and what the program said line by line", async () => {
  const problem = `Its last refresh failed.\nTraceback\n${"  a frame of many\n".repeat(20)}CUDA out of memory`;
  const last = { id: "run", state: "failed" as const, reason: "out_of_memory", created_at: standing.created_at };
  server.on(`GET ${address}`, { body: [{ ...standing, is_on: false, problem, last_run: last }] });
  renderApp("/rounds");

  const row = within(await screen.findByRole("row", { name: /Always new/ }));
  expect(row.getByText("out of memory")).toBeVisible();
  expect(row.getByText(/^Its last refresh failed/)).toHaveTextContent("CUDA out of memory");
  expect(row.getByRole("button", { name: "Show all of why Always new is off" })).toBeVisible();
});

test("one learns from chosen projects alone, and its row says so (R86)", async () => {
  server
    .on(`GET ${address}`, { body: [{ ...standing, ranking_projects: [4] }] })
    .on(`POST ${address}`, { status: 201, body: standing });
  const { user } = renderApp("/rounds");

  expect(await screen.findByText("in Helpful answers")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Keep one up to date" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(await dialog.findByRole("textbox", { name: "Name" }), "Week");
  await user.click(dialog.getByRole("checkbox", { name: "Helpful answers" }));
  await user.click(dialog.getByRole("button", { name: "Keep it up to date" }));

  await expect.poll(() => server.sent(`POST ${address}`)[0]?.body).toMatchObject({ ranking_projects: [4] });
});
