import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { newGlobalIndex } from "./index-definition";
import {
  type CapacityOfTable,
  capacityChanges,
  capacityOfTable,
  createIndexInput,
  encryptionChange,
  streamChange,
  withoutMade,
} from "./table-changes";

const never = { TableName: undefined };

const onDemand: TableDescription = {
  TableName: "Music",
  BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
  ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
  OnDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: -1 },
  GlobalSecondaryIndexes: [
    {
      IndexName: "by-year",
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    },
  ],
};

const provisioned: TableDescription = {
  TableName: "Music",
  ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
  GlobalSecondaryIndexes: [
    {
      IndexName: "by-year",
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
    },
  ],
};

function changed(
  table: TableDescription,
  own: Partial<CapacityOfTable["table"]>,
  ofIndex: Partial<CapacityOfTable["table"]> = {},
) {
  const now = capacityOfTable(table);
  const index = now.indexes.get("by-year");
  return capacityChanges(table, {
    table: { ...now.table, ...own },
    indexes: new Map(index === undefined ? [] : [["by-year", { ...index, ...ofIndex }]]),
  });
}

describe("a change of capacity", () => {
  it("is no request if nothing changes", () => {
    expect(changed(onDemand, {})).toEqual([]);
    expect(changed(provisioned, {})).toEqual([]);
  });

  it("of an index alone leaves the table's out, which the API would refuse", () => {
    expect(changed(provisioned, {}, { writeUnits: "9" })).toEqual([
      {
        TableName: "Music",
        GlobalSecondaryIndexUpdates: [
          {
            Update: {
              IndexName: "by-year",
              ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 9 },
            },
          },
        ],
      },
    ]);
  });

  it("to provisioned says the capacity of every index too", () => {
    expect(changed(onDemand, { billingMode: "PROVISIONED", readUnits: "7" })).toEqual([
      {
        TableName: "Music",
        BillingMode: "PROVISIONED",
        ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 5 },
        GlobalSecondaryIndexUpdates: [
          {
            Update: {
              IndexName: "by-year",
              ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
            },
          },
        ],
      },
    ]);
  });

  it("to on-demand carries no capacity", () => {
    expect(changed(provisioned, { billingMode: "PAY_PER_REQUEST" })).toEqual([
      { TableName: "Music", BillingMode: "PAY_PER_REQUEST" },
    ]);
  });

  it("takes a bound away with -1 and leaves the other as it is", () => {
    expect(changed(onDemand, { maxReadUnits: "" })).toEqual([
      { TableName: "Music", OnDemandThroughput: { MaxReadRequestUnits: -1 } },
    ]);
    expect(changed(onDemand, { maxWriteUnits: "50" })).toEqual([
      { TableName: "Music", OnDemandThroughput: { MaxWriteRequestUnits: 50 } },
    ]);
  });

  it("of the bounds of the table and of an index are two requests", () => {
    const ofIndex = {
      TableName: "Music",
      GlobalSecondaryIndexUpdates: [
        { Update: { IndexName: "by-year", OnDemandThroughput: { MaxReadRequestUnits: 20 } } },
      ],
    };
    expect(changed(onDemand, { maxReadUnits: "50" }, { maxReadUnits: "20" })).toEqual([
      { TableName: "Music", OnDemandThroughput: { MaxReadRequestUnits: 50 } },
      ofIndex,
    ]);
    const mode = "PAY_PER_REQUEST" as const;
    expect(
      changed(provisioned, { billingMode: mode, maxReadUnits: "50" }, { maxReadUnits: "20" }),
    ).toEqual([
      { TableName: "Music", BillingMode: mode, OnDemandThroughput: { MaxReadRequestUnits: 50 } },
      ofIndex,
    ]);
  });

  it("leaves only what was not made yet, when one of several requests failed", () => {
    const now = capacityOfTable(onDemand);
    const wanted = { ...now, table: { ...now.table, maxReadUnits: "50", warmReadUnits: "500" } };
    const [bounds, warm] = capacityChanges(onDemand, wanted);
    const table = {
      ...onDemand,
      OnDemandThroughput: { MaxReadRequestUnits: 50, MaxWriteRequestUnits: -1 },
    };
    expect(capacityChanges(table, withoutMade(wanted, bounds ?? never))).toEqual([warm]);
    expect(capacityChanges(table, withoutMade(wanted, warm ?? never))).toEqual([]);
  });

  it("of warm throughput is a request of its own, for the table and for the indexes", () => {
    expect(
      changed(provisioned, { readUnits: "30", warmReadUnits: "500" }, { warmWriteUnits: "600" }),
    ).toEqual([
      {
        TableName: "Music",
        ProvisionedThroughput: { ReadCapacityUnits: 30, WriteCapacityUnits: 4 },
      },
      { TableName: "Music", WarmThroughput: { ReadUnitsPerSecond: 500 } },
      {
        TableName: "Music",
        GlobalSecondaryIndexUpdates: [
          { Update: { IndexName: "by-year", WarmThroughput: { WriteUnitsPerSecond: 600 } } },
        ],
      },
    ]);
  });
});

describe("other changes", () => {
  it("define the attributes of a new index with it", () => {
    const index = {
      ...newGlobalIndex(),
      name: "by-genre",
      partitionKeys: [{ name: "Genre", type: "S" as const }],
    };
    expect(createIndexInput(provisioned, index)).toEqual({
      TableName: "Music",
      AttributeDefinitions: [{ AttributeName: "Genre", AttributeType: "S" }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: "by-genre",
            KeySchema: [{ AttributeName: "Genre", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
            ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
          },
        },
      ],
    });
  });

  it("say in words that the owned key is wanted, and that the stream is off", () => {
    expect(encryptionChange("Music", { choice: "owned", keyId: "" })).toEqual({
      TableName: "Music",
      SSESpecification: { Enabled: false },
    });
    expect(streamChange("Music", undefined)).toEqual({
      TableName: "Music",
      StreamSpecification: { StreamEnabled: false },
    });
    expect(streamChange("Music", "NEW_IMAGE")).toEqual({
      TableName: "Music",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    });
  });
});
