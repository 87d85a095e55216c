/**
 * The colours of series, told apart by people who see few colours: no two fall together under a
 * simulated red, green or blue blindness, on white and on dark paper. Lines also differ in dashes.
 */
export const SERIES = {
  light: ["#0d5d55", "#c24e0a", "#2f6fd0", "#5b1268"],
  dark: ["#7bc0b5", "#f5c57c", "#8a93ea", "#f6557b"],
} as const;

/** From worst to best of an ordered scale: the middle is pale, the ends differ in hue and depth. */
export const SCALE = {
  light: ["#8c4a00", "#c9822f", "#e7bf8c", "#dcdedd", "#9dc6d6", "#4b93b3", "#11597c"],
  dark: ["#f0a04b", "#c0823f", "#8a6b45", "#5c6360", "#4d7f94", "#5fa9c9", "#8fd4f2"],
} as const;

const DASHES = [undefined, "6 3", "4 3", "2 3"] as const;

export function seriesColor(index: number): string {
  return `var(--series-${index % SERIES.light.length})`;
}

export function dashOf(index: number): string | undefined {
  return DASHES[index % DASHES.length];
}

/** For the theme: `--series-0`, `--scale-0` and so on. */
export function paletteVariables(scheme: "light" | "dark"): Record<string, string> {
  return Object.fromEntries([
    ...SERIES[scheme].map((color, index) => [`--series-${index}`, color]),
    ...SCALE[scheme].map((color, index) => [`--scale-${index}`, color]),
  ]) as Record<string, string>;
}
