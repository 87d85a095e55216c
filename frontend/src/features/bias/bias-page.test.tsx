import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import type { BiasReport, LeakReport, Share } from "@/api/research-types";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";

function share(value: number | null): Share {
  return {
    value,
    low: value === null ? null : value - 0.04,
    high: value === null ? null : value + 0.04,
    n: value === null ? 0 : 900,
    num_prompts: value === null ? 0 : 120,
    reason_undefined: value === null ? "No strictly ordered pair differs in it." : null,
    reason_no_interval: null,
  };
}

const bias: BiasReport = {
  definition: "One half is no preference.",
  by_place_definition: "A tie counts one half.",
  interval_method: "95 % cluster bootstrap.",
  num_rankings: 5000,
  num_sealed: 12000,
  preferences: [
    { key: "first_shown", label: "Shown earlier", figure: share(0.56) },
    { key: "longer", label: "Longer", figure: share(0.61) },
    { key: "code", label: "Code", figure: share(null) },
  ],
  places: [{ place: 0, figure: share(0.55) }],
};

const leak: LeakReport = {
  definition: "Balanced accuracy.",
  interval_method: "95 % cluster bootstrap.",
  num_completions: 2000,
  chance: 0.25,
  sights: [{ key: "everything", label: "Everything that the labeler saw", figure: share(0.62) }],
  sources: [{ id: 3, name: "ppo-1", figure: share(0.7) }],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "researcher" }) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/bias/", { body: bias })
    .on("GET /api/bias/leak/", { body: leak });
});

test("each share is drawn with its interval and says how many pairs are behind it", async () => {
  renderApp("/bias");

  const place = await screen.findByRole("group", { name: "Place and length" });
  expect(
    within(place).getByRole("img", { name: "Shown earlier: 0.560, 95% interval 0.520 to 0.600" }),
  ).toBeVisible();
  expect(within(place).getAllByText("900 pairs on 120 prompts")).toHaveLength(2);
  expect(screen.getByText(/5,000 rankings of 12,000, the newest/)).toBeVisible();
  expect(screen.getByText("Shown first")).toBeVisible();
});

test("what is not defined says why", async () => {
  renderApp("/bias");

  const missing = await screen.findByRole("list", { name: "Formatting: not defined" });
  expect(missing).toHaveTextContent("Code: not defined. No strictly ordered pair differs in it.");
});

test("a leak is said in words, with the source that shows most", async () => {
  renderApp("/bias");

  expect(await screen.findByText(/The source leaks: 62.0% are told right where luck alone tells 25.0%/)).toBeVisible();
  expect(screen.getByText("ppo-1")).toBeVisible();
});

test("filters stay in the address and go with both questions", async () => {
  const { user, router } = renderApp("/bias?simulated=yes");
  await screen.findByRole("group", { name: "Place and length" });

  await user.selectOptions(screen.getByRole("combobox", { name: "Pool" }), "held_out");

  expect(router.state.location.search).toBe("?simulated=yes&pool=held_out");
  for (const route of ["GET /api/bias/", "GET /api/bias/leak/"]) {
    expect(server.sent(route).at(-1)?.query).toBe("?pool=held_out&include_simulated=true");
  }
});

test("without a ranking the page says what is missing, and a failing leak does not hide the rest", async () => {
  server
    .on("GET /api/bias/", { body: { ...bias, num_rankings: 0, num_sealed: 0 } })
    .on("GET /api/bias/leak/", refusal(500, "error", "It broke."));
  renderApp("/bias");

  expect(await screen.findByText("No sealed ranking fits")).toBeVisible();
});
