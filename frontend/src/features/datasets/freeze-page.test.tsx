import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Project } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { rankings } from "@/testing/training";

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

test("a named snapshot is frozen and opened", async () => {
  server
    .on("POST /api/snapshots/", { status: 201, body: rankings })
    .on(`GET /api/snapshots/${rankings.id}/`, { body: rankings })
    .on("GET /api/runs/", { body: { results: [], next: null } });
  const { user, router } = renderApp("/data/new?project=5");
  const freeze = await screen.findByRole("button", { name: "Freeze" });
  expect(freeze).toBeDisabled();

  await user.type(screen.getByRole("textbox", { name: "Name" }), "Week 12");
  await user.click(freeze);

  await waitFor(() => expect(router.state.location.pathname).toBe(`/data/${rankings.id}`));
  expect(server.sent("POST /api/snapshots/")[0]?.body).toMatchObject({
    name: "Week 12",
    kind: "rm",
    project_ids: [5],
    include_simulated: false,
    num_validation_prompts: 0,
  });
  expect(await screen.findByText("No run has read this snapshot yet")).toBeVisible();
});

test("what cannot be frozen says why and keeps the form", async () => {
  server.on("POST /api/snapshots/", refusal(422, "no_comparisons", "Every ranking is one tie."));
  const { user } = renderApp("/data/new");

  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Ties");
  await user.click(screen.getByRole("button", { name: "Freeze" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("Every ranking is one tie.");
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("Ties");
});
