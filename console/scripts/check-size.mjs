/**
 * Fails if the first paint needs more script than it may: the entry and the Dashboard, with
 * everything they import, gzipped as the server sends them. Run after `npm run build`.
 */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 300_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** What a browser loads before it can show `entries`. */
function closure(entries) {
  const files = new Map();
  const pending = [...entries];
  while (pending.length > 0) {
    const name = pending.pop();
    const chunk = manifest[name];
    if (chunk === undefined) {
      throw new Error(`the build has no ${name}`);
    }
    if (!files.has(chunk.file)) {
      files.set(chunk.file, gzipSync(readFileSync(new URL(chunk.file, dist)), { level: 9 }).length);
      pending.push(...(chunk.imports ?? []));
    }
  }
  return files;
}

const firstPaint = closure(["index.html", "src/dashboard/dashboard-page.tsx"]);
let total = 0;
for (const [file, bytes] of [...firstPaint].sort((a, b) => b[1] - a[1])) {
  console.log(`${String(bytes).padStart(8)}  ${file}`);
  total += bytes;
}
console.log(`${String(total).padStart(8)}  bytes of gzipped script before the first paint`);
if (total > LIMIT_BYTES) {
  console.error(`more than the limit of ${LIMIT_BYTES}`);
  process.exit(1);
}
