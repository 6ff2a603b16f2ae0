/**
 * Fails if a page needs more script than it may. Before the first paint, which is the frame of the
 * console, on whatever page: the entry with everything it imports; the Dashboard, where most begin,
 * is held to the same. Until a page is whole: that and what the page imports. Sizes are those of the
 * gzipped files that the server sends. Run after `npm run build`.
 */

import { existsSync, readFileSync, statSync } from "node:fs";

const FIRST_PAINT_LIMIT_BYTES = 300_000;
const PAGE_LIMIT_BYTES = 450_000;

const ENTRY = "index.html";
const DASHBOARD = "src/dashboard/dashboard-page.tsx";
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** Bytes of what a browser loads before it can show `entries`. */
function bytesOf(entries) {
  const files = new Map();
  const pending = [...entries];
  while (pending.length > 0) {
    const name = pending.pop();
    const chunk = manifest[name];
    if (chunk === undefined) {
      throw new Error(`the build has no ${name}`);
    }
    if (!files.has(chunk.file)) {
      files.set(chunk.file, sentBytes(chunk.file));
      pending.push(...(chunk.imports ?? []));
    }
  }
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function sentBytes(file) {
  const [plain, gzipped] = [new URL(file, dist), new URL(`${file}.gz`, dist)];
  const { size } = statSync(existsSync(gzipped) ? gzipped : plain);
  if (size > 1024 && !existsSync(gzipped)) {
    throw new Error(`${file} would be sent as it is: it has no gzipped copy`);
  }
  return size;
}

const pages = Object.keys(manifest).filter((name) => name.endsWith("-page.tsx"));
let isTooLarge = false;
function check(name, bytes, limit) {
  console.log(`${String(bytes).padStart(8)}  ${name}, at most ${limit}`);
  isTooLarge ||= bytes > limit;
}
check("before the first paint", bytesOf([ENTRY]), FIRST_PAINT_LIMIT_BYTES);
check(DASHBOARD, bytesOf([ENTRY, DASHBOARD]), FIRST_PAINT_LIMIT_BYTES);
for (const page of pages.filter((name) => name !== DASHBOARD)) {
  check(page, bytesOf([ENTRY, page]), PAGE_LIMIT_BYTES);
}
if (isTooLarge) {
  console.error("a page needs more script than it may");
  process.exit(1);
}
