/**
 * What is wrong with a page even if nobody looks: a console error, a violation of the content
 * security policy, a request to another origin, or one that is refused without the test saying so.
 */

import type { Page, Request, Response } from "playwright-core";

/** What a page complained of, and all that it said. */
export interface Watch {
  complaints: string[];
  console: string[];
  /** Console errors like this belong to the test, such as those of a server that was killed. */
  allow: (expected: RegExp) => void;
  /** These operations of the public API are refused with this code in the test. */
  allowRefusal: (code: string, ...operations: string[]) => void;
  /** Returns when every answer so far has been judged. */
  settle: () => Promise<unknown>;
}

/** Chromium says this of each answer that is an error. It does not say which error: the answer does. */
const REFUSED = /Failed to load resource: the server responded with a status of \d+/;

export function watchPage(page: Page, origin: string): Watch {
  const expected: RegExp[] = [REFUSED];
  const refusals = new Set<string>();
  const judged: Promise<void>[] = [];
  const found: Watch = {
    complaints: [],
    console: [],
    allow: (pattern) => expected.push(pattern),
    allowRefusal: (code, ...operations) => {
      for (const operation of operations) {
        refusals.add(`${code} of ${operation}`);
      }
    },
    settle: () => Promise.all(judged),
  };
  const complain = (text: string) => {
    if (!expected.some((pattern) => pattern.test(text))) {
      found.complaints.push(text);
    }
  };
  const judge = async (response: Response) => {
    const operation = operationOf(response.request());
    const text = await response.text().catch(() => undefined);
    const isAllowed =
      text === undefined
        ? // A page that was left took the answer with it.
          [...refusals].some((refusal) => refusal.endsWith(` of ${operation}`))
        : refusals.has(`${codeOf(text)} of ${operation}`);
    const told = `${response.status()} of ${operation}: ${text ?? "unread"}`;
    found.console.push(`answer: ${told}`);
    if (!isAllowed) {
      complain(`refused: ${told}`);
    }
  };
  page.on("console", (message) => {
    const text = `${message.type()}: ${message.text()} (${message.location().url})`;
    found.console.push(text);
    if (message.type() === "error") {
      complain(text);
    }
  });
  page.on("pageerror", (error) => {
    found.console.push(`thrown: ${error.stack}`);
    complain(`thrown: ${error.message}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["data:", "blob:"].includes(url.protocol)) {
      complain(`request to another origin: ${url}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400) {
      judged.push(judge(response));
    }
  });
  return found;
}

/** `DescribeTable` of the public API, `GET /admin/v1/server` of anything else. */
function operationOf(request: Request): string {
  const target = request.headers()["x-amz-target"]?.replace(/^.*\./, "");
  return target ?? `${request.method()} ${new URL(request.url()).pathname}`;
}

/** The code of an error in the shape of either API. */
function codeOf(text: string): string | undefined {
  try {
    const { __type, code = __type } = JSON.parse(text) as { __type?: string; code?: string };
    return code?.replace(/^.*#/, "");
  } catch {
    return undefined;
  }
}
