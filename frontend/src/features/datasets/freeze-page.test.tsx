import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Project } from "@/api/research-types";
import type { Freezing } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { freezing, rankings } from "@/testing/training";

const project = {
  id: 5,
  name: "Customer prompts, March",
  kind: "ranking",
  purpose: "training",
  num_submitted: 2410,
} as Project;

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on("GET /api/catalogue/", { body: { categories: [{ key: "chat", label: "Chat" }] } })
    .on("POST /api/snapshots/preview/", ({ body }) => {
      const { project_ids: projectIds } = body as { project_ids: number[] | null };
      return {
        body: {
          counts: { rankings: projectIds ? 180 : 2410, pairs: 21_874, train: 548, validation: 0 },
          problems: projectIds ? ["3 rankings can still be taken back."] : [],
        },
      };
    });
});

test("the preview counts what would be frozen and names problems as the form changes", async () => {
  const { user } = renderApp("/data/new");
  const preview = await screen.findByRole("complementary", { name: "What would be frozen" });
  await waitFor(() => expect(preview).toHaveTextContent(/Rankings2,410/));

  await user.click(screen.getByRole("checkbox", { name: /Customer prompts, March/ }));

  await waitFor(() => expect(preview).toHaveTextContent(/Rankings180/));
  expect(within(preview).getByRole("list", { name: "Worth knowing first" })).toHaveTextContent(
    "3 rankings can still be taken back.",
  );
});

test("only training projects are offered (R41)", async () => {
  const evaluation = { ...project, id: 6, name: "Policies, spring", purpose: "evaluation" };
  server.on("GET /api/projects/", { body: { results: [project, evaluation], next: null } });
  renderApp("/data/new");

  expect(await screen.findByRole("checkbox", { name: /Customer prompts, March/ })).toBeVisible();
  expect(screen.queryByRole("checkbox", { name: /Policies, spring/ })).not.toBeInTheDocument();
});

const FREEZING = `/api/freezings/${freezing.id}/`;

async function freezeAs(name: string) {
  const { user, router } = renderApp("/data/new?project=5");
  const button = await screen.findByRole("button", { name: "Freeze" });
  expect(button).toBeDisabled();
  await user.type(screen.getByRole("textbox", { name: "Name" }), name);
  await user.click(button);
  return { user, router, button };
}

test("a named snapshot is asked for, followed and opened once it is there", async () => {
  let state: Freezing = freezing;
  server
    .on("POST /api/snapshots/", { status: 202, body: freezing })
    .on(`GET ${FREEZING}`, () => ({ body: state }))
    .on(`GET /api/snapshots/${rankings.id}/`, { body: rankings })
    .on("GET /api/runs/", { body: { results: [], next: null } });
  const { router, button } = await freezeAs("Week 12");

  expect(await screen.findByText(/^Waiting for a worker, asked for/)).toBeVisible();
  // A second click does nothing while it is on its way.
  expect(button).toBeDisabled();
  state = { ...freezing, state: "running", started_at: new Date(Date.now() - 12_000).toISOString() };
  expect(await screen.findByText(/^Freezing… started 1[2-9] s ago$/)).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent("You may leave this page");
  state = { ...freezing, state: "done", snapshot_id: rankings.id };

  await waitFor(() => expect(router.state.location.pathname).toBe(`/data/${rankings.id}`), {
    timeout: 3_000,
  });
  expect(server.sent("POST /api/snapshots/").map(({ body }) => body)).toMatchObject([
    {
      name: "Week 12",
      kind: "rm",
      project_ids: [5],
      include_simulated: false,
      num_validation_prompts: 0,
    },
  ]);
  expect(await screen.findByText("No run has read this snapshot yet")).toBeVisible();
});

test("what could not be frozen says why, keeps the form, and can be asked for again", async () => {
  const failed = { ...freezing, state: "failed", failure: "Every ranking is one tie." };
  server
    .on("POST /api/snapshots/", { status: 202, body: freezing })
    .on(`GET ${FREEZING}`, { body: failed });
  const { user, button } = await freezeAs("Ties");

  expect(await screen.findByRole("alert")).toHaveTextContent("Every ranking is one tie.");
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("Ties");
  await user.click(button);
  await waitFor(() => expect(server.sent("POST /api/snapshots/")).toHaveLength(2));
});

test("a wish that is refused at once says why and keeps the form", async () => {
  server.on("POST /api/snapshots/", refusal(422, "not_for_training", "Leave out the evaluation."));
  await freezeAs("Everything");

  expect(await screen.findByRole("alert")).toHaveTextContent("Leave out the evaluation.");
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("Everything");
});
