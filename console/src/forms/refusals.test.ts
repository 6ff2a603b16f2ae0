import { describe, expect, it } from "vitest";
import {
  indexMessages,
  policyMessage,
  refusedIndex,
  streamMessage,
  tableCapacityMessages,
  tagsMessage,
} from "./refusals";

const refusal = (message: string) =>
  Object.assign(new Error(message), { name: "ValidationException" });

const OF_TABLE =
  "One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for " +
  "table is lower than current WarmThroughput, decreasing WarmThroughput is not supported";
const OF_INDEX = OF_TABLE.replace("for table", "for index by-year");
const AT_INDEX =
  "1 validation error detected: Value '0' at 'globalSecondaryIndexes.2.member." +
  "provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value " +
  "greater than or equal to 1";
const NAMES = { global: ["by-genre", "by-year"], local: ["by-title"] };

describe("a refused capacity", () => {
  it("of the table belongs to the field that the message names", () => {
    expect(tableCapacityMessages(refusal(OF_TABLE), NAMES)).toEqual({ warmReadUnits: OF_TABLE });
    const message = "Given value 10000000000000 for WriteCapacityUnits is out of bounds";
    expect(tableCapacityMessages(refusal(message))).toEqual({ writeUnits: message });
  });

  it("of an index is not the table's", () => {
    expect(tableCapacityMessages(refusal(OF_INDEX), NAMES)).toEqual({});
    expect(tableCapacityMessages(refusal(AT_INDEX))).toEqual({});
    expect(tableCapacityMessages(null)).toEqual({});
  });
});

describe("a refused index", () => {
  it("is found by its name or by its place in the request", () => {
    expect(refusedIndex(refusal(OF_INDEX), NAMES)).toBe("by-year");
    expect(refusedIndex(refusal(AT_INDEX), NAMES)).toBe("by-year");
    expect(refusedIndex(refusal(OF_TABLE), NAMES)).toBeUndefined();
    expect(refusedIndex(undefined, NAMES)).toBeUndefined();
  });

  it("says which of its fields is meant", () => {
    expect(indexMessages(refusal(AT_INDEX)).capacity).toEqual({ readUnits: AT_INDEX });
    const message = "Duplicate element in NonKeyAttributes: x";
    expect(indexMessages(refusal(message)).projectedAttributes).toBe(message);
  });
});

describe("a refused setting", () => {
  it("is told by the words that the server has for it", () => {
    const tag = "Tag Key cannot be prefixed with aws:, Key: aws:x";
    expect(tagsMessage(refusal(tag))).toBe(tag);
    const policy = "Invalid policy document: Statement is missing or empty";
    expect(policyMessage(refusal(policy))).toBe(policy);
    const stream = "Table already has an enabled stream: TableName: Music";
    expect(streamMessage(refusal(stream))).toBe(stream);
    const key = "Both the Hash Key and the Range Key element in the KeySchema have the same name";
    expect(tagsMessage(refusal(key))).toBeUndefined();
  });
});
