import { readdirSync } from "node:fs";

import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const features = readdirSync(new URL("./src/features", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

// The house plan: app -> features -> components -> api, and no feature looks into another.
// The zones come from the folders themselves, so a new feature is fenced the day it is made.
const fences = [
  ...features.map((feature) => ({
    target: `./src/features/${feature}`,
    from: "./src/features",
    except: [`./${feature}`],
    message: "A feature never imports another feature: share through api/ or components/.",
  })),
  {
    target: "./src/features",
    from: "./src/app",
    message: "Features do not know the application that holds them.",
  },
  {
    target: ["./src/components", "./src/api"],
    from: ["./src/features", "./src/app"],
    message: "Shared rooms never look at features or at the application.",
  },
  {
    target: "./src/i18n",
    from: ["./src/api", "./src/components", "./src/features", "./src/app"],
    message: "Texts know nobody.",
  },
  {
    target: "./src/api",
    from: "./src/components",
    message: "The API client draws nothing.",
  },
  {
    target: ["./src/app", "./src/api", "./src/components", "./src/features"],
    from: "./src/testing",
    message: "Test helpers stay in tests.",
  },
];

export default tseslint.config(
  { ignores: ["dist", "coverage", "src/api/schema.d.ts"] },
  js.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [...tseslint.configs.recommendedTypeChecked, jsxA11y.flatConfigs.recommended],
    plugins: { "import-x": importX, "react-hooks": reactHooks },
    languageOptions: {
      globals: globals.browser,
      parserOptions: { project: "./tsconfig.app.json", tsconfigRootDir: import.meta.dirname },
    },
    settings: {
      "import-x/resolver-next": [
        createTypeScriptImportResolver({ project: "./tsconfig.app.json" }),
      ],
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones: fences }],
      "import-x/no-default-export": "error",
      "import-x/order": [
        "error",
        {
          groups: ["builtin", "external", "internal", ["parent", "sibling"]],
          pathGroups: [{ pattern: "@/**", group: "internal" }],
          "newlines-between": "always",
          alphabetize: { order: "asc" },
        },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A flat switch is a table and counts once.
      complexity: ["error", { max: 10, variant: "modified" }],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 120, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
    },
  },
  {
    files: ["src/**/*.test.{ts,tsx}", "src/testing/**"],
    rules: {
      // Tests may use the test helpers; a describe block is a list, not a function.
      "import-x/no-restricted-paths": ["error", { zones: fences.slice(0, -1) }],
      "max-lines-per-function": "off",
    },
  },
  {
    files: ["eslint.config.js", "vite.config.ts", "vite/*.ts", "scripts/*.mjs"],
    languageOptions: { globals: globals.node },
  },
  {
    files: ["vite.config.ts", "vite/*.ts"],
    languageOptions: { parser: tseslint.parser },
  },
  {
    files: ["public/*.js"],
    languageOptions: { globals: globals.browser, sourceType: "script" },
  },
);
