// What a labeler downloads before the first ranking: `node scripts/first-load.mjs`.
// Builds without writing anything, prints the table, and fails above the limit.
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { build } from "vite";

// The aim is 200. The view library (63), the router (29), the texts' and the queries' libraries (27)
// and the component library's core (30) are most of it; this keeps what has been won.
const AIM_KB = 200;
const LIMIT_KB = 240;
const PAGES = ["index.html", "label-home-page.tsx", "workplace-page.tsx", "ranking-board.tsx"];
const SHOWN_FILES = 12;
const SHOWN_PACKAGES = 12;

const built = await build({ logLevel: "error", build: { write: false } });
const output = (Array.isArray(built) ? built : [built]).flatMap((each) => each.output);
const files = new Map(output.map((file) => [file.fileName, file]));

/** A chunk and everything it imports at once, code and style sheets. */
function needed(name, found = new Set()) {
  const file = files.get(name);
  if (!file || found.has(name)) return found;
  found.add(name);
  for (const sheet of file.viteMetadata?.importedCss ?? []) found.add(sheet);
  for (const next of file.imports ?? []) needed(next, found);
  return found;
}

function chunkOf(page) {
  const chunks = output.filter((file) => file.type === "chunk");
  const chunk =
    chunks.find((file) => basename(file.facadeModuleId ?? "") === page) ??
    chunks.find((file) => file.moduleIds.some((id) => basename(id) === page));
  if (!chunk) throw new Error(`No chunk of the build holds ${page}: has the page moved?`);
  return chunk.fileName;
}

function contentOf(name) {
  const file = files.get(name);
  return file.type === "chunk" ? file.code : file.source;
}

function gzipped(name) {
  return gzipSync(contentOf(name)).length / 1000;
}

function packageOf(id) {
  const path = id.split("node_modules/").at(-1).split("/");
  if (!id.includes("node_modules/")) return "Concord's own code";
  return path[0].startsWith("@") ? `${path[0]}/${path[1]}` : path[0];
}

/** Bytes before compression; they say who is large, not what travels. */
function packagesIn(names) {
  const sums = new Map();
  for (const name of names) {
    for (const [id, { renderedLength }] of Object.entries(files.get(name).modules ?? {})) {
      sums.set(packageOf(id), (sums.get(packageOf(id)) ?? 0) + renderedLength / 1000);
    }
  }
  return sums;
}

function print(title, rows, limit) {
  console.log(`\n${title}`);
  const sorted = [...rows].sort((left, right) => right[1] - left[1]);
  for (const [name, kilobytes] of sorted.slice(0, limit)) {
    console.log(`${kilobytes.toFixed(1).padStart(8)}  ${name}`);
  }
  const rest = sorted.slice(limit).reduce((sum, [, kilobytes]) => sum + kilobytes, 0);
  if (rest > 0) console.log(`${rest.toFixed(1).padStart(8)}  ${sorted.length - limit} more`);
}

const names = new Set(PAGES.flatMap((page) => [...needed(chunkOf(page))]));
const sizes = [...names].map((name) => [name, gzipped(name)]);
const total = sizes.reduce((sum, [, kilobytes]) => sum + kilobytes, 0);

print("Files, kB gzipped", sizes, SHOWN_FILES);
print("Packages in them, kB before minifying", packagesIn(names), SHOWN_PACKAGES);
const asBrotli = [...names].reduce(
  (sum, name) => sum + brotliCompressSync(contentOf(name)).length / 1000,
  0,
);
console.log(
  `\n${total.toFixed(1)} kB gzipped (${asBrotli.toFixed(1)} as Brotli, which browsers get over ` +
    `HTTPS) before the first ranking; the limit is ${LIMIT_KB} kB, the aim ${AIM_KB}`,
);
if (total > LIMIT_KB) {
  console.log("Load what the first ranking does not need with import(), or drop it.");
  process.exitCode = 1;
}
