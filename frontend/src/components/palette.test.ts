import { expect, test } from "vitest";

import { SCALE, SERIES } from "./palette";

type Triple = [number, number, number];

// Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
const BLINDNESS: Record<string, Triple[]> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const PAPER = { light: "#ffffff", dark: "#1a1e1d" };

function linear(hex: string): Triple {
  return [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

function seen(hex: string, matrix: Triple[]): Triple {
  const [r, g, b] = linear(hex);
  return matrix.map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as Triple;
}

/** CIELAB under D65. */
function lab([r, g, b]: Triple): Triple {
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)) as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(one: string, other: string, matrix: Triple[]): number {
  const [a, b] = [lab(seen(one, matrix)), lab(seen(other, matrix))];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function contrast(one: string, other: string): number {
  const [light, dark] = [one, other]
    .map((hex) => linear(hex))
    .map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b)
    .sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const cases = (["light", "dark"] as const).flatMap((scheme) =>
  Object.keys(BLINDNESS).map((kind) => [scheme, kind] as const),
);

test.each(cases)("no two series fall together in the %s scheme under %s", (scheme, kind) => {
  const colors = SERIES[scheme];
  colors.forEach((one, index) => {
    for (const other of colors.slice(index + 1)) {
      expect(distance(one, other, BLINDNESS[kind] ?? []), `${one} ${other}`).toBeGreaterThan(18);
    }
  });
});

test.each(cases)("neighbours on a scale differ in the %s scheme under %s", (scheme, kind) => {
  const colors = SCALE[scheme];
  colors.slice(1).forEach((one, index) => {
    const before = colors[index] ?? "";
    expect(distance(one, before, BLINDNESS[kind] ?? []), `${one} ${before}`).toBeGreaterThan(9);
  });
});

test.each(["light", "dark"] as const)("every series stands out from %s paper", (scheme) => {
  for (const color of SERIES[scheme]) {
    // WCAG 1.4.3: the figure at the end of a line is text in the line's colour.
    expect(contrast(color, PAPER[scheme]), color).toBeGreaterThan(4.5);
  }
});
