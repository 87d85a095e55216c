import { expect, test, vi } from "vitest";

import type { ChartFacts } from "./chart";
import { csvOf, saveChart, svgOf } from "./chart-files";
import { drawCurves } from "./curve-drawing";
import { wrapped } from "./drawing-marks";
import { drawIntervals } from "./interval-drawing";
import { SERIES } from "./palette";

const READ = "Read at https://concord.example/agreement?pool=training on 2026-03-01 09:00 UTC.";
const chart: ChartFacts = {
  title: "Win rate <of> two",
  unit: "share",
  definition: "A tie counts one half.",
  figures: {
    columns: ["Name", "Figure", "95% low", "95% high"],
    rows: [
      ['=HYPERLINK("x")', 0.7, 0.6, 0.8],
      ["sft, second", 0.5, null, Number.NaN],
    ],
  },
  draw: () => Promise.resolve({ width: 100, height: 40, body: "<g/>" }),
};

function parsed(svg: string): Document {
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  expect(document.querySelector("parsererror")).toBeNull();
  return document;
}

test("a CSV says what its figures are and never runs as a formula", () => {
  expect(csvOf(chart, READ).split("\r\n")).toEqual([
    "# Win rate <of> two, share",
    "# A tie counts one half.",
    `# ${READ}`,
    "Name,Figure,95% low,95% high",
    `"'=HYPERLINK(""x"")",0.7,0.6,0.8`,
    // No interval and no number are empty cells, never 0 and never NaN.
    '"sft, second",0.5,,',
    "",
  ]);
});

test("what a CSV says of its figures never runs as a formula either, whatever a model or an address is called", () => {
  const named = {
    ...chart,
    title: "Against gpt,=HYPERLINK(1)",
    definition: "Of x; +1 and\r=2",
    meanings: [{ name: "m,\t@SUM(1)", meaning: "a well-known, good one" }],
  };

  expect(csvOf(named, "https://concord.example/?a=1,-1").split("\r\n").slice(0, 5)).toEqual([
    "# Against gpt,'=HYPERLINK(1), share",
    "# Of x; '+1 and",
    "# =2",
    "# m,\t'@SUM(1): a well-known, good one",
    "# https://concord.example/?a=1,'-1",
  ]);
});

test("an SVG carries its definition and its address in desc and in print", () => {
  const document = parsed(svgOf(chart, { width: 800, height: 40, body: "<g/>" }, READ).body);

  expect(document.querySelector("title")?.textContent).toBe("Win rate <of> two");
  expect(document.querySelector("desc")?.textContent).toBe(`A tie counts one half. ${READ}`);
  const printed = [...document.querySelectorAll("text")].map((node) => node.textContent).join(" ");
  expect(printed).toContain("A tie counts one half. Read at https://concord.example");
});

test("what each of several figures is goes with both files, and is not printed on the picture", () => {
  const meanings = [{ name: "KL", meaning: "How far the policy went." }];
  const document = parsed(svgOf({ ...chart, meanings }, { width: 800, height: 40, body: "<g/>" }, READ).body);

  expect(csvOf({ ...chart, meanings }, READ).split("\r\n")[2]).toBe("# KL: How far the policy went.");
  expect(document.querySelector("desc")?.textContent).toContain("KL: How far the policy went.");
  const printed = [...document.querySelectorAll("text")].map((node) => node.textContent).join(" ");
  expect(printed).not.toContain("How far");
});

test("a long title stays on the picture, and whole in its metadata", () => {
  const title = "Rate of the reward model on rankings of week twelve, ".repeat(3) + "x".repeat(120);
  const document = parsed(svgOf({ ...chart, title }, { width: 800, height: 40, body: "<g/>" }, READ).body);

  expect(document.querySelector("title")?.textContent).toBe(title);
  const printed = [...document.querySelectorAll('text[font-size="16"]')].map((node) => node.textContent);
  expect(printed).toHaveLength(2);
  // 800 pixels less the unit, at 8.8 a letter.
  expect(Math.max(...printed.map((words) => words.length))).toBeLessThanOrEqual(84);
  expect(printed[1]).toMatch(/…$/);
});

test("a word without an end does not run off the picture", () => {
  expect(wrapped("see https://concord.example/?a=1 now", 12)).toEqual(["see", "https://conc", "ord.example/", "?a=1 now"]);
});

test("the drawing of intervals has a whisker where there is an interval and the name beside it", () => {
  const drawing = drawIntervals(
    [
      { label: "ppo & ptx", note: "120 tasks", interval: { value: 0.7, low: 0.6, high: 0.8 } },
      { label: "sft", interval: { value: 0.5, low: null, high: null } },
    ],
    [0, 1],
    [{ value: 0.5, label: "As good" }],
  );
  const document = parsed(`<svg xmlns="http://www.w3.org/2000/svg">${drawing.body}</svg>`);

  // The plot runs from 250 to 630: 0.7 lies at 250 + 380 * 0.7 = 516.
  expect(document.querySelectorAll("circle")[0]?.getAttribute("cx")).toBe("516");
  expect(document.querySelectorAll('line[stroke-width="2"]')).toHaveLength(3);
  const words = [...document.querySelectorAll("text")].map((node) => node.textContent);
  expect(words).toEqual(expect.arrayContaining(["ppo & ptx", "0.700 [0.600, 0.800]", "0.500", "As good 0.500"]));
});

test("a long note is broken over lines in a file, and the next row stands below it", () => {
  const note = "12 judgments on 3 prompts. An interval needs at least 5 prompts; here are 3.";
  const row = (label: string) => ({ label, note, interval: { value: 0.5, low: null, high: null } });
  const drawing = drawIntervals([row("ppo"), row("sft")], [0, 1], []);
  const document = parsed(`<svg xmlns="http://www.w3.org/2000/svg">${drawing.body}</svg>`);

  const lines = [...document.querySelectorAll('text[font-size="11"]')];
  expect(lines.slice(0, 2).map((node) => node.textContent).join(" ")).toBe(note);
  const places = lines.map((node) => Number(node.getAttribute("y")));
  // A row of 42 and one line more of 14.
  expect(places).toEqual([40, 54, 96, 110]);
});

test("the drawing of curves names each curve where it ends", () => {
  const drawing = drawCurves(
    [
      { name: "Loss", points: [{ x: 0, y: 2 }, { x: 10, y: 1 }] },
      { name: "Empty", points: [] },
    ],
    "step",
  );
  const document = parsed(`<svg xmlns="http://www.w3.org/2000/svg">${drawing.body}</svg>`);

  expect(document.querySelectorAll("polyline")).toHaveLength(1);
  // From 64 to 820 - 200.
  expect(document.querySelector("polyline")?.getAttribute("points")).toMatch(/^64,.* 620,/);
  expect(document.documentElement.textContent).toContain("1 Loss");
});

test("a curve keeps the colour that it has on the page, whether or not those before it have points", () => {
  const curve = { name: "B", points: [{ x: 0, y: 2 }, { x: 10, y: 1 }] };
  const { body } = drawCurves([{ name: "A", points: [] }, curve], "step");

  expect(body).toContain(`stroke="${SERIES.light[1]}"`);
  expect(body).not.toContain(`stroke="${SERIES.light[0]}"`);
});

test("saving hands over a file with a name that any system takes", async () => {
  const offered: string[] = [];
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => undefined }));
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    offered.push(this.download);
  });

  await saveChart(chart, "csv");
  await saveChart(chart, "svg");

  expect(offered).toEqual(["win-rate-of-two.csv", "win-rate-of-two.svg"]);
});
