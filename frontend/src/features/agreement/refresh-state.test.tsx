import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { AgreementRefresh } from "@/api/research-types";
import { settledRefresh } from "@/testing/agreement";
import { renderRoutes } from "@/testing/render";
import { FakeServer } from "@/testing/server";

import { RefreshState } from "./refresh-state";

const ADDRESS = "/api/agreement/refresh/";
let server: FakeServer;

beforeEach(() => {
  server = new FakeServer().install();
});

function shown(change: Partial<AgreementRefresh>) {
  server.on(`GET ${ADDRESS}`, { body: { ...settledRefresh, ...change } });
  return renderRoutes([{ path: "/", element: <RefreshState /> }], "/");
}

test("figures of before say how old they are and can be had anew", async () => {
  const { user } = shown({});
  server.on(`POST ${ADDRESS}`, { status: 202, body: { ...settledRefresh, state: "asked" } });

  await user.click(await screen.findByRole("button", { name: "Refresh now" }));

  expect(await screen.findByText(/asked for anew, which begins within half a minute/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Refresh now" })).toBeDisabled();
  expect(server.sent(`POST ${ADDRESS}`)).toHaveLength(1);
});

test("while they are worked out it is said how far, and that a part is of before", async () => {
  shown({ state: "running", started_at: "2026-03-09T10:05:00Z", num_changed: 33_000, num_done: 8_000 });

  const line = await screen.findByRole("progressbar", { name: "Figures worked out anew" });
  expect(line).toHaveAttribute("aria-valuenow", "24");
  expect(screen.getByText("8,000 of 33,000 prompts")).toBeVisible();
  expect(screen.getByText(/a part of them is of before/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Refresh now" })).toBeDisabled();
});

test("what failed is said with its reason, and can be tried again", async () => {
  const { user } = shown({
    state: "failed",
    num_changed: 5,
    num_done: 2,
    failed_at: "2026-03-09T10:06:00Z",
    failure: "OperationalError: no space left on device",
  });
  server.on(`POST ${ADDRESS}`, { status: 202, body: { ...settledRefresh, state: "asked" } });

  expect(await screen.findByText(/no space left on device/)).toHaveTextContent(
    "2 of 5 prompts that changed are counted anew, the others as before.",
  );
  await user.click(screen.getByRole("button", { name: "Try again now" }));

  await waitFor(() => expect(screen.queryByText(/no space left/)).not.toBeInTheDocument());
});

test("before the first there is no age", async () => {
  shown({ refreshed_at: null });

  expect(await screen.findByText(/worked out for the first time soon/)).toBeVisible();
  expect(screen.queryByText(/As of/)).not.toBeInTheDocument();
});

test("a refusal to refresh is said", async () => {
  const { user } = shown({});
  server.on(`POST ${ADDRESS}`, { status: 403, body: { code: "forbidden", detail: "Not for you.", fields: {} } });

  await user.click(await screen.findByRole("button", { name: "Refresh now" }));

  expect(await screen.findByText("The refresh was not asked for")).toBeVisible();
});
