/** Queries about tables that several features need. */

import {
  type ContinuousBackupsDescription,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRegion } from "../app/region";
import { admin, type TableRow } from "./admin";
import { useDynamoDB } from "./dynamodb";
import { isNotFound } from "./errors";
import { POLL_FAST_MILLISECONDS, POLL_SLOW_MILLISECONDS } from "./query";

/** Every query about one table begins with this; invalidate it after a change of the table. */
export const tableKey = (region: string, tableName: string) =>
  [region, "table", tableName] as const;

/** The list of all tables of a Region. */
export const tableRowsKey = (region: string) => [region, "tables"] as const;

/** The table as DescribeTable shows it. Looks every second while something of it is in motion. */
export function useTable(tableName: string) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  return useQuery({
    queryKey: [...tableKey(region, tableName), "description"],
    queryFn: async ({ signal }): Promise<TableDescription> => {
      const command = new DescribeTableCommand({ TableName: tableName });
      const { Table } = await dynamodb.send(command, { abortSignal: signal });
      return Table ?? {};
    },
    refetchInterval: ({ state }) =>
      isTableInMotion(state.data) && !isNotFound(state.error)
        ? POLL_FAST_MILLISECONDS
        : POLL_SLOW_MILLISECONDS,
  });
}

/** Whether a table, an index or its encryption is on its way to another state. */
export function isTableInMotion(table: TableDescription | undefined): boolean {
  if (table === undefined) {
    return false;
  }
  return (
    table.TableStatus !== "ACTIVE" ||
    (table.SSEDescription?.Status ?? "ENABLED") !== "ENABLED" ||
    (table.GlobalSecondaryIndexes ?? []).some((index) => index.IndexStatus !== "ACTIVE")
  );
}

/** A table that a restore is making; ARCHIVED tables and the like are none. */
export function isRestoring(table: TableDescription): boolean {
  return table.RestoreSummary?.RestoreInProgress === true;
}

/** Continuous backups and point-in-time recovery of a table. */
export function useContinuousBackups(tableName: string, { enabled = true } = {}) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  return useQuery({
    queryKey: [...tableKey(region, tableName), "continuous-backups"],
    enabled,
    queryFn: async ({ signal }): Promise<ContinuousBackupsDescription | null> => {
      const command = new DescribeContinuousBackupsCommand({ TableName: tableName });
      const reply = await dynamodb.send(command, { abortSignal: signal });
      return reply.ContinuousBackupsDescription ?? null;
    },
    refetchInterval: POLL_SLOW_MILLISECONDS,
  });
}

const ROWS_PER_REQUEST = 1_000;

/**
 * All tables of the Region, a thousand a request. The list is filtered, sorted and paged here:
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

/** After a change: asks again for the table and for the list. */
export function useRefreshTable(): (tableName: string) => Promise<void> {
  const region = useRegion();
  const queries = useQueryClient();
  return async (tableName) => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: tableKey(region, tableName) }),
      queries.invalidateQueries({ queryKey: tableRowsKey(region) }),
    ]);
  };
}
