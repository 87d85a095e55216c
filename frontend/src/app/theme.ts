import {
  createTheme,
  defaultVariantColorsResolver,
  localStorageColorSchemeManager,
} from "@mantine/core";
import type { CSSVariablesResolver, MantineColorsTuple } from "@mantine/core";

import { paletteVariables } from "@/components/palette";

// A neutral with a trace of green, so that white text areas read as paper and not as glare.
const gray: MantineColorsTuple = [
  "#f7f8f7",
  "#f0f2f1",
  "#e5e9e7",
  "#d5dbd8",
  "#bac3bf",
  "#949f9a",
  "#6b7671",
  "#4f5955",
  "#343c39",
  "#1a1f1d",
];

const dark: MantineColorsTuple = [
  "#dee4e1",
  "#c2cbc7",
  "#9faaa5",
  "#7d8883",
  "#3d4643",
  "#303735",
  "#262c2a",
  "#1a1e1d",
  "#141817",
  "#0e1110",
];

const pine: MantineColorsTuple = [
  "#ebf6f3",
  "#d3eae5",
  "#a8d6cd",
  "#7bc0b5",
  "#54ac9f",
  "#36988b",
  "#1f8276",
  "#126c62",
  "#0d5d55",
  "#08443e",
];

const amber: MantineColorsTuple = [
  "#fdf5e3",
  "#f9e7bf",
  "#f1d28a",
  "#e6ba55",
  "#d9a32f",
  "#b98414",
  "#96690c",
  "#7c5608",
  "#654607",
  "#4a3305",
];

const brick: MantineColorsTuple = [
  "#fcf0ee",
  "#f7dad6",
  "#efb4ac",
  "#e58d82",
  "#da6b5e",
  "#c64f41",
  "#ad3c2f",
  "#942f24",
  "#7b261d",
  "#5b1b15",
];

// A long name wraps beside the button that closes, instead of hiding it.
const WHOLE_IN_SIGHT = {
  closeButtonProps: { "aria-label": "Close" },
  styles: {
    title: { fontWeight: 600, lineHeight: 1.35, minWidth: 0, overflowWrap: "anywhere" as const },
    body: { overflowWrap: "anywhere" as const },
  },
};

export const theme = createTheme({
  colors: { gray, dark, pine, yellow: amber, orange: amber, red: brick },
  primaryColor: "pine",
  // Deep enough for white text in the light scheme, light enough for black text in the dark one.
  primaryShade: { light: 8, dark: 4 },
  // The library's own automatic contrast looks at the light scheme only.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    return input.variant === "filled" ? { ...colors, color: "var(--on-accent)" } : colors;
  },
  // By name: naming the components themselves would load them with the very first page.
  components: {
    Anchor: { defaultProps: { underline: "always" } },
    Checkbox: { defaultProps: { iconColor: "var(--on-accent)" } },
    Drawer: { defaultProps: { closeButtonProps: WHOLE_IN_SIGHT.closeButtonProps }, styles: WHOLE_IN_SIGHT.styles },
    Modal: { defaultProps: { closeButtonProps: WHOLE_IN_SIGHT.closeButtonProps }, styles: WHOLE_IN_SIGHT.styles },
    Radio: { defaultProps: { iconColor: "var(--on-accent)" } },
  },
  black: gray[9],
  defaultRadius: "sm",
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "14px" },
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", Menlo, monospace',
  fontSizes: { xs: "0.8125rem", sm: "0.875rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.55", lg: "1.6", xl: "1.65" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "1.3" },
      h2: { fontSize: "1.1875rem", lineHeight: "1.35" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
    },
  },
  shadows: {
    sm: "0 1px 2px rgb(0 0 0 / 8%)",
    md: "0 3px 12px rgb(0 0 0 / 12%)",
  },
  respectReducedMotion: true,
  focusRing: "auto",
});

// Everything drawn by our own style sheets reads these names; the two schemes give them values.
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...paletteVariables("light"),
    "--mantine-color-body": gray[0],
    "--mantine-color-text": gray[9],
    "--mantine-color-dimmed": gray[7],
    "--mantine-color-placeholder": gray[6],
    "--mantine-color-error": brick[7],
    "--mantine-color-default-border": gray[4],
    "--surface": "#ffffff",
    "--surface-sunken": gray[1],
    "--line": gray[3],
    "--line-strong": gray[5],
    "--text-soft": gray[7],
    "--accent": pine[8],
    "--accent-soft": pine[0],
    "--accent-line": pine[3],
    "--on-accent": "#ffffff",
    "--caution": amber[8],
    "--caution-soft": amber[0],
    "--caution-line": amber[3],
    "--danger": brick[7],
    "--danger-soft": brick[0],
    "--danger-line": brick[2],
  },
  dark: {
    ...paletteVariables("dark"),
    "--mantine-color-body": dark[8],
    "--mantine-color-text": dark[0],
    "--mantine-color-dimmed": dark[2],
    "--mantine-color-placeholder": dark[2],
    // The library's own is as dark here as the page.
    "--mantine-color-error": brick[3],
    "--surface": dark[7],
    "--surface-sunken": dark[9],
    "--line": dark[5],
    "--line-strong": dark[3],
    "--text-soft": dark[2],
    "--accent": pine[3],
    "--accent-soft": "#16302c",
    "--accent-line": pine[7],
    "--on-accent": "#06211e",
    "--caution": amber[3],
    "--caution-soft": "#2c2412",
    "--caution-line": amber[7],
    "--danger": brick[3],
    "--danger-soft": "#331c19",
    "--danger-line": brick[7],
  },
});

export const colorSchemeManager = localStorageColorSchemeManager({ key: "concord-color-scheme" });
