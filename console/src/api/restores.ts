/** Restores that are running or ended lately. Apart from the other queries: it needs no SDK. */

import { useQuery } from "@tanstack/react-query";
import { useRegion } from "../app/region";
import { admin, type RestoreProgress } from "./admin";
import { POLL_FAST_MILLISECONDS, POLL_SLOW_MILLISECONDS } from "./query";

export const restoresKey = (region: string) => [region, "restores"] as const;

/** The newest first. Looks every second while one is running. */
export function useRestores() {
  const region = useRegion();
  return useQuery({
    queryKey: restoresKey(region),
    queryFn: async ({ signal }) => (await admin.restores(region, signal)).restores,
    refetchInterval: ({ state }) =>
      state.data?.some(({ state }) => state === "running") === true
        ? POLL_FAST_MILLISECONDS
        : POLL_SLOW_MILLISECONDS,
  });
}

/** The last restore that made, or was to make, a table of this name. */
export function restoreOf(
  restores: readonly RestoreProgress[] | undefined,
  tableName: string,
): RestoreProgress | undefined {
  return restores?.find(({ table_name }) => table_name === tableName);
}

/** Names of the tables that are being made from backups, and not from another table's history. */
export function tablesFromBackups(restores: readonly RestoreProgress[] | undefined): Set<string> {
  const running = (restores ?? []).filter(({ state }) => state === "running");
  return new Set(
    running.filter(({ source }) => source.includes("/backup/")).map(({ table_name }) => table_name),
  );
}
