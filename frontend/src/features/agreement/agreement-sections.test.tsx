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

test("a choice within prompts leads to no list of others, and the drift says that it does not act (R46)", async () => {
  renderApp("/agreement?overlap=3");

  const bars = await screen.findByRole("list", { name: "Prompts by their agreement" });
  expect(within(bars).queryByRole("link")).not.toBeInTheDocument();
  expect(within(bars).getByTitle("90 to 100%: 12 prompts")).toHaveTextContent("12");
  expect(screen.getByText(/contested prompts are listed by all their pairs, so a bar leads to none/)).toBeVisible();
  const drift = screen.getByRole("region", { name: "The same comparisons, week by week" });
  expect(drift).toHaveTextContent("does not act on this chart");
});

test("the page says what its days and its version choose, and of what its size is (R42)", async () => {
  renderApp("/agreement");

  expect(await screen.findByText(/Days are those of a prompt's last ranking/)).toBeVisible();
  expect(screen.getByLabelText("Prompt last ranked from")).toBeVisible();
  const figures = await screen.findByRole("region", { name: "Figures" });
  expect(figures).toHaveTextContent("2,410 rankings of 598 prompts by 38 labelers: those of prompts on which two labelers");
  const drift = screen.getByRole("region", { name: "The same comparisons, week by week" });
  expect(drift).toHaveTextContent("those of each ranking of a calibration task");
  expect(drift).not.toHaveTextContent("does not act");
  const labelers = screen.getByRole("table", { name: "Agreement by labeler" });
  expect(within(labelers).getByRole("link", { name: /rankings of Amina Osei/ })).toHaveAttribute(
    "href",
    "/agreement/rankings?labeler=7&compared=yes",
  );
});
