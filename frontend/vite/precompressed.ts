import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(?:js|css|svg)$/;
// Below this a compressed file saves no packet.
const SMALLEST_BYTES = 1_000;

const gzipped = promisify(gzip);
const brotli = promisify(brotliCompress);

/**
 * Puts a `.gz` and a `.br` beside every file worth it. WhiteNoise sends the one that the browser
 * accepts and compresses nothing itself, so without these a first visit is three times as large.
 */
export function precompressed(): Plugin {
  let folder = "";
  return {
    name: "precompressed",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async writeBundle() {
      const names = await readdir(folder, { recursive: true });
      await Promise.all(names.filter((name) => COMPRESSIBLE.test(name)).map(compress));
    },
  };

  async function compress(name: string): Promise<void> {
    const content = await readFile(join(folder, name));
    if (content.length < SMALLEST_BYTES) return;
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    await Promise.all([
      gzipped(content, { level: 9 }).then((bytes) => writeFile(join(folder, `${name}.gz`), bytes)),
      brotli(content, { params: size }).then((bytes) =>
        writeFile(join(folder, `${name}.br`), bytes),
      ),
    ]);
  }
}
