/** `test` with a server and a browser for each file, and a watched page for each test. */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Browser, Page } from "playwright-core";
import { test as base, expect } from "vitest";
import { launchBrowser, openPage, tellOfFailure } from "./browser";
import { Server } from "./server";
import type { Watch } from "./watch";

interface Fixtures {
  /** Shared by the tests of a file. */
  server: Server;
  browser: Browser;
  /** The public API of that server, to prepare data and to check it. */
  dynamodb: DynamoDBClient;
  /** A fresh page each. Afterwards it must have had nothing to complain of. */
  watched: { page: Page; watch: Watch };
  page: Page;
  watch: Watch;
}

export const test = base.extend<Fixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads what a fixture needs from it.
    async ({}, use) => {
      const server = await new Server().start();
      await use(server);
      await server.remove();
    },
    { scope: "file" },
  ],
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const browser = await launchBrowser();
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  dynamodb: async ({ server }, use) => {
    const client = new DynamoDBClient({
      region: "us-east-1",
      endpoint: server.origin,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await use(client);
    client.destroy();
  },
  watched: async ({ server, browser, task }, use) => {
    const [page, watch] = await openPage(browser, server.origin);
    await use({ page, watch });
    await watch.settle();
    if (task.result?.state === "fail" || watch.complaints.length > 0) {
      process.stderr.write(`${await tellOfFailure(page, watch, task.name)}\n`);
    }
    await page.context().close();
    expect(watch.complaints, "what the browser complained of").toEqual([]);
  },
  page: ({ watched }, use) => use(watched.page),
  watch: ({ watched }, use) => use(watched.watch),
});

export { expect };
