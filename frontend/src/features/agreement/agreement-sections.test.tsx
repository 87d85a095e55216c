import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { pools, report, settledRefresh } from "@/testing/agreement";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [], next: null } })
    .on("GET /api/completion-sources/", { body: { results: [], next: null } })
    .on("GET /api/catalogue/", { body: { categories: [] } })
    .on("GET /api/anchor-drift/", { body: { definition: "Anchors.", num_rankings: 20_000, weeks: [] } })
    .on("GET /api/agreement/pools/", { body: { pools, reference_lines: report.reference_lines } })
    .on("GET /api/agreement/refresh/", { body: settledRefresh })
    .on("GET /api/agreement/", { body: report });
});

test("without a figure a section stands all the same and says why", async () => {
  const unknown = report.trend.slice(2);
  const figures = report.figures.map((figure) => ({ ...figure, value: null, low: null, high: null, reason_undefined: "Too few." }));
  server.on("GET /api/agreement/", { body: { ...report, figures, trend: unknown, together: [] } });
  renderApp("/agreement?pool=training");

  const drift = await screen.findByRole("region", { name: "The same comparisons, week by week" });
  expect(await within(drift).findByText(/^not defined: No comparison of a calibration task was judged/)).toBeVisible();
  expect(screen.getByRole("region", { name: "Week by week" })).toHaveTextContent(
    "Week of 16 Mar: not defined. Only 5 comparisons; 15 more are needed.",
  );
  expect(screen.getByRole("region", { name: "Beside published figures" })).toHaveTextContent("Here: not defined. Too few.");
  for (const name of ["Who agrees with whom", "Cohen's kappa"]) {
    expect(screen.getByRole("region", { name })).toHaveTextContent("not defined: No two of the busiest labelers");
  }
});

test("a part that loads says so, and one that failed can be asked for again", async () => {
  let letGo: (answer: { body: unknown }) => void = () => undefined;
  server
    .on("GET /api/anchor-drift/", () => new Promise((resolve) => (letGo = resolve)))
    .on("GET /api/agreement/pools/", { status: 403, body: { code: "forbidden", detail: "Not yours.", fields: {} } })
    .on("GET /api/agreement/refresh/", { status: 403, body: { code: "forbidden", detail: "Not yours.", fields: {} } });
  const { user } = renderApp("/agreement");
  const drift = await screen.findByRole("region", { name: "The same comparisons, week by week" });
  expect(within(drift).getByRole("status")).toHaveTextContent("Loading");
  letGo({ body: { definition: "Anchors.", num_rankings: 20_000, weeks: report.trend } });
  expect(await within(drift).findByRole("img", { name: /1 outside the band/ })).toBeVisible();

  const sides = screen.getByRole("region", { name: "Training and held-out labelers" });
  expect(await within(sides).findByText("Not yours.")).toBeVisible();
  server.on("GET /api/agreement/pools/", { body: { pools, reference_lines: report.reference_lines } });
  await user.click(within(sides).getByRole("button", { name: "Try again" }));
  expect(await within(sides).findByRole("table")).toBeVisible();
  expect(screen.getByText("Not yours.")).toBeVisible();
});
