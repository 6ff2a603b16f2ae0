/** The browser tests: `npm run browser`. They run in Node and drive a real server with Chromium. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ["*.test.ts"],
    // One Chromium at a time: it has processes of its own to fill the cores with.
    fileParallelism: false,
    // Only against a hang. Every wait within a test ends with what it waits for.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
