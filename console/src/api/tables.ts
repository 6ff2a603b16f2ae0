/** Queries about tables that several features need. */

import {
  type ContinuousBackupsDescription,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRegion } from "../app/region";
import { useDynamoDB } from "./dynamodb";
import { isNotFound } from "./errors";
import { POLL_FAST_MILLISECONDS, POLL_SLOW_MILLISECONDS } from "./query";
import { tableRowsKey } from "./table-rows";

/** Every query about one table begins with this; invalidate it after a change of the table. */
export const tableKey = (region: string, tableName: string) =>
  [region, "table", tableName] as const;

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

/** Of those AWS's console says Restoring; of a table that is made from a backup it says Creating. */
export function isRestoringToPointInTime(table: TableDescription): boolean {
  return isRestoring(table) && table.RestoreSummary?.SourceBackupArn === undefined;
}

/** Continuous backups and point-in-time recovery of a table. */
export function useContinuousBackups(
  tableName: string,
  { enabled = true, pollMilliseconds = POLL_SLOW_MILLISECONDS } = {},
) {
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
    refetchInterval: pollMilliseconds,
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
