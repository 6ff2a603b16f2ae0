import type { BackupDescription } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import {
  hasRestoreProblem,
  keptIndexes,
  newRestoreForm,
  type RestoreForm,
  type RestoreSource,
  restoreBackupInput,
  restoreProblems,
  restoreToPointInTimeInput,
  sourceOfBackup,
  sourceOfTable,
} from "./restore";

const ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Music/backup/01";

const SINGERS = {
  IndexName: "singers",
  KeySchema: [{ AttributeName: "Singer", KeyType: "HASH" as const }],
  Projection: { ProjectionType: "KEYS_ONLY" as const },
};
const GENRES = {
  IndexName: "genres",
  KeySchema: [{ AttributeName: "Genre", KeyType: "HASH" as const }],
  Projection: { ProjectionType: "INCLUDE" as const, NonKeyAttributes: ["Title"] },
};
const BY_YEAR = {
  IndexName: "by-year",
  KeySchema: [
    { AttributeName: "Artist", KeyType: "HASH" as const },
    { AttributeName: "Year", KeyType: "RANGE" as const },
  ],
  Projection: { ProjectionType: "ALL" as const },
};
const FIVE = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };

function provisioned(change: Partial<BackupDescription> = {}): RestoreSource {
  return sourceOfBackup({
    BackupDetails: {
      BackupArn: ARN,
      BackupName: "b",
      BackupType: "USER",
      BackupStatus: "AVAILABLE",
      BackupCreationDateTime: new Date(0),
    },
    SourceTableDetails: {
      TableName: "Music",
      TableId: "1",
      KeySchema: [],
      TableCreationDateTime: new Date(0),
      BillingMode: "PROVISIONED",
      ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 20 },
    },
    SourceTableFeatureDetails: {
      GlobalSecondaryIndexes: [
        { ...SINGERS, ProvisionedThroughput: FIVE },
        { ...GENRES, ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 } },
      ],
      LocalSecondaryIndexes: [BY_YEAR],
    },
    ...change,
  });
}

const onDemand = () =>
  sourceOfTable({
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    OnDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: -1 },
    GlobalSecondaryIndexes: [
      { ...SINGERS, ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 } },
    ],
    SSEDescription: { Status: "ENABLED", SSEType: "KMS" },
  });

const filled = (source: RestoreSource, change: Partial<RestoreForm> = {}): RestoreForm => ({
  ...newRestoreForm(source),
  name: "Music2",
  ...change,
});

/** The request without the two members that it always has. */
function asked(source: RestoreSource, change: Partial<RestoreForm>) {
  const { TargetTableName, BackupArn, ...rest } = restoreBackupInput(
    ARN,
    source,
    filled(source, change),
  );
  return rest;
}

describe("a restore from a backup", () => {
  it("asks for nothing but the name if the form is left as it begins", () => {
    for (const source of [provisioned(), onDemand()]) {
      expect(restoreBackupInput(ARN, source, filled(source))).toEqual({
        TargetTableName: "Music2",
        BackupArn: ARN,
      });
    }
  });

  it("restores no indexes with empty lists, of the kinds there are", () => {
    expect(asked(provisioned(), { indexes: "none" })).toEqual({
      GlobalSecondaryIndexOverride: [],
      LocalSecondaryIndexOverride: [],
    });
    expect(asked(onDemand(), { indexes: "none" })).toEqual({ GlobalSecondaryIndexOverride: [] });
  });

  it("restores some indexes with the definitions of the backup itself", () => {
    expect(asked(provisioned(), { indexes: "some", chosen: ["genres"] })).toEqual({
      GlobalSecondaryIndexOverride: [
        { ...GENRES, ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 } },
      ],
      LocalSecondaryIndexOverride: [],
    });
    expect(asked(provisioned(), { indexes: "some", chosen: ["singers", "genres"] })).toEqual({
      LocalSecondaryIndexOverride: [],
    });
    expect(asked(provisioned(), { indexes: "some", chosen: ["by-year"] })).toEqual({
      GlobalSecondaryIndexOverride: [],
    });
  });

  it("changes the capacity of the table alone, or of one index", () => {
    const source = provisioned();
    const throughput = { ...source.throughput, readUnits: "100", writeUnits: "100" };
    expect(asked(source, { throughput })).toEqual({
      ProvisionedThroughputOverride: { ReadCapacityUnits: 100, WriteCapacityUnits: 100 },
    });
    const { indexCapacity } = newRestoreForm(source);
    const singers = { ...source.throughput, readUnits: "9", writeUnits: "5" };
    expect(asked(source, { indexCapacity: { ...indexCapacity, singers } })).toEqual({
      GlobalSecondaryIndexOverride: [
        { ...SINGERS, ProvisionedThroughput: { ReadCapacityUnits: 9, WriteCapacityUnits: 5 } },
        { ...GENRES, ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 } },
      ],
    });
  });

  it("goes to on-demand without capacity, with the bounds asked for", () => {
    const source = provisioned();
    const throughput = {
      ...source.throughput,
      billingMode: "PAY_PER_REQUEST" as const,
      maxWriteUnits: "40",
    };
    expect(asked(source, { throughput, indexes: "some", chosen: ["singers", "by-year"] })).toEqual({
      BillingModeOverride: "PAY_PER_REQUEST",
      OnDemandThroughputOverride: { MaxWriteRequestUnits: 40 },
      GlobalSecondaryIndexOverride: [SINGERS],
    });
  });

  it("goes to provisioned with the capacity of the table and of every index", () => {
    const source = onDemand();
    const throughput = { ...source.throughput, billingMode: "PROVISIONED" as const };
    expect(asked(source, { throughput })).toEqual({
      BillingModeOverride: "PROVISIONED",
      ProvisionedThroughputOverride: FIVE,
      GlobalSecondaryIndexOverride: [{ ...SINGERS, ProvisionedThroughput: FIVE }],
    });
  });

  it("takes a bound away with -1", () => {
    const source = onDemand();
    const throughput = { ...source.throughput, maxReadUnits: "", maxWriteUnits: "" };
    expect(asked(source, { throughput })).toEqual({
      OnDemandThroughputOverride: { MaxReadRequestUnits: -1 },
    });
  });

  it("names the key only if it is another one", () => {
    const managed = { Enabled: true, SSEType: "KMS" };
    expect(asked(provisioned(), { encryption: { choice: "managed", keyId: "" } })).toEqual({
      SSESpecificationOverride: managed,
    });
    expect(asked(onDemand(), { encryption: { choice: "owned", keyId: "" } })).toEqual({
      SSESpecificationOverride: { Enabled: false },
    });
    expect(asked(provisioned(), { encryption: { choice: "customer", keyId: " k " } })).toEqual({
      SSESpecificationOverride: { ...managed, KMSMasterKeyId: "k" },
    });
  });

  it("keeps the key of a system backup, which shows neither indexes nor key", () => {
    const system = sourceOfBackup({
      BackupDetails: {
        BackupArn: ARN,
        BackupName: "Music$DeletedTableBackup",
        BackupType: "SYSTEM",
        BackupStatus: "AVAILABLE",
        BackupCreationDateTime: new Date(0),
      },
      SourceTableFeatureDetails: {},
    });
    expect(system.featuresKnown).toBe(false);
    expect(asked(system, {})).toEqual({});
    expect(asked(system, { encryption: { choice: "owned", keyId: "" } })).toEqual({
      SSESpecificationOverride: { Enabled: false },
    });
    expect(asked(system, { encryption: { choice: "managed", keyId: "" } })).toEqual({
      SSESpecificationOverride: { Enabled: true, SSEType: "KMS" },
    });
    expect(asked(system, { indexes: "none" })).toEqual({
      GlobalSecondaryIndexOverride: [],
      LocalSecondaryIndexOverride: [],
    });
  });
});

describe("a restore to a point in time", () => {
  const table = { name: "Music", arn: "arn:table" };

  it("names the table, and by its ARN from another Region, which also needs a key", () => {
    const source = provisioned();
    expect(restoreToPointInTimeInput(table, source, filled(source))).toEqual({
      TargetTableName: "Music2",
      SourceTableName: "Music",
    });
    expect(
      restoreToPointInTimeInput(table, source, filled(source, { region: "eu-west-1" })),
    ).toEqual({
      TargetTableName: "Music2",
      SourceTableArn: "arn:table",
      SSESpecificationOverride: { Enabled: false },
    });
  });

  it("leaves out an index that is being deleted", () => {
    const source = sourceOfTable({
      GlobalSecondaryIndexes: [SINGERS, { ...GENRES, IndexStatus: "DELETING" }],
    });
    expect(keptIndexes(source, filled(source)).map(({ name }) => name)).toEqual(["singers"]);
  });
});

describe("the problems of a restore", () => {
  it("are none when a name is there", () => {
    expect(hasRestoreProblem(restoreProblems(provisioned(), filled(provisioned())))).toBe(false);
  });

  it("are found in the name, the key and every capacity that counts", () => {
    const source = provisioned();
    const bad = { ...source.throughput, readUnits: "0" };
    const problems = restoreProblems(
      source,
      filled(source, {
        name: "",
        encryption: { choice: "customer", keyId: " " },
        throughput: bad,
        indexCapacity: { singers: bad, genres: bad },
        indexes: "some",
        chosen: ["genres"],
      }),
    );
    expect(problems.name).toBe("Enter a name.");
    expect(problems.keyId).toBe("Enter the key.");
    expect(problems.capacity).toHaveProperty("readUnits");
    expect(Object.keys(problems.indexCapacity)).toEqual(["genres"]);
    expect(hasRestoreProblem(problems)).toBe(true);
  });
});
