/** Which fields of a form a refusal names, each with the whole message. */

import { failureOf, messagesByMember } from "../api/errors";
import type { IndexProblems } from "./index-definition";
import type { CapacityForm, CapacityProblems } from "./throughput";

const CAPACITY_FIELDS = {
  "ProvisionedThroughput.ReadCapacityUnits": "readUnits",
  "ProvisionedThroughput.WriteCapacityUnits": "writeUnits",
  "OnDemandThroughput.MaxReadRequestUnits": "maxReadUnits",
  "OnDemandThroughput.MaxWriteRequestUnits": "maxWriteUnits",
  "WarmThroughput.ReadUnitsPerSecond": "warmReadUnits",
  "WarmThroughput.WriteUnitsPerSecond": "warmWriteUnits",
} as const satisfies Record<string, keyof CapacityForm>;

const CAPACITY_MEMBERS = Object.keys(CAPACITY_FIELDS) as (keyof typeof CAPACITY_FIELDS)[];

function capacityMessages(error: unknown): CapacityProblems {
  const messages = messagesByMember(error, CAPACITY_MEMBERS);
  return Object.fromEntries(
    CAPACITY_MEMBERS.filter((member) => messages[member] !== undefined).map((member) => [
      CAPACITY_FIELDS[member],
      messages[member],
    ]),
  );
}

/** Of the table itself: nothing if the message is about one of its indexes. */
export function tableCapacityMessages(
  error: unknown,
  indexes: Partial<IndexNames> = {},
): CapacityProblems {
  return isNone(error) ||
    refusedIndex(error, indexes) !== undefined ||
    IN_AN_INDEX.test(failureOf(error).message)
    ? {}
    : capacityMessages(error);
}

/** Of an index that is known to be the one that was refused. */
export function indexMessages(error: unknown): IndexProblems {
  const { IndexName, KeySchema, AttributeDefinitions, NonKeyAttributes, Projection } =
    messagesByMember(error, [
      "IndexName",
      "KeySchema",
      "AttributeDefinitions",
      "NonKeyAttributes",
      "Projection",
    ]);
  const projected = NonKeyAttributes ?? Projection;
  return {
    ...(IndexName === undefined ? {} : { name: IndexName }),
    partitionKeys: [KeySchema ?? AttributeDefinitions],
    sortKeys: [],
    ...(projected === undefined ? {} : { projectedAttributes: projected }),
    capacity: capacityMessages(error),
  };
}

/** Names of the indexes in a request, in its order. */
export interface IndexNames {
  global: readonly string[];
  local: readonly string[];
}

const IN_AN_INDEX = /at '(?:global|local)SecondaryIndex/;
const PLACE = /at '(global|local)SecondaryIndexes\.(\d+)\.member/;

/** The index that a message names, or whose place in the request it does. */
export function refusedIndex(
  error: unknown,
  { global = [], local = [] }: Partial<IndexNames>,
): string | undefined {
  if (isNone(error)) {
    return undefined;
  }
  const { message } = failureOf(error);
  const [, kind, place] = PLACE.exec(message) ?? [];
  if (place !== undefined) {
    return (kind === "global" ? global : local)[Number(place) - 1];
  }
  const named = /\bindex:? ([\w.-]+)/.exec(message)?.[1];
  return [...global, ...local].find((name) => name === named || `${name}.` === named);
}

function isNone(error: unknown): boolean {
  return error === null || error === undefined;
}

/** A stream that cannot be turned on; the message may name the whole of it or the view alone. */
export function streamMessage(error: unknown): string | undefined {
  const messages = messagesByMember(error, ["StreamSpecification", "StreamViewType", "stream"]);
  return firstOf(messages);
}

/** Tags that are refused: the message names them as a member, or one as "Tag Key". */
export function tagsMessage(error: unknown): string | undefined {
  return firstOf(messagesByMember(error, ["Tags", "TagKeys", "Tag"]));
}

/** A policy that is refused; most messages call it "policy document". */
export function policyMessage(error: unknown): string | undefined {
  return firstOf(messagesByMember(error, ["ResourcePolicy", "Policy", "policy document"]));
}

function firstOf(messages: Partial<Record<string, string>>): string | undefined {
  return Object.values(messages)[0];
}
