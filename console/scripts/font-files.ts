/**
 * Cloudscape's styles hold their fonts inline, four fifths of the style sheet. This plugin makes
 * files of them, so that text shows before they are there and they are loaded only where used.
 */

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

const INLINE_FONT = /url\((['"]?)data:font\/(woff2?);base64,([A-Za-z0-9+/=]+)\1\)/g;

export function fontFiles(): Plugin {
  return {
    name: "font-files",
    apply: "build",
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "asset" || !file.fileName.endsWith(".css")) {
          continue;
        }
        file.source = file.source
          .toString()
          .replace(INLINE_FONT, (_match, _quote, extension: string, base64: string) => {
            const source = Buffer.from(base64, "base64");
            const hash = createHash("sha256").update(source).digest("hex").slice(0, 12);
            const fileName = `assets/font-${hash}.${extension}`;
            this.emitFile({ type: "asset", fileName, source });
            // Style sheets are in the same folder.
            return `url(./font-${hash}.${extension})`;
          });
      }
    },
  };
}
