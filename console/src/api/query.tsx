/**
 * How pages ask for data: @tanstack/react-query with the defaults of this console.
 *
 * A key begins with the Region, then the kind of thing: `[region, "table", name]`. Changes
 * invalidate by such a prefix. A query that failed keeps showing what it had.
 */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isWorthRetrying } from "./errors";

/** How often a page looks whether something that is in motion has arrived. */
export const POLL_FAST_MILLISECONDS = 1_000;
/** How often a page looks for changes that others make. */
export const POLL_SLOW_MILLISECONDS = 10_000;

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        retry: (failures, error) => failures < 1 && isWorthRetrying(error),
        retryDelay: 500,
        // The server is this machine: it can answer although the browser believes to be offline.
        networkMode: "always",
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

export function QueryProvider({ client, children }: { client: QueryClient; children: ReactNode }) {
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
