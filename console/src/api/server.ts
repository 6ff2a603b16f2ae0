/** What the server says about itself, asked again every few seconds: the pulse of the console. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import {
  admin,
  type Capability,
  type CapabilityName,
  type LimitName,
  type ServerInfo,
} from "./admin";

const POLL_MILLISECONDS = 5_000;
/** While it does not answer. */
const POLL_ABSENT_MILLISECONDS = 1_000;

export function useServer() {
  return useQuery<ServerInfo>({
    queryKey: ["server"],
    queryFn: ({ signal }) => admin.server(signal),
    refetchInterval: ({ state }) =>
      state.status === "error" ? POLL_ABSENT_MILLISECONDS : POLL_MILLISECONDS,
    retry: false,
  });
}

/**
 * What the time is now in seconds, by the clock of the server: that of the browser can be wrong,
 * and what happened is written down by the server's.
 */
export function useServerClock(): () => number {
  const { data, dataUpdatedAt } = useServer();
  const ahead = data === undefined ? 0 : data.now_seconds - dataUpdatedAt / 1000;
  return () => Date.now() / 1000 + ahead;
}

/** Asks for everything on the page again as soon as a server that was away answers. */
export function useRefreshWhenBack(): void {
  const queries = useQueryClient();
  const { isError } = useServer();
  const wasAway = useRef(false);
  useEffect(() => {
    if (wasAway.current && !isError) {
      void queries.invalidateQueries();
    }
    wasAway.current = isError;
  }, [isError, queries]);
}

/** How many there may be of something; `otherwise` until the server has told. */
export function useLimit(name: LimitName, otherwise: number): number {
  const { data } = useServer();
  return data?.limits[name] ?? otherwise;
}

/** Whether the server can do something, and if not, why in its own words. */
export function useCapability(name: CapabilityName): Capability {
  const { data } = useServer();
  const { available, reason } = data?.capabilities[name] ?? { available: false };
  return { available, ...(reason === undefined ? {} : { reason: asSentence(reason) }) };
}

/** The API ends sentences with these words; here they are one. */
function asSentence(reason: string): string {
  const sentence = reason.charAt(0).toUpperCase() + reason.slice(1);
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
}
