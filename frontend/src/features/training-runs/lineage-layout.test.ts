import { expect, test } from "vitest";

import type { RunLineage } from "@/api/training-types";

import { COLUMN_GAP, layOut, NODE_HEIGHT, NODE_WIDTH, ROW_GAP, scrollTo } from "./lineage-layout";

function lineageOf(links: [string, string][]): RunLineage {
  const names = [...new Set(links.flat())];
  return {
    nodes: names.map((id) => ({ kind: "model_version", id, name: id.toUpperCase(), detail: "sft" })),
    links: links.map(([source, target]) => ({ source, target, role: "base_model" })),
    has_earlier: false,
    has_more_uses: false,
  };
}

const namesOf = (lineage: RunLineage) =>
  layOut(lineage).columns.map((nodes) => nodes.map(({ node }) => node.id));

test("whatever a node was made from stands in a column before it", () => {
  const chain = lineageOf([
    ["sft", "rm"],
    ["sft", "run"],
    ["rm", "run"],
    ["run", "policy"],
  ]);

  expect(namesOf(chain)).toEqual([["sft"], ["rm"], ["run"], ["policy"]]);
});

test("data stands just before what was made from it, not at the beginning of time", () => {
  const chain = lineageOf([
    ["base", "sft"],
    ["sft", "rm"],
    ["rm", "run"],
    ["prompts", "run"],
  ]);

  expect(namesOf(chain)).toEqual([["base"], ["sft"], ["rm", "prompts"], ["run"]]);
});

test("columns are centred and lines go from side to side", () => {
  const { columns, lines, width, height } = layOut(
    lineageOf([
      ["a", "run"],
      ["b", "run"],
    ]),
  );

  const [first, second] = columns[0] ?? [];
  const end = columns[1]?.[0];
  expect([first?.top, second?.top]).toEqual([0, NODE_HEIGHT + ROW_GAP]);
  expect(height).toBe(2 * NODE_HEIGHT + ROW_GAP);
  expect(end?.top).toBe((NODE_HEIGHT + ROW_GAP) / 2);
  expect(width).toBe(2 * NODE_WIDTH + COLUMN_GAP);
  expect(lines.map(({ path }) => path.startsWith(`M ${NODE_WIDTH} `))).toEqual([true, true]);
  expect(end?.madeFrom).toEqual([
    { name: "A", role: "base_model" },
    { name: "B", role: "base_model" },
  ]);
});

test("a ring, which the server never sends, is drawn all the same", () => {
  expect(
    namesOf(
      lineageOf([
        ["a", "b"],
        ["b", "a"],
      ]),
    ).flat(),
  ).toHaveLength(2);
});

test("the run is in sight, and the column at the left edge is whole", () => {
  const pitch = NODE_WIDTH + COLUMN_GAP;
  // It is in sight already.
  expect(scrollTo(3 * pitch, 1100)).toBe(0);
  // A phone shows the run and the beginning of what came of it.
  expect(scrollTo(3 * pitch, 356)).toBe(3 * pitch);
  // Between them some columns are left before it, none of them cut.
  expect(scrollTo(5 * pitch, 700)).toBe(4 * pitch);
});
