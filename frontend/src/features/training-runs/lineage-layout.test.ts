import { expect, test } from "vitest";

import type { RunLineage } from "@/api/training-types";

import { COLUMN_GAP, layOut, NODE_HEIGHT, NODE_WIDTH, ROW_GAP } from "./lineage-layout";

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
