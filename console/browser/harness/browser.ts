/**
 * Chromium, with pages that are watched.
 *
 * ANYWHEN_CHROMIUM names the browser. ANYWHEN_CONSOLE_DIST names a folder whose files are served in
 * the place of those in the server, so that pages can be tested without building the server anew.
 */

import { mkdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Watch, watchPage } from "./watch";

export const SCREENSHOTS = resolve(import.meta.dirname, "../../screenshots");
export const TIME_ZONE = "Europe/Berlin";

/** Against a hang, on a machine that has other things to do. */
const WAIT_MILLISECONDS = 45_000;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["ANYWHEN_CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export async function openPage(browser: Browser, origin: string): Promise<[Page, Watch]> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1280, height: 900 },
    timezoneId: TIME_ZONE,
    locale: "en-US",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(WAIT_MILLISECONDS);
  await serveFolder(context);
  // In the console they are errors with the policy in them; this says what exactly was refused.
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`Content security policy: ${violatedDirective} refuses ${blockedURI}`),
    );
  });
  const page = await context.newPage();
  return [page, watchPage(page, origin)];
}

/** For a failed test: where the page was, what it said, how it looked. */
export async function tellOfFailure(page: Page, found: Watch, testName: string): Promise<string> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const path = join(SCREENSHOTS, `failed-${testName.replaceAll(/\W+/g, "-")}.png`);
  const shown = await page.screenshot({ path }).then(
    () => path,
    (error: Error) => `none: ${error.message}`,
  );
  return [
    `Page: ${page.url()}`,
    `Screenshot: ${shown}`,
    "Console:",
    ...found.console.slice(-50).map((line) => `  ${line}`),
  ].join("\n");
}

const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The policy that the server sends with its own copy. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function serveFolder(context: BrowserContext): Promise<void> {
  const folder = process.env["ANYWHEN_CONSOLE_DIST"];
  if (folder === undefined) {
    return;
  }
  await context.route(/^[^?]*\/console\//, (route) => {
    const { pathname } = new URL(route.request().url());
    const named = join(folder, pathname.slice("/console/".length));
    const isFile = statSync(named, { throwIfNoEntry: false })?.isFile() === true;
    const path = isFile ? named : join(folder, "index.html");
    return route.fulfill({
      body: readFileSync(path),
      contentType: TYPES[extname(path)] ?? "application/octet-stream",
      headers: { "content-security-policy": POLICY },
    });
  });
}
