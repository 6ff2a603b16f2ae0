/** The browser tests: `npm run browser`. They run in Node and drive a real server with Chromium. */

import { defineConfig } from "vitest/config";

const shared = {
  dir: import.meta.dirname,
  // Only against a hang. Every wait within a test ends with what it waits for.
  testTimeout: 180_000,
  hookTimeout: 120_000,
};
/** What is measured in them would be the work of others. */
const ALONE = ["many.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "together",
          include: ["*.test.ts"],
          exclude: ALONE,
          // Much of the time is spent waiting, so two at once; more would only take turns.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "alone",
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
