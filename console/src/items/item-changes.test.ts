import { describe, expect, it } from "vitest";
import { forRandom } from "../testing/random";
import { randomItem } from "../testing/random-items";
import type { KeyPart } from "./explore-form";
import {
  CHANGED_ATTRIBUTES_MAX,
  changedNames,
  createInput,
  editsOnto,
  keyProblem,
  updateInput,
} from "./item-changes";

const KEYS: KeyPart[] = [
  { name: "Artist", type: "S" },
  { name: "Year", type: "N" },
];
const KEY = { Artist: { S: "Nina" }, Year: { N: "1965" } };

describe("saving an edited item", () => {
  it("changes what differs, if all of the item is as it was read", () => {
    const before = { ...KEY, Title: { S: "a" }, Label: { S: "old" }, Length: { N: "3" } };
    const after = { ...KEY, Title: { S: "b" }, Length: { N: "3" }, status: { BOOL: true } };
    expect(updateInput("Music", KEYS, before, after)).toEqual({
      TableName: "Music",
      Key: KEY,
      UpdateExpression: "SET #n0 = :v0, #n1 = :v1 REMOVE #n2",
      ConditionExpression:
        "#n3 = :v2 AND #n4 = :v3 AND #n0 = :v4 AND #n2 = :v5 AND #n5 = :v6 AND " +
        "attribute_not_exists(#n1)",
      ExpressionAttributeNames: {
        "#n0": "Title",
        "#n1": "status",
        "#n2": "Label",
        "#n3": "Artist",
        "#n4": "Year",
        "#n5": "Length",
      },
      ExpressionAttributeValues: {
        ":v0": { S: "b" },
        ":v1": { BOOL: true },
        ":v2": { S: "Nina" },
        ":v3": { N: "1965" },
        ":v4": { S: "a" },
        ":v5": { S: "old" },
        ":v6": { N: "3" },
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("compares only keys and changes where an expression could not hold all attributes", () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`a${at}`, { N: String(at) }]),
    );
    const input = updateInput(
      "Music",
      KEYS,
      { ...KEY, ...many },
      { ...KEY, ...many, a7: { N: "0" } },
    );
    expect(input.ConditionExpression).toBe("#n1 = :v1 AND #n2 = :v2 AND #n0 = :v3");
    expect(input.ExpressionAttributeNames).toEqual({ "#n0": "a7", "#n1": "Artist", "#n2": "Year" });
  });
});

describe("the most attributes that are saved at once", () => {
  it("fit into the 300 operators and 4 KB of an expression", () => {
    const many = (value: string) =>
      Object.fromEntries(
        Array.from({ length: CHANGED_ATTRIBUTES_MAX }, (_, at) => [`a${at}`, { S: value }]),
      );
    const input = updateInput("Music", KEYS, { ...KEY, ...many("x") }, { ...KEY, ...many("y") });
    const condition = input.ConditionExpression ?? "";
    expect(condition.match(/ = | AND /g)?.length).toBeLessThanOrEqual(300);
    expect(condition.length).toBeLessThanOrEqual(4096);
    expect(input.UpdateExpression?.length).toBeLessThanOrEqual(4096);
  });
});

describe("a new item", () => {
  it("is refused where there is one", () => {
    expect(createInput("Music", KEYS, KEY)).toEqual({
      TableName: "Music",
      Item: KEY,
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": "Artist" },
    });
  });

  it("must have its key", () => {
    expect(keyProblem(KEYS, { Artist: { S: "x" } })).toBe("The key attribute Year is missing.");
    expect(keyProblem(KEYS, { ...KEY, Year: { S: "1" } })).toBe(
      "The key attribute Year must be of type N.",
    );
    expect(keyProblem(KEYS, KEY)).toBeUndefined();
  });
});

describe("edits on top of another writer's", () => {
  it("change what was edited and leave the rest as it is now", () => {
    forRandom(500, (random) => {
      const [before, after, current] = [randomItem(random), randomItem(random), randomItem(random)];
      const edited = new Set(changedNames(before, after));
      const merged = editsOnto(before, after, current);
      for (const name of new Set([...Object.keys(merged), ...Object.keys(current), ...edited])) {
        const own = (item: object) => Object.getOwnPropertyDescriptor(item, name)?.value;
        expect(own(merged)).toEqual(own(edited.has(name) ? after : current));
      }
      expect(changedNames(current, editsOnto(before, before, current))).toEqual([]);
    });
  });
});
