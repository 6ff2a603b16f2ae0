import { describe, expect, it } from "vitest";
import { newGlobalIndex, newLocalIndex } from "./index-definition";
import {
  createTableInput,
  hasTableProblem,
  newTableForm,
  recoveryInput,
  type TableForm,
  tableProblems,
  timeToLiveInput,
  withDefaultSettings,
} from "./table-definition";

function music(change: Partial<TableForm> = {}): TableForm {
  return {
    ...newTableForm(),
    name: "Music",
    partitionKey: { name: "Artist", type: "S" },
    sortKey: { name: "Year", type: "N" },
    ...change,
  };
}

const everything = music({
  throughput: {
    billingMode: "PROVISIONED",
    readUnits: "3",
    writeUnits: "4",
    maxReadUnits: "99",
    maxWriteUnits: "",
    warmReadUnits: "20000",
    warmWriteUnits: "",
  },
  tableClass: "STANDARD_INFREQUENT_ACCESS",
  globalIndexes: [
    {
      ...newGlobalIndex(),
      name: "by-year",
      partitionKeys: [
        { name: "Year", type: "N" },
        { name: "Genre", type: "S" },
      ],
      sortKeys: [{ name: "Hash", type: "B" }],
      projection: "KEYS_ONLY",
    },
  ],
  localIndexes: [
    { ...newLocalIndex(), name: "by-genre", sortKeys: [{ name: "Genre", type: "S" }] },
  ],
  encryption: { choice: "managed", keyId: "" },
  deletionProtection: true,
  stream: "NEW_AND_OLD_IMAGES",
  resourcePolicy: '{"Version":"2012-10-17"}',
  timeToLiveAttribute: "expires",
  pointInTimeRecovery: true,
  recoveryPeriodDays: "7",
  tags: [{ key: "team", value: "blue", existing: false }],
});

describe("CreateTable", () => {
  it("of the least there is asks for a partition key and nothing else", () => {
    expect(createTableInput(music({ sortKey: { name: "", type: "N" } }))).toEqual({
      TableName: "Music",
      KeySchema: [{ AttributeName: "Artist", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "Artist", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    });
  });

  it("of everything has every member, each attribute defined once", () => {
    expect(createTableInput(everything)).toEqual({
      TableName: "Music",
      KeySchema: [
        { AttributeName: "Artist", KeyType: "HASH" },
        { AttributeName: "Year", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "Artist", AttributeType: "S" },
        { AttributeName: "Year", AttributeType: "N" },
        { AttributeName: "Genre", AttributeType: "S" },
        { AttributeName: "Hash", AttributeType: "B" },
      ],
      BillingMode: "PROVISIONED",
      ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
      WarmThroughput: { ReadUnitsPerSecond: 20_000 },
      GlobalSecondaryIndexes: [
        {
          IndexName: "by-year",
          KeySchema: [
            { AttributeName: "Year", KeyType: "HASH" },
            { AttributeName: "Genre", KeyType: "HASH" },
            { AttributeName: "Hash", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
          ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: "by-genre",
          KeySchema: [
            { AttributeName: "Artist", KeyType: "HASH" },
            { AttributeName: "Genre", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      TableClass: "STANDARD_INFREQUENT_ACCESS",
      SSESpecification: { Enabled: true, SSEType: "KMS" },
      DeletionProtectionEnabled: true,
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      ResourcePolicy: '{"Version":"2012-10-17"}',
      Tags: [{ Key: "team", Value: "blue" }],
    });
  });

  it("with default settings keeps name, keys and tags only", () => {
    const input = createTableInput(withDefaultSettings(everything));
    expect(Object.keys(input).sort()).toEqual([
      "AttributeDefinitions",
      "BillingMode",
      "KeySchema",
      "TableName",
      "Tags",
    ]);
  });
});

describe("what follows once the table is there", () => {
  it("is nothing by default", () => {
    expect(timeToLiveInput(music())).toBeUndefined();
    expect(recoveryInput(music())).toBeUndefined();
  });

  it("is time to live and point-in-time recovery, with the period if one is typed", () => {
    expect(timeToLiveInput(everything)).toEqual({
      TableName: "Music",
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
    });
    expect(recoveryInput(everything)).toEqual({
      TableName: "Music",
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 7,
      },
    });
    expect(recoveryInput({ ...everything, recoveryPeriodDays: undefined })).toEqual({
      TableName: "Music",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });
});

describe("problems", () => {
  it("are none in a form that is complete", () => {
    expect(hasTableProblem(tableProblems(music()))).toBe(false);
    expect(hasTableProblem(tableProblems(everything))).toBe(false);
  });

  it("name each field that is wrong", () => {
    const problems = tableProblems(
      music({
        name: "a",
        partitionKey: { name: "", type: "S" },
        throughput: { ...everything.throughput, readUnits: "0" },
        encryption: { choice: "customer", keyId: " " },
        resourcePolicy: "{",
        pointInTimeRecovery: true,
        recoveryPeriodDays: "36",
      }),
    );
    expect(Object.keys(problems).sort()).toEqual([
      "capacity",
      "indexes",
      "keyId",
      "name",
      "partitionKey",
      "recoveryPeriodDays",
      "resourcePolicy",
    ]);
    expect(Object.keys(problems.capacity)).toEqual(["readUnits"]);
  });

  it("see a sort key that is the partition key, and one that local indexes lack", () => {
    expect(tableProblems(music({ sortKey: { name: "Artist", type: "S" } })).sortKey).toBeDefined();
    const local = {
      ...newLocalIndex(),
      name: "local",
      sortKeys: [{ name: "a", type: "S" as const }],
    };
    expect(
      tableProblems(music({ sortKey: { name: "", type: "S" }, localIndexes: [local] })).sortKey,
    ).toBe("A table with local indexes needs a sort key.");
  });

  it("see two indexes of one name and an attribute of two types", () => {
    const index = {
      ...newGlobalIndex(),
      name: "same",
      partitionKeys: [{ name: "Year", type: "S" as const }],
    };
    const other = {
      ...newGlobalIndex(),
      name: "same",
      partitionKeys: [{ name: "b", type: "S" as const }],
    };
    const { indexes } = tableProblems(music({ globalIndexes: [index, other] }));
    expect(indexes.get(index.id)?.name).toBeDefined();
    expect(indexes.get(index.id)?.partitionKeys[0]).toContain("Number");
    expect(indexes.get(other.id)?.name).toBeDefined();
    expect(indexes.get(other.id)?.partitionKeys[0]).toBeUndefined();
  });
});
