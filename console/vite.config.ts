/**
 * How the console is built, served while developing, and tested.
 *
 * `npm run dev` needs a running server: `ANYWHEN_ENDPOINT=http://127.0.0.1:8000 npm run dev`.
 * The pages then come from Vite and every call goes through to that server.
 */

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { fontFiles } from "./scripts/font-files.ts";
import { gzipFiles } from "./scripts/gzip-files.ts";

const endpoint = process.env["ANYWHEN_ENDPOINT"] ?? "http://127.0.0.1:8000";

/** The server answers its own origin only, so the proxy speaks as if it were that origin. */
const proxied = { target: endpoint, changeOrigin: true, headers: { origin: endpoint } };

export default defineConfig({
  base: "/console/",
  plugins: [react(), fontFiles(), gzipFiles()],
  build: {
    target: "es2023",
    // Files below assets/ have their hash in their name and may be cached for ever.
    assetsDir: "assets",
    // Files and not data: addresses, as the content security policy would have it.
    assetsInlineLimit: 0,
    // Vite would warn about the size of the lazily loaded SDK; `npm run size` holds the real limit.
    chunkSizeWarningLimit: 1024,
    manifest: true,
  },
  server: {
    proxy: { "^/$": proxied, "^/admin/": proxied },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    // Cloudscape ships CSS imports, which only Vite's own pipeline understands.
    server: { deps: { inline: [/@cloudscape-design/] } },
    css: false,
    // More of them only get in each other's way: the tests share the machine with builds.
    maxWorkers: 2,
    // Only against a hang. Every wait within a test ends with what it waits for.
    testTimeout: 120_000,
  },
});
