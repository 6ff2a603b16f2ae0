import { describe, expect, it } from "vitest";
import { newRestoreForm, type RestoreSource } from "../forms/restore";
import { EMPTY_CAPACITY } from "../forms/throughput";
import { messagesThatHold, restoreMessages } from "./restore-messages";

const index = (name: string) => ({
  kind: "global" as const,
  name,
  keySchema: [],
  projection: {},
  capacity: EMPTY_CAPACITY,
});

const SOURCE: RestoreSource = {
  throughput: { billingMode: "PROVISIONED", ...EMPTY_CAPACITY },
  indexes: [index("singers"), index("genres")],
  encryption: { choice: "owned", keyId: "" },
  featuresKnown: true,
};

/** Where the message is shown: the path of each place that has it. */
function places(message: string, code = "ValidationException", chosen?: string[]): string[] {
  const form = {
    ...newRestoreForm(SOURCE),
    ...(chosen === undefined ? {} : { indexes: "some" as const, chosen }),
  };
  const error = Object.assign(new Error(message), { name: code });
  const walk = (part: object, path: string): string[] =>
    Object.entries(part).flatMap(([name, value]) =>
      typeof value === "object" ? walk(value, `${path}${name}.`) : value ? [path + name] : [],
    );
  return walk(restoreMessages(error, SOURCE, form), "");
}

const constraint = (path: string) =>
  `1 validation error detected: Value '0' at '${path}' failed to satisfy constraint: Member must have value greater than or equal to 1`;

describe("a refused restore", () => {
  it("tells the field of the table's capacity", () => {
    expect(places(constraint("provisionedThroughputOverride.readCapacityUnits"))).toEqual([
      "units.readUnits",
    ]);
    expect(places("Given value 0 for WriteCapacityUnits is out of bounds")).toEqual([
      "units.writeUnits",
    ]);
    expect(
      places("Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range"),
    ).toEqual(["units.maxReadUnits"]);
  });

  it("tells the field of an index's capacity, by its position or its name", () => {
    const path = "globalSecondaryIndexOverride.1.member.provisionedThroughput.writeCapacityUnits";
    expect(places(constraint(path), "ValidationException", ["genres"])).toEqual([
      "indexUnits.genres.writeUnits",
    ]);
    expect(
      places(
        "Requested MaxWriteRequestUnits for OnDemandThroughput is outside of valid range for index genres",
      ),
    ).toEqual(["indexUnits.genres.maxWriteUnits"]);
    expect(places("Must specify provisioned throughput for index singers")).toEqual(["indexes"]);
  });

  it("tells the section where no single field is named", () => {
    const throughput =
      "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST";
    expect(places(throughput)).toEqual(["capacity"]);
    expect(
      places(
        "Index titles does not match a secondary index that existed in the source table and cannot be created during the restore operation",
      ),
    ).toEqual(["indexes"]);
    expect(places(constraint("sSESpecificationOverride.sSEType"))).toEqual(["encryption"]);
  });

  it("tells the name, the backup, the instant and the key", () => {
    expect(places("Table already exists: Music2", "TableAlreadyExistsException")).toEqual(["name"]);
    expect(places(constraint("targetTableName"))).toEqual(["name"]);
    expect(places("Backup not found: arn", "BackupNotFoundException")).toEqual(["backup"]);
    expect(places("RestoreDateTime is out", "InvalidRestoreTimeException")).toEqual(["instant"]);
    expect(places("KMSMasterKeyId: customer managed keys are not available")).toEqual(["keyId"]);
    expect(places("Something else")).toEqual([]);
  });
});

describe("what was said of a field", () => {
  const sent = newRestoreForm(SOURCE);
  const table = constraint("provisionedThroughputOverride.readCapacityUnits");
  const ofIndex = constraint(
    "globalSecondaryIndexOverride.2.member.provisionedThroughput.writeCapacityUnits",
  );
  const both = new Error(`${table}; ${ofIndex}`);
  const shown = (change: object) => {
    const all = restoreMessages(both, SOURCE, sent);
    const { units, indexUnits } = messagesThatHold(all, sent, { ...sent, ...change });
    return [units.readUnits !== undefined, indexUnits["genres"]?.writeUnits !== undefined];
  };

  it("holds until that field is another, and no longer", () => {
    expect(shown({})).toEqual([true, true]);
    expect(shown({ name: "Music2" })).toEqual([true, true]);
    expect(shown({ throughput: { ...sent.throughput, writeUnits: "7" } })).toEqual([true, true]);
    expect(shown({ throughput: { ...sent.throughput, readUnits: "7" } })).toEqual([false, true]);
    const genres = { ...EMPTY_CAPACITY, writeUnits: "7" };
    expect(shown({ indexCapacity: { ...sent.indexCapacity, genres } })).toEqual([true, false]);
  });

  it("of the name, the indexes and the key does too", () => {
    const said = { name: "a", indexes: "b", encryption: "c", units: {}, indexUnits: {} };
    const kept = (change: object) => {
      const { name, indexes, encryption } = messagesThatHold(said, sent, { ...sent, ...change });
      return [name, indexes, encryption];
    };
    expect(kept({ name: "Music2" })).toEqual([undefined, "b", "c"]);
    expect(kept({ indexes: "none" })).toEqual(["a", undefined, "c"]);
    expect(kept({ encryption: { choice: "managed", keyId: "" } })).toEqual(["a", "b", undefined]);
  });
});
