import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { renderRoutes } from "@/testing/render";

import { StaleNote } from "./stale-note";

type Query = Parameters<typeof StaleNote>[0]["query"];

function open(query: Query) {
  return renderRoutes([{ path: "/", element: <StaleNote query={query} /> }], "/");
}

const AT = Date.parse("2026-03-01T12:00:00Z");

test("old figures are said to be old once the server does not answer", () => {
  open({ data: {}, isError: true, dataUpdatedAt: AT });

  expect(screen.getByRole("status")).toHaveTextContent("The server does not answer");
  expect(screen.getByRole("status")).toHaveTextContent("1 Mar 2026");
});

test.each([
  { data: {}, isError: false, dataUpdatedAt: AT },
  // The page itself says so where there is nothing to show.
  { data: undefined, isError: true, dataUpdatedAt: 0 },
])("nothing is said of %j", (query) => {
  open(query);

  expect(screen.queryByRole("status")).toBeNull();
});
