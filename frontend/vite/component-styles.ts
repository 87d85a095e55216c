import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Plugin } from "vite";

const LIBRARY = fileURLToPath(new URL("../node_modules/@mantine/core/", import.meta.url));
// Checkboxes and their like are made of parts outside the folder of components.
const CLASS_NAMES = /@mantine\/core\/esm\/.+\/(\w+)\.module\.mjs$/;
/** The import in `theme.css` that stands for the library's styles. */
const WHOLE_SHEET = '@import "@mantine/core/styles.layer.css";';
/** What every page needs, whichever components it shows. */
const FOR_EVERY_PAGE = ["baseline", "default-css-variables", "global"];

/**
 * Sends a page the style sheets of the components it uses and no others, in the same chunks as
 * their code. The whole sheet is a fifth of what a first visit downloads, mostly for components
 * that appear nowhere. A component's file imports the parts that it is made of before its own
 * class names, so the sheets keep the library's order. The development server keeps the whole
 * sheet: it has the library bundled beforehand, where no plugin sees it.
 */
export function componentStyles(): Plugin {
  return {
    name: "component-styles",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (id.endsWith("/src/app/theme.css")) {
        if (!code.includes(WHOLE_SHEET)) this.error(`theme.css no longer says ${WHOLE_SHEET}`);
        return code.replace(WHOLE_SHEET, FOR_EVERY_PAGE.map(importOf).join("\n"));
      }
      const component = CLASS_NAMES.exec(id)?.[1];
      if (!component || !existsSync(`${LIBRARY}styles/${component}.layer.css`)) return null;
      return { code: `import "${sheetOf(component)}";\n${code}`, moduleSideEffects: true, map: null };
    },
  };
}

function sheetOf(component: string): string {
  return `@mantine/core/styles/${component}.layer.css`;
}

function importOf(component: string): string {
  return `@import "${sheetOf(component)}";`;
}
