import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { catalogue, project, sources } from "@/testing/projects";
import { renderRoutes } from "@/testing/render";
import { FakeServer } from "@/testing/server";

import { TaskMaker } from "./task-maker";

const noTasks = {
  num_tasks: 0,
  num_slots: 0,
  num_calibration_tasks: 0,
  num_skipped: 0,
  num_duplicate_texts: 0,
  num_in_equal_parts: 0,
  reasons: [],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/catalogue/", { body: catalogue })
    .on("GET /api/completion-sources/", { body: { results: sources, next: null } });
});

const openMaker = () => renderRoutes([{ path: "/", element: <TaskMaker project={project} /> }], "/");

test("makes tasks of the chosen sources and says why prompts were passed over", async () => {
  server.on("POST /api/projects/4/tasks/", {
    status: 201,
    body: {
      num_tasks: 3,
      num_slots: 8,
      num_calibration_tasks: 1,
      num_skipped: 9,
      num_duplicate_texts: 1,
      num_in_equal_parts: 2,
      reasons: [
        { reason: "already_in_project", num_prompts: 1 },
        { reason: "too_few_completions", num_prompts: 8 },
      ],
    },
  });
  const { user } = openMaker();
  await user.click(await screen.findByRole("checkbox", { name: "tiny-sft" }));
  await user.selectOptions(screen.getByLabelText("Category"), "Chat");
  await user.click(screen.getByRole("button", { name: "Make tasks" }));
  expect(
    await screen.findByText(
      "3 tasks made, waiting for 8 answers. Given to several labelers to calibrate them: 1.",
    ),
  ).toBeInTheDocument();
  expect(screen.getByText(/^8 prompts have too few completions/)).toBeInTheDocument();
  expect(screen.getByText(/^1 completion left out/)).toBeInTheDocument();
  expect(screen.getByText(/^2 tasks with equal parts of every source/)).toBeInTheDocument();
  expect(server.sent("POST /api/projects/4/tasks/")[0]?.body).toEqual({
    num_prompts: 40,
    category: "chat",
    source_ids: [2],
    source_weights: null,
  });
});

test("weighs the chosen sources, all of them or none (R85)", async () => {
  server.on("POST /api/projects/4/tasks/", { status: 201, body: noTasks });
  const { user } = openMaker();
  await user.click(await screen.findByRole("checkbox", { name: "tiny-sft" }));
  expect(screen.queryByLabelText("Weight of tiny-sft")).not.toBeInTheDocument();
  await user.click(screen.getByRole("checkbox", { name: "tiny-ppo" }));
  await user.type(screen.getByLabelText("Weight of tiny-sft"), "3");

  expect(screen.getByText("Give every chosen source a weight, or none.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Make tasks" })).toBeDisabled();

  await user.type(screen.getByLabelText("Weight of tiny-ppo"), "1");
  await user.click(screen.getByRole("button", { name: "Make tasks" }));

  expect(await screen.findByText("No task was made.")).toBeInTheDocument();
  expect(server.sent("POST /api/projects/4/tasks/")[0]?.body).toEqual({
    num_prompts: 40,
    source_ids: [2, 3],
    source_weights: [3, 1],
  });
});
