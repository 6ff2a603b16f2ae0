/** Renders the console, or a part of it, at an address, against a made-up server. For tests. */

import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { BrowserRouter, MemoryRouter, Route, Routes } from "react-router";
import { vi } from "vitest";
import type { ServerInfo } from "../api/admin";
import { newQueryClient, QueryProvider } from "../api/query";
import { Notifications, NotificationsProvider } from "../app/notifications";
import { AppRoutes } from "../app/router";

export const SERVER: ServerInfo = {
  version: "1.2.3",
  account: "123456789012",
  started_at_seconds: 1_000,
  now_seconds: 1_075,
  default_region: "us-east-1",
  regions: ["eu-west-1", "us-east-1"],
  health: { ok: true },
  capabilities: {
    customer_managed_keys: { available: false, reason: "no customer keys here" },
    replicas: { available: false, reason: "no replicas here" },
    restore_to_another_region: { available: false, reason: "One Region only." },
  },
  archive: { kind: "memory", is_default: true },
  point_in_time: { period_days_min: 1, period_days_max: 35 },
  limits: { tables_max: 2500 },
  throttling: false,
  durability: "fsync",
};

/** What the made-up server answers: a body, or an error as [status, type, message, more members]. */
export type Reply = object | [number, string, string, object?];

/** A request to the public API, as it came over the wire. */
export interface Call {
  operation: string;
  region: string;
  input: Record<string, unknown>;
}

export interface MadeUpServer {
  /** Every address of the admin API that was asked for, without `/admin/v1/`, in order. */
  asked: string[];
  /** Every call of the public API, in order. */
  calls: Call[];
}

/**
 * Answers `fetch`: `admin` by path below `/admin/v1/`, `operations` by name. What is not given is
 * an error that says so, so that a test cannot pass by asking for something else.
 */
export function madeUpServer({
  admin = {},
  operations = {},
}: {
  admin?: Record<string, Reply>;
  operations?: Record<string, (input: Record<string, unknown>) => Reply>;
}): MadeUpServer {
  const calls: Call[] = [];
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (resource: RequestInfo | URL, init?: RequestInit) => {
    const request =
      resource instanceof Request
        ? resource
        : new Request(new URL(String(resource), window.location.href), init);
    const { pathname: path, search } = new URL(request.url);
    if (path.startsWith("/admin/v1/")) {
      asked.push(path.slice("/admin/v1/".length) + search);
      const name = path.slice("/admin/v1/".length);
      return answer(
        { server: SERVER, ...admin }[name] ?? [404, "NotFound", `The test gives no ${name}`],
      );
    }
    const operation = (request.headers.get("x-amz-target") ?? "").replace(/^.*\./, "");
    const input = (await request.json()) as Record<string, unknown>;
    const scope = request.headers.get("authorization")?.match(/\/\d{8}\/([^/]+)\//);
    calls.push({ operation, region: scope?.[1] ?? "", input });
    return answer(
      operations[operation]?.(input) ?? [
        400,
        "UnknownOperationException",
        `No ${operation} in the test`,
      ],
    );
  });
  return { asked, calls };
}

function answer(reply: Reply): Response {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amzn-requestid": "TESTREQUEST",
  };
  if (!Array.isArray(reply)) {
    return new Response(JSON.stringify(reply), { headers });
  }
  const [status, type, message, more = {}] = reply;
  const body = {
    __type: `com.amazonaws.dynamodb.v20120810#${type}`,
    code: type,
    message,
    ...more,
  };
  return new Response(JSON.stringify(body), { status, headers });
}

/** The whole console at an address such as `/us-east-1/tables`. */
export function renderApp(address: string) {
  return renderWith(
    <MemoryRouter initialEntries={[address]}>
      <AppRoutes />
    </MemoryRouter>,
  );
}

/** The whole console at the address of the window, which follows it. */
export function renderInBrowserHistory() {
  return renderWith(
    <BrowserRouter>
      <AppRoutes />
    </BrowserRouter>,
  );
}

/** One component in the place of a page of `us-east-1`. */
export function renderPart(part: ReactNode) {
  return renderWith(
    <MemoryRouter initialEntries={["/us-east-1"]}>
      <Notifications />
      <Routes>
        <Route path="/:region" element={part} />
        <Route path="*" element={<p>Another page</p>} />
      </Routes>
    </MemoryRouter>,
  );
}

function renderWith(content: ReactNode) {
  return render(
    <I18nProvider locale="en" messages={[messages]}>
      <QueryProvider client={newQueryClient()}>
        <NotificationsProvider>{content}</NotificationsProvider>
      </QueryProvider>
    </I18nProvider>,
  );
}
