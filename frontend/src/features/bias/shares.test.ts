import { expect, test } from "vitest";

import type { LeakReport, Share } from "@/api/research-types";

import { drawnRows, leakVerdict, lookedAt } from "./shares";

function share(value: number | null, low: number | null, high: number | null): Share {
  return {
    value,
    low,
    high,
    n: 40,
    num_prompts: 1,
    reason_undefined: value === null ? "No pair differs in it." : null,
    reason_no_interval: null,
  };
}

test("a leak is said only where the whole interval lies above chance", () => {
  expect(leakVerdict(share(0.7, 0.6, 0.8), 0.5)).toMatch(/^The source leaks: 70.0%/);
  expect(leakVerdict(share(0.55, 0.48, 0.62), 0.5)).toMatch(/^No leak is shown/);
  expect(leakVerdict(share(0.3, 0.2, 0.4), 0.5)).toMatch(/^Worse than luck/);
  expect(leakVerdict(share(1, 0.964, 1), 0.5)).toMatch(/^The source leaks: 100.0%/);
  expect(leakVerdict(share(0.5, null, null), 0.5)).toMatch(/proves nothing yet/);
  expect(leakVerdict(share(null, null, null), 0)).toBe("Whether it leaks is not known yet.");
});

test("what could not be compared is counted, with the reason", () => {
  const report = { num_completions: 96, num_prompts_left_out: 0 } as LeakReport;
  expect(lookedAt(report)).toBe("96 completions looked at.");
  expect(lookedAt({ ...report, num_prompts_left_out: 12 })).toBe(
    "96 completions looked at. 12 prompts are left out: with fewer than two of the sources on a prompt, its subject would tell the source.",
  );
  expect(lookedAt({ ...report, num_prompts_left_out: 1 })).toMatch(/ 1 prompt is left out: /);
});

test("a share without an interval says why", () => {
  const figure = { ...share(1, null, null), reason_no_interval: "Every prompt gives the same value." };

  expect(drawnRows([{ name: "Lists", figure }], "pair")[0]?.note).toBe(
    "40 pairs on 1 prompt. Every prompt gives the same value.",
  );
});

test("what is not defined is not drawn", () => {
  const shares = [
    { name: "Lists", figure: share(0.6, 0.5, 0.7) },
    { name: "Code", figure: share(null, null, null) },
  ];

  expect(drawnRows(shares, "pair").map(({ label, note }) => [label, note])).toEqual([
    ["Lists", "40 pairs on 1 prompt"],
  ]);
});
