import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import {
  type ExploreForm,
  exploreProblems,
  hasExploreProblem,
  newExploreForm,
  readInput,
  sortOperatorsFor,
  type Target,
  targetsOf,
} from "./explore-form";
import { type FilterForm, newFilter, operatorsFor, withOperator, withType } from "./filter-form";

const TABLE: TableDescription = {
  TableName: "Orders",
  KeySchema: [
    { AttributeName: "Date", KeyType: "HASH" },
    { AttributeName: "Size", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "Date", AttributeType: "S" },
    { AttributeName: "Size", AttributeType: "N" },
    { AttributeName: "Tenant", AttributeType: "S" },
    { AttributeName: "Region", AttributeType: "S" },
    { AttributeName: "Year", AttributeType: "N" },
    { AttributeName: "Name", AttributeType: "S" },
    { AttributeName: "Hash", AttributeType: "B" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "many",
      KeySchema: [
        { AttributeName: "Tenant", KeyType: "HASH" },
        { AttributeName: "Region", KeyType: "HASH" },
        { AttributeName: "Year", KeyType: "RANGE" },
        { AttributeName: "Name", KeyType: "RANGE" },
      ],
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: "local",
      KeySchema: [
        { AttributeName: "Date", KeyType: "HASH" },
        { AttributeName: "Hash", KeyType: "RANGE" },
      ],
    },
  ],
};
const [TABLE_TARGET, MANY, LOCAL] = targetsOf(TABLE) as [Target, Target, Target];

const form = (change: Partial<ExploreForm>): ExploreForm => ({ ...newExploreForm(), ...change });
const filter = (change: Partial<FilterForm>): FilterForm => ({ ...newFilter(), ...change });
const input = (target: Target, change: Partial<ExploreForm>) =>
  readInput("Orders", target, form(change)).input;

describe("a scan", () => {
  it("asks for nothing but the table when nothing is chosen", () => {
    expect(readInput("Orders", TABLE_TARGET, newExploreForm())).toEqual({
      operation: "Scan",
      input: { TableName: "Orders" },
    });
  });

  it("reads the keys with the attributes that are asked for, each once, by placeholder", () => {
    expect(input(MANY, { attributes: ["Year", "Count"] })).toEqual({
      TableName: "Orders",
      IndexName: "many",
      ProjectionExpression: "#n0, #n1, #n2, #n3, #n4, #n5, #n6",
      ExpressionAttributeNames: {
        "#n0": "Date",
        "#n1": "Size",
        "#n2": "Tenant",
        "#n3": "Region",
        "#n4": "Year",
        "#n5": "Name",
        "#n6": "Count",
      },
    });
  });

  it("reads everything when the names were deleted again, and no empty name", () => {
    expect(input(TABLE_TARGET, { attributes: [""] })).toEqual({ TableName: "Orders" });
    expect(input(TABLE_TARGET, { attributes: ["", "Note", ""] })).toMatchObject({
      ExpressionAttributeNames: { "#n0": "Date", "#n1": "Size", "#n2": "Note" },
    });
  });

  it("is strongly consistent where an index can be", () => {
    expect(input(LOCAL, { consistent: true })).toEqual({
      TableName: "Orders",
      IndexName: "local",
      ConsistentRead: true,
    });
    expect(input(MANY, { consistent: true })).toEqual({ TableName: "Orders", IndexName: "many" });
  });
});

describe("a filter", () => {
  const expression = (change: Partial<FilterForm>) => {
    const { FilterExpression, ExpressionAttributeNames, ExpressionAttributeValues } = input(
      TABLE_TARGET,
      { filters: [filter({ name: "a.b", ...change })] },
    );
    expect(ExpressionAttributeNames).toEqual({ "#n0": "a.b" });
    return [FilterExpression, ExpressionAttributeValues];
  };

  it.each(["=", "<>", "<", "<=", ">", ">="] as const)("compares by %s", (operator) => {
    expect(expression({ operator, type: "N", text: " 1 " })).toEqual([
      `#n0 ${operator} :v0`,
      { ":v0": { N: "1" } },
    ]);
  });

  it("has a function for each other operator", () => {
    expect(expression({ operator: "between", type: "N", text: "1", upper: "2" })).toEqual([
      "#n0 BETWEEN :v0 AND :v1",
      { ":v0": { N: "1" }, ":v1": { N: "2" } },
    ]);
    expect(expression({ operator: "in", text: "x\n\ny" })).toEqual([
      "#n0 IN (:v0, :v1)",
      { ":v0": { S: "x" }, ":v1": { S: "y" } },
    ]);
    expect(expression({ operator: "contains", text: "x" })).toEqual([
      "contains(#n0, :v0)",
      { ":v0": { S: "x" } },
    ]);
    expect(expression({ operator: "not contains", text: "" })).toEqual([
      "NOT contains(#n0, :v0)",
      { ":v0": { S: "" } },
    ]);
    expect(expression({ operator: "begins_with", type: "B", text: "AQI=" })).toEqual([
      "begins_with(#n0, :v0)",
      { ":v0": { B: new Uint8Array([1, 2]) } },
    ]);
    expect(expression({ operator: "exists" })).toEqual(["attribute_exists(#n0)", undefined]);
    expect(expression({ operator: "not exists" })).toEqual([
      "attribute_not_exists(#n0)",
      undefined,
    ]);
    expect(expression({ operator: "type", text: "SS" })).toEqual([
      "attribute_type(#n0, :v0)",
      { ":v0": { S: "SS" } },
    ]);
    expect(expression({ type: "BOOL", text: "false" })).toEqual([
      "#n0 = :v0",
      { ":v0": { BOOL: false } },
    ]);
    expect(expression({ type: "NULL" })).toEqual(["#n0 = :v0", { ":v0": { NULL: true } }]);
  });

  it("is joined with others by AND, one placeholder for each name", () => {
    const filters = [
      filter({ name: "size", operator: "exists" }),
      filter({ name: "SELECT", text: "x" }),
      filter({ name: "size", text: "y" }),
    ];
    expect(input(TABLE_TARGET, { filters })).toMatchObject({
      FilterExpression: "attribute_exists(#n0) AND #n1 = :v0 AND #n0 = :v1",
      ExpressionAttributeNames: { "#n0": "size", "#n1": "SELECT" },
    });
  });

  it("keeps the first of many values where there is a field for one", () => {
    const many: FilterForm = { ...newFilter(), name: "a", operator: "in", text: "\nab\ncd" };
    expect(withOperator(many, "=")).toEqual({ ...many, operator: "=", text: "ab" });
    expect(withOperator(withOperator(many, "exists"), "<").text).toBe("ab");
    expect(withType(withType(many, "NULL"), "S")).toEqual({ ...many, operator: "=", text: "ab" });
    expect(withType(many, "N")).toEqual({ ...many, type: "N" });
    expect(withOperator(withOperator(many, "type"), "=").text).toBe("");
    expect(withType(many, "BOOL").text).toBe("true");
  });

  it("offers what makes sense of its type", () => {
    expect(operatorsFor("BOOL")).toEqual(["=", "<>", "exists", "not exists", "type"]);
    expect(operatorsFor("N")).not.toContain("begins_with");
    expect(operatorsFor("S")).toHaveLength(14);
    expect(sortOperatorsFor("N")).not.toContain("begins_with");
    expect(sortOperatorsFor("B")).toContain("begins_with");
  });
});

describe("a query", () => {
  it("names every part of the key, in its order", () => {
    expect(
      readInput(
        "Orders",
        MANY,
        form({
          operation: "Query",
          partition: ["acme", "eu"],
          sort: [
            { operator: "=", text: "2026", upper: "" },
            { operator: "begins_with", text: "A", upper: "" },
          ],
          descending: true,
          filters: [filter({ name: "Year", type: "N", operator: ">", text: "1" })],
        }),
      ),
    ).toEqual({
      operation: "Query",
      input: {
        TableName: "Orders",
        IndexName: "many",
        KeyConditionExpression: "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2 AND begins_with(#n3, :v3)",
        FilterExpression: "#n2 > :v4",
        ExpressionAttributeNames: {
          "#n0": "Tenant",
          "#n1": "Region",
          "#n2": "Year",
          "#n3": "Name",
        },
        ExpressionAttributeValues: {
          ":v0": { S: "acme" },
          ":v1": { S: "eu" },
          ":v2": { N: "2026" },
          ":v3": { S: "A" },
          ":v4": { N: "1" },
        },
        ScanIndexForward: false,
      },
    });
  });

  it("has no sort condition without a value, and both bounds of between", () => {
    expect(input(TABLE_TARGET, { operation: "Query", partition: ["x"] })).toMatchObject({
      KeyConditionExpression: "#n0 = :v0",
    });
    expect(
      input(TABLE_TARGET, {
        operation: "Query",
        partition: ["x"],
        sort: [{ operator: "between", text: "1", upper: "2" }],
      }),
    ).toMatchObject({
      KeyConditionExpression: "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2",
      ExpressionAttributeValues: { ":v0": { S: "x" }, ":v1": { N: "1" }, ":v2": { N: "2" } },
    });
  });
});

describe("the checks while typing", () => {
  const problems = (target: Target, change: Partial<ExploreForm>) =>
    exploreProblems(target, form(change));

  it("want the whole partition key of a query and none of a scan", () => {
    expect(problems(MANY, { operation: "Query", partition: ["a"] }).partition).toEqual([
      undefined,
      "Enter a value.",
    ]);
    expect(hasExploreProblem(problems(MANY, {}))).toBe(false);
  });

  it("want several sort keys from the left, all but the last equal", () => {
    const sort = (first: [string, string], second: [string, string]) =>
      problems(MANY, {
        operation: "Query",
        partition: ["a", "b"],
        sort: [first, second].map(([operator, text]) => ({
          operator: operator as "=",
          text,
          upper: "",
        })),
      }).sort;
    expect(sort(["=", ""], ["=", "A"])[0]).toContain("Enter a value");
    expect(sort(["<", "1"], ["=", "A"])[0]).toContain("Only the last");
    expect(sort(["=", "1"], ["<", "A"])).toEqual([undefined, undefined]);
    expect(sort(["<", "x"], ["=", ""])[0]).toContain("Enter a number");
  });

  it("want a name and a fitting value of each filter", () => {
    const of = (change: Partial<FilterForm>) => {
      const one = filter({ name: "a", ...change });
      return problems(TABLE_TARGET, { filters: [one] }).filters.get(one.id);
    };
    expect(of({ name: "" })).toEqual({ name: "Enter the name of an attribute." });
    expect(of({ text: "" })).toEqual({});
    expect(of({ type: "N", text: "x" })?.value).toContain("number");
    expect(of({ type: "N", operator: "between", text: "1", upper: "" })?.value).toContain("number");
    expect(of({ type: "B", text: "?" })?.value).toBe("Enter base64.");
    expect(of({ operator: "in", text: "\n" })?.value).toBe("Enter at least one value.");
    expect(of({ operator: "in", text: "a\n".repeat(101) })?.value).toContain("100");
    expect(of({ operator: "type" })?.value).toBe("Choose a type.");
    expect(of({ operator: "exists", type: "N" })).toEqual({});
  });
});
