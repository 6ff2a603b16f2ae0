/**
 * Puts a gzipped copy beside every file of the build that becomes smaller by it: compressed once,
 * here, for browsers that take gzip, so that the server only chooses.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = new Set([".html", ".js", ".css", ".svg", ".json"]);
/** Below this a copy saves nothing. */
const BYTES_MIN = 1024;

export function gzipFiles(): Plugin {
  return {
    name: "gzip-files",
    apply: "build",
    // After everything is written, also what is copied from public/.
    enforce: "post",
    writeBundle({ dir }) {
      if (dir === undefined) {
        throw new Error("the build has no folder");
      }
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
        if (COMPRESSIBLE.has(extname(name))) {
          compress(join(dir, name));
        }
      }
    },
  };
}

function compress(path: string): void {
  const content = readFileSync(path);
  if (content.length >= BYTES_MIN) {
    writeFileSync(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
  }
}
