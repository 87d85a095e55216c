import { DEFAULT_THEME } from "@mantine/core";
import { expect, test } from "vitest";

import { resolveVariables } from "./theme";

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Source: WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const variables = resolveVariables(DEFAULT_THEME);

test.each(["light", "dark"] as const)("what is wrong with a field can be read in the %s scheme", (scheme) => {
  const { "--mantine-color-error": error = "", "--mantine-color-body": body = "", "--surface": surface = "" } =
    variables[scheme];

  expect(contrast(error, body)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(error, surface)).toBeGreaterThanOrEqual(4.5);
});
