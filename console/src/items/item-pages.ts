/**
 * Pages of a scan or a query: where each begins is kept, so that a person can go back, and only
 * the page that is looked at is held.
 *
 * With a filter the API answers what is left of the items it examined, which may be nothing for a
 * long time. So a page goes on until it is full, and stops after a fixed number of requests with
 * what it has: the person sees how many items were examined and decides to go on.
 */

import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { attributeOf, type Item } from "../values/attribute-value";
import type { ReadInput, Target } from "./explore-form";

export type Position = Record<string, AttributeValue>;

export interface ItemPage {
  items: Item[];
  /** How many items the server looked at for them. */
  examined: number;
  /** Read capacity units. */
  capacityUnits: number;
  /** Where the next page begins; absent on the last one. */
  next?: Position;
}

/** Each examines up to 1 MB: enough to be worth waiting for, and done in about a second. */
export const REQUESTS_MAX = 12;

/** The key of an item, of the table's or an index's attributes. */
export function keyOf(item: Item, parts: readonly { name: string }[]): Position {
  return Object.fromEntries(
    parts.flatMap(({ name }) => {
      const value = attributeOf(item, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * With a filter nobody knows how many must be examined: few at first, because all of them may
 * match, then as many as a request may. What is too much for the page is cut off.
 */
function limitOf(read: ReadInput, request: number, room: number): { Limit?: number } {
  if (read.input.FilterExpression === undefined) {
    return { Limit: room };
  }
  const limit = [1_000, 10_000][request];
  return limit === undefined ? {} : { Limit: limit };
}

/** What a position in the target consists of. */
function positionParts(target: Target) {
  return [...target.tableKeys, ...target.partitionKeys, ...target.sortKeys];
}

export async function readPage(
  dynamodb: DynamoDBClient,
  read: ReadInput,
  target: Target,
  { from, size }: { from: Position | undefined; size: number },
  abortSignal: AbortSignal,
): Promise<ItemPage> {
  const page: ItemPage = { items: [], examined: 0, capacityUnits: 0 };
  let start = from;
  for (let request = 0; request < REQUESTS_MAX; request += 1) {
    const room = size - page.items.length;
    const paging = {
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      ...limitOf(read, request, room),
      ReturnConsumedCapacity: "TOTAL" as const,
    };
    const reply =
      read.operation === "Query"
        ? await dynamodb.send(new QueryCommand({ ...read.input, ...paging }), { abortSignal })
        : await dynamodb.send(new ScanCommand({ ...read.input, ...paging }), { abortSignal });
    const items = reply.Items ?? [];
    page.items.push(...items.slice(0, room));
    page.examined += reply.ScannedCount ?? items.length;
    page.capacityUnits += reply.ConsumedCapacity?.CapacityUnits ?? 0;

    const last = page.items.at(-1);
    if (items.length > room && last !== undefined) {
      return { ...page, next: keyOf(last, positionParts(target)) };
    }
    start = reply.LastEvaluatedKey;
    if (start === undefined) {
      return page;
    }
    if (page.items.length >= size) {
      break;
    }
  }
  return start === undefined ? page : { ...page, next: start };
}
