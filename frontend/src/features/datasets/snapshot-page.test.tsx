import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { Export } from "@/api/training-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { rankings } from "@/testing/training";

const ASKED = `/api/snapshots/${rankings.id}/exports/`;
const done: Export = {
  id: "00000009-0000-4000-8000-000000000009",
  files: [],
  forms: ["csv"],
  is_compressed: false,
  state: "done",
  num_records: 612,
  num_records_done: 612,
  failure: "",
  created_by: { id: 2, display_name: "Ruth Adler" },
  created_at: "2026-03-20T09:00:00Z",
  finished_at: "2026-03-20T09:00:04Z",
  produced: [
    { name: "README.md", bytes: 1_204, rows: null },
    { name: "train/ranking.jsonl", bytes: 4_204_000, rows: 548 },
  ],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/runs/", { body: { results: [], next: null } })
    .on("GET /api/snapshots/", { body: { results: [rankings], next: null } })
    .on(`GET /api/snapshots/${rankings.id}/tables/`, { body: { tables: [] } })
    .on(`GET /api/snapshots/${rankings.id}/`, { body: rankings })
    .on(`GET ${ASKED}`, { body: [] });
});

test("an export is asked for with the forms that are ticked and then watched", async () => {
  const { user } = renderApp(`/data/${rankings.id}`);
  await screen.findByText("Nothing was exported yet");
  server
    .on(`POST ${ASKED}`, { status: 201, body: { ...done, state: "queued", produced: [] } })
    .on(`GET ${ASKED}`, {
      body: [{ ...done, state: "running", num_records_done: 306, produced: [] }],
    });

  await user.click(screen.getByRole("checkbox", { name: "CSV too" }));
  await user.click(screen.getByRole("checkbox", { name: "Gzip the lines of JSON" }));
  await user.click(screen.getByRole("button", { name: "Export" }));

  const progress = await screen.findByRole("progressbar", { name: "Records written" });
  expect(progress).toHaveAttribute("aria-valuenow", "50");
  expect(screen.getByText("306 of 612 records")).toBeVisible();
  expect(server.sent(`POST ${ASKED}`).map(({ body }) => body)).toEqual([{ forms: ["csv"], is_compressed: true }]);
});

test("each file of a finished export is a link with its rows and its size", async () => {
  server.on(`GET ${ASKED}`, { body: [done] });
  const { user } = renderApp(`/data/${rankings.id}`);

  await user.click(await screen.findByText(/2 files, asked for by Ruth Adler/));

  expect(screen.getByRole("link", { name: "train/ranking.jsonl" })).toHaveAttribute(
    "href",
    `/api/exports/${done.id}/files/train/ranking.jsonl`,
  );
  expect(screen.getByRole("row", { name: /train\/ranking.jsonl 548/ })).toBeVisible();
});

test("what cannot be written and what failed is said in words", async () => {
  server
    .on(`GET ${ASKED}`, { body: [{ ...done, state: "failed", failure: "No space left", produced: [] }] })
    .on(`POST ${ASKED}`, refusal(422, "parquet_unavailable", "Parquet needs pyarrow."));
  const { user } = renderApp(`/data/${rankings.id}`);

  const alert = await screen.findByRole("alert", { name: "The export failed" });
  expect(alert).toHaveTextContent("No space left");
  expect(alert).toHaveTextContent("Asked for by Ruth Adler");
  await user.click(within(alert).getByRole("button", { name: "Export again" }));

  expect(await screen.findByText(/Parquet needs pyarrow/)).toBeVisible();
  expect(server.sent(`POST ${ASKED}`).map(({ body }) => body)).toEqual([{ forms: ["csv"], is_compressed: false }]);
});

test("documents are plain text already and have nothing to export", async () => {
  server.on(`GET /api/snapshots/${rankings.id}/`, { body: { ...rankings, kind: "pretrain" } });
  renderApp(`/data/${rankings.id}`);

  expect(await screen.findByRole("heading", { name: rankings.name })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Export" })).not.toBeInTheDocument();
});
