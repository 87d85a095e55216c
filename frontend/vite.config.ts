/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { componentStyles } from "./vite/component-styles.ts";
import { precompressed } from "./vite/precompressed.ts";

const backend = process.env.CONCORD_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  plugins: [react(), componentStyles(), precompressed()],
  // The web process serves the built files from here; the development server from the root.
  base: command === "build" ? "/static/" : "/",
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "dist",
    target: "es2022",
    // The polyfill is an inline script, which the content security policy refuses.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What most pages share travels as one file: fifty small ones compress badly. A labeler
        // loads it before the first ranking, so what only researchers' pages share stays out.
        codeSplitting: { groups: [{ name: "common", minShareCount: 40 }] },
      },
    },
  },
  server: { proxy: { "/api": backend } },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    restoreMocks: true,
    unstubGlobals: true,
    // One core would be left free, which of two is half the machine.
    maxWorkers: "100%",
    // The machines this runs on have two cores; keyboard tests on them are slow, not stuck.
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
}));
