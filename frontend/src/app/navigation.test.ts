import { expect, test } from "vitest";

import { itemAt, itemsFor } from "./navigation";

const at = (pathname: string) => itemAt(itemsFor("admin"), pathname)?.name;

test("a page below another's address is itself, and only one entry is marked", () => {
  expect(at("/data/costs")).toBe("costs");
  expect(at("/data")).toBe("data");
  expect(at("/data/import/5")).toBe("data");
  expect(at("/label/7")).toBe("label");
  expect(at("/labelers")).toBe("labelers");
  expect(at("/")).toBeUndefined();
});

test("pages with addresses of their own are marked where they are reached", () => {
  expect(at("/rounds/7")).toBe("runs");
  expect(at("/sweeps")).toBe("runs");
  expect(at("/candidates/3")).toBe("screenings");
});
