import type { RunLineage } from "@/api/training-types";

export type LineageNode = RunLineage["nodes"][number];

// Six columns fit beside each other where a page is 1,180 pixels wide.
export const NODE_WIDTH = 160;
export const NODE_HEIGHT = 68;
export const COLUMN_GAP = 22;
export const ROW_GAP = 14;

export interface PlacedNode {
  node: LineageNode;
  /** What it was made from, with the role that each played. */
  madeFrom: { name: string; role: string }[];
  left: number;
  top: number;
}

export interface LineageLayout {
  /** From the oldest to the newest. */
  columns: PlacedNode[][];
  /** Each as the path of a line from the right side of a node to the left side of another. */
  lines: { key: string; path: string }[];
  width: number;
  height: number;
}

/** The longest way back from a node, in links: whatever it was made from stands before it. */
function depthsOf({ nodes, links }: RunLineage): Map<string, number> {
  const sourcesOf = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { source, target } of links) sourcesOf.get(target)?.push(source);
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    // Nothing was made from itself; should the server say so, this ends it.
    depths.set(id, 0);
    const depth = Math.max(-1, ...(sourcesOf.get(id) ?? []).map(depthOf)) + 1;
    depths.set(id, depth);
    return depth;
  };
  nodes.forEach(({ id }) => depthOf(id));
  return depths;
}

/** A node that nothing led to stands just before the first that was made from it. */
function columnsOf(lineage: RunLineage): Map<string, number> {
  const depths = depthsOf(lineage);
  const columns = new Map(depths);
  for (const { id } of lineage.nodes) {
    const uses = lineage.links.filter(({ source }) => source === id);
    if (depths.get(id) === 0 && uses.length > 0) {
      columns.set(id, Math.min(...uses.map(({ target }) => depths.get(target) ?? 1)) - 1);
    }
  }
  return columns;
}

/** Every node in a column behind what it was made from, and the lines between them. */
export function layOut(lineage: RunLineage): LineageLayout {
  const columnOf = columnsOf(lineage);
  const nameOf = new Map(lineage.nodes.map(({ id, name }) => [id, name]));
  const columns: LineageNode[][] = [];
  for (const node of lineage.nodes) {
    const place = columnOf.get(node.id) ?? 0;
    while (columns.length <= place) columns.push([]);
    columns[place]?.push(node);
  }
  const tallest = Math.max(0, ...columns.map(({ length }) => length));
  const height = Math.max(0, tallest * (NODE_HEIGHT + ROW_GAP) - ROW_GAP);
  const placed = columns.map((nodes, column) => {
    const own = nodes.length * (NODE_HEIGHT + ROW_GAP) - ROW_GAP;
    return nodes.map((node, row) => ({
      node,
      madeFrom: lineage.links
        .filter(({ target }) => target === node.id)
        .map(({ source, role }) => ({ name: nameOf.get(source) ?? source, role })),
      left: column * (NODE_WIDTH + COLUMN_GAP),
      top: (height - own) / 2 + row * (NODE_HEIGHT + ROW_GAP),
    }));
  });
  const byId = new Map(placed.flat().map((one) => [one.node.id, one]));
  const lines = lineage.links.flatMap(({ source, target, role }) => {
    const [from, to] = [byId.get(source), byId.get(target)];
    if (from === undefined || to === undefined) return [];
    return [{ key: `${source} ${role} ${target}`, path: pathBetween(from, to) }];
  });
  const width = Math.max(0, placed.length * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP);
  return { columns: placed, lines, width, height };
}

/** How far to scroll so that a node is in sight and no column is cut at the left edge. */
export function scrollTo(left: number, frameWidth: number): number {
  if (left + NODE_WIDTH <= frameWidth) return 0;
  const pitch = NODE_WIDTH + COLUMN_GAP;
  const centred = left - (frameWidth - NODE_WIDTH) / 2;
  return Math.ceil(centred / pitch) * pitch;
}

function pathBetween(from: PlacedNode, to: PlacedNode): string {
  const [x, y] = [from.left + NODE_WIDTH, from.top + NODE_HEIGHT / 2];
  const [endX, endY] = [to.left, to.top + NODE_HEIGHT / 2];
  // The bend lies in the gap before the target: a line that passes a column stays level till then.
  const bend = endX - COLUMN_GAP;
  const middle = endX - COLUMN_GAP / 2;
  return `M ${x} ${y} H ${bend} C ${middle} ${y} ${middle} ${endY} ${endX} ${endY}`;
}
