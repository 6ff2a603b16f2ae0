/** Queries about what DescribeTable does not show: time to live, tags, resource policy. */

import {
  DescribeTimeToLiveCommand,
  GetResourcePolicyCommand,
  ListTagsOfResourceCommand,
  type Tag,
  type TimeToLiveDescription,
} from "@aws-sdk/client-dynamodb";
import { useQuery } from "@tanstack/react-query";
import { useRegion } from "../app/region";
import { useDynamoDB } from "./dynamodb";
import { failureOf, isNotFound } from "./errors";
import { POLL_FAST_MILLISECONDS, POLL_SLOW_MILLISECONDS } from "./query";
import { tableKey } from "./tables";

/** On its way on or off: a large table is ENABLING until its items were gone through. */
export function isTimeToLiveInMotion(description: TimeToLiveDescription | undefined): boolean {
  return /^(ENABLING|DISABLING)$/.test(description?.TimeToLiveStatus ?? "");
}

/** Items expire as soon as it is ENABLING, and it can be turned off then. */
export function isTimeToLiveOn(description: TimeToLiveDescription | undefined): boolean {
  return /^(ENABLING|ENABLED)$/.test(description?.TimeToLiveStatus ?? "");
}

export function useTimeToLive(tableName: string) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  return useQuery({
    queryKey: [...tableKey(region, tableName), "time-to-live"],
    queryFn: async ({ signal }): Promise<TimeToLiveDescription> => {
      const command = new DescribeTimeToLiveCommand({ TableName: tableName });
      const { TimeToLiveDescription } = await dynamodb.send(command, { abortSignal: signal });
      return TimeToLiveDescription ?? {};
    },
    refetchInterval: ({ state }) =>
      isTimeToLiveInMotion(state.data) && !isNotFound(state.error)
        ? POLL_FAST_MILLISECONDS
        : POLL_SLOW_MILLISECONDS,
  });
}

/** All tags, however many pages they come in. */
export function useTags(tableName: string, resourceArn: string) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  return useQuery({
    queryKey: [...tableKey(region, tableName), "tags"],
    queryFn: async ({ signal }) => {
      const tags: Tag[] = [];
      let NextToken: string | undefined;
      do {
        const command = new ListTagsOfResourceCommand({ ResourceArn: resourceArn, NextToken });
        const page = await dynamodb.send(command, { abortSignal: signal });
        tags.push(...(page.Tags ?? []));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return tags;
    },
  });
}

export interface ResourcePolicy {
  policy: string;
  revisionId: string;
}

/** Null if the table has none, which the API calls an error. */
export function useResourcePolicy(tableName: string, resourceArn: string) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  return useQuery({
    queryKey: [...tableKey(region, tableName), "policy"],
    queryFn: async ({ signal }): Promise<ResourcePolicy | null> => {
      const command = new GetResourcePolicyCommand({ ResourceArn: resourceArn });
      try {
        const { Policy, RevisionId } = await dynamodb.send(command, { abortSignal: signal });
        return { policy: Policy ?? "", revisionId: RevisionId ?? "" };
      } catch (error) {
        if (failureOf(error).code === "PolicyNotFoundException") {
          return null;
        }
        throw error;
      }
    },
  });
}
