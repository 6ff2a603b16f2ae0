/** Queries about backups. */

import {
  type BackupDescription,
  type BackupSummary,
  DescribeBackupCommand,
  type DynamoDBClient,
  ListBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useDynamoDB } from "../api/dynamodb";
import { POLL_FAST_MILLISECONDS } from "../api/query";
import { useRegion } from "../app/region";
import { type BackupQuery, listBackupsInput } from "./list-query";

/** Every list of backups begins with this; invalidate it after a change. */
export const backupsKey = (region: string) => [region, "backups"] as const;

/**
 * All backups a query finds. The API gives a hundred at a time, by table and by time: those there
 * are can be shown while the rest comes.
 */
export function useBackups(query: BackupQuery) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  const list = useInfiniteQuery({
    queryKey: [...backupsKey(region), query],
    queryFn: ({ pageParam, signal }) => listBackups(dynamodb, query, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.lastArn,
    // Asking again asks for every page there is.
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => {
      const pages = state.data?.pages ?? [];
      const requests = pages.reduce((sum, { requests }) => sum + requests, 0);
      return pages.some(hasUnfinished) ? POLL_FAST_MILLISECONDS * requests : false;
    },
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const pages = list.data?.pages;
  const backups = useMemo(() => (pages ?? []).flatMap((page) => page.backups), [pages]);
  return {
    backups,
    /** Whether there are more than those. */
    hasMore: hasNextPage,
    isPending: list.isPending,
    isLoadingRest: hasNextPage && !isError,
    error: list.error,
    refetch: list.refetch,
  };
}

interface BackupPage {
  backups: BackupSummary[];
  /** Where the next page begins; undefined on the last one. */
  lastArn: string | undefined;
  /** How many it took. */
  requests: number;
}

/** The first answer is shown at once; after it the list is drawn anew every so many requests. */
const REQUESTS_A_PAGE = 20;

async function listBackups(
  dynamodb: DynamoDBClient,
  query: BackupQuery,
  startArn: string | undefined,
  abortSignal: AbortSignal,
): Promise<BackupPage> {
  const requestsMax = startArn === undefined ? 1 : REQUESTS_A_PAGE;
  const page: BackupPage = { backups: [], lastArn: startArn, requests: 0 };
  while (page.requests < requestsMax) {
    const command = new ListBackupsCommand(listBackupsInput(query, page.lastArn));
    const reply = await dynamodb.send(command, { abortSignal });
    page.requests += 1;
    page.backups.push(...(reply.BackupSummaries ?? []));
    page.lastArn = reply.LastEvaluatedBackupArn;
    if (page.lastArn === undefined) {
      break;
    }
  }
  return page;
}

function hasUnfinished({ backups }: BackupPage): boolean {
  return backups.some(({ BackupStatus }) => BackupStatus === "CREATING");
}

/**
 * Lists are long: what was deleted is taken out of them instead of asking for all of it again. What
 * is being asked for meanwhile may still tell of it, so that is given up, and asked for anew.
 */
export function useForgetBackup(): (backupArn: string) => Promise<void> {
  const region = useRegion();
  const queries = useQueryClient();
  return async (arn) => {
    const lists = { queryKey: backupsKey(region) };
    await queries.cancelQueries(lists);
    queries.setQueriesData<InfiniteData<BackupPage>>(
      lists,
      (list) =>
        list && {
          ...list,
          pages: list.pages.map((page) => ({
            ...page,
            backups: page.backups.filter(({ BackupArn }) => BackupArn !== arn),
          })),
        },
    );
    // A list that is shown goes on by itself, but not one that has nothing to show yet.
    void queries.refetchQueries({
      ...lists,
      type: "active",
      predicate: ({ state }) => state.data === undefined,
    });
  };
}

/** After a backup was made: every list begins anew with its first page. */
export function useResetBackups(): () => Promise<void> {
  const region = useRegion();
  const queries = useQueryClient();
  return () => queries.resetQueries({ queryKey: backupsKey(region) });
}

/** One backup with what its table was. */
export function useBackup(backupArn: string) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  return useQuery({
    queryKey: [region, "backup", backupArn],
    queryFn: async ({ signal }): Promise<BackupDescription> => {
      const command = new DescribeBackupCommand({ BackupArn: backupArn });
      const { BackupDescription } = await dynamodb.send(command, { abortSignal: signal });
      return BackupDescription ?? {};
    },
    refetchInterval: ({ state }) =>
      state.data?.BackupDetails?.BackupStatus === "CREATING" ? POLL_FAST_MILLISECONDS : false,
  });
}
