/** All tables of a Region in one query. Apart from the other queries, because it needs no SDK. */

import { useQuery } from "@tanstack/react-query";
import { useRegion } from "../app/region";
import { admin, type TableRow } from "./admin";
import { POLL_FAST_MILLISECONDS, POLL_SLOW_MILLISECONDS } from "./query";

export const tableRowsKey = (region: string) => [region, "tables"] as const;

/** As many as the server gives, and as a Region can have. */
const ROWS_PER_REQUEST = 2_500;

/**
 * All tables of the Region. The list is filtered, sorted and paged here:
 * 2,500 rows are nothing to a browser.
 */
export function useTableRows() {
  const region = useRegion();
  return useQuery({
    queryKey: tableRowsKey(region),
    queryFn: async ({ signal }) => {
      const rows: TableRow[] = [];
      let start: string | undefined;
      do {
        const page = await admin.tables(region, { start, limit: ROWS_PER_REQUEST }, signal);
        rows.push(...page.tables);
        start = page.next_start;
      } while (start !== undefined);
      return rows;
    },
    refetchInterval: ({ state }) =>
      state.data?.some((row) => row.status !== "ACTIVE") === true
        ? POLL_FAST_MILLISECONDS
        : POLL_SLOW_MILLISECONDS,
  });
}
