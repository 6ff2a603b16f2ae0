/**
 * A restore as a form has it, and the exact API input it stands for.
 *
 * What the form leaves as the source has it is left out of the request: the server then takes it
 * from the backup, or from the table.
 */

import type {
  BackupDescription,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  OnDemandThroughput,
  Projection,
  ProvisionedThroughput,
  RestoreTableFromBackupCommandInput,
  RestoreTableToPointInTimeCommandInput,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import { type EncryptionForm, encryptionInput, encryptionOf, KEPT_KEY } from "./encryption";
import { nameProblem, numberIn, type Problem } from "./fields";
import {
  type CapacityForm,
  type CapacityProblems,
  capacityOf,
  capacityProblems,
  type ThroughputForm,
  throughputOf,
} from "./throughput";

export interface IndexOfSource {
  kind: "global" | "local";
  name: string;
  keySchema: KeySchemaElement[];
  projection: Projection;
  /** Of a global index; a local one has the table's. */
  capacity: CapacityForm;
}

/** What the table becomes if nothing else is asked for. */
export interface RestoreSource {
  throughput: ThroughputForm;
  indexes: IndexOfSource[];
  encryption: EncryptionForm;
  /** False for a SYSTEM backup, whose description shows neither indexes nor encryption. */
  featuresKnown: boolean;
}

export interface RestoreForm {
  name: string;
  /** Undefined for the Region of the source. */
  region: string | undefined;
  indexes: "all" | "some" | "none";
  /** Names of the indexes to restore, for `some`. */
  chosen: readonly string[];
  throughput: ThroughputForm;
  /** By name of the global index. */
  indexCapacity: Readonly<Record<string, CapacityForm>>;
  encryption: EncryptionForm;
}

interface IndexInfo {
  IndexName?: string | undefined;
  KeySchema?: KeySchemaElement[] | undefined;
  Projection?: Projection | undefined;
  ProvisionedThroughput?: Partial<ProvisionedThroughput> | undefined;
  OnDemandThroughput?: OnDemandThroughput | undefined;
}

function indexesOf(
  global: readonly IndexInfo[] | undefined,
  local: readonly IndexInfo[] | undefined,
): IndexOfSource[] {
  const read = (kind: IndexOfSource["kind"]) => (index: IndexInfo) => ({
    kind,
    name: index.IndexName ?? "",
    keySchema: index.KeySchema ?? [],
    projection: index.Projection ?? {},
    capacity: capacityOf(index),
  });
  return [...(global ?? []).map(read("global")), ...(local ?? []).map(read("local"))];
}

export function sourceOfBackup(backup: BackupDescription): RestoreSource {
  const { SourceTableDetails: table, SourceTableFeatureDetails: features } = backup;
  const featuresKnown = backup.BackupDetails?.BackupType !== "SYSTEM";
  return {
    throughput: {
      billingMode: table?.BillingMode ?? "PROVISIONED",
      ...capacityOf({
        ProvisionedThroughput: table?.ProvisionedThroughput,
        OnDemandThroughput: table?.OnDemandThroughput,
      }),
    },
    indexes: indexesOf(features?.GlobalSecondaryIndexes, features?.LocalSecondaryIndexes),
    encryption: featuresKnown
      ? encryptionOf({ SSEDescription: features?.SSEDescription })
      : KEPT_KEY,
    featuresKnown,
  };
}

/** A restore to a point in time takes the settings that the table has now. */
export function sourceOfTable(table: TableDescription): RestoreSource {
  return {
    throughput: throughputOf(table),
    // One that is being deleted is not restored.
    indexes: indexesOf(
      table.GlobalSecondaryIndexes?.filter(({ IndexStatus }) => IndexStatus !== "DELETING"),
      table.LocalSecondaryIndexes,
    ),
    encryption: encryptionOf(table),
    featuresKnown: true,
  };
}

export function newRestoreForm(source: RestoreSource): RestoreForm {
  return {
    name: "",
    region: undefined,
    indexes: "all",
    chosen: source.indexes.map(({ name }) => name),
    throughput: source.throughput,
    indexCapacity: Object.fromEntries(
      source.indexes
        .filter(({ kind }) => kind === "global")
        .map(({ name, capacity }) => [name, capacity]),
    ),
    encryption: source.encryption,
  };
}

/** The indexes that the new table will have, of those that are known. */
export function keptIndexes(source: RestoreSource, form: RestoreForm): IndexOfSource[] {
  switch (form.indexes) {
    case "all":
      return source.indexes;
    case "some":
      return source.indexes.filter(({ name }) => form.chosen.includes(name));
    case "none":
      return [];
  }
}

export function restoreBackupInput(
  backupArn: string,
  source: RestoreSource,
  form: RestoreForm,
): RestoreTableFromBackupCommandInput {
  return { TargetTableName: form.name, BackupArn: backupArn, ...overrides(source, form) };
}

/** Without the instant, which is said apart because a Date is too coarse for it. */
export function restoreToPointInTimeInput(
  table: { name: string; arn: string },
  source: RestoreSource,
  form: RestoreForm,
): RestoreTableToPointInTimeCommandInput {
  return {
    TargetTableName: form.name,
    // Only an ARN says where the table is.
    ...(form.region === undefined
      ? { SourceTableName: table.name }
      : { SourceTableArn: table.arn }),
    ...overrides(source, form),
  };
}

type Overrides = Pick<
  RestoreTableFromBackupCommandInput,
  | "BillingModeOverride"
  | "ProvisionedThroughputOverride"
  | "OnDemandThroughputOverride"
  | "GlobalSecondaryIndexOverride"
  | "LocalSecondaryIndexOverride"
  | "SSESpecificationOverride"
>;

function overrides(source: RestoreSource, form: RestoreForm): Overrides {
  const { billingMode } = form.throughput;
  const switches = billingMode !== source.throughput.billingMode;
  const { ProvisionedThroughput, OnDemandThroughput } = capacityOverride(
    billingMode,
    switches,
    source.throughput,
    form.throughput,
  );
  const encryption =
    form.region === undefined && form.encryption.choice === source.encryption.choice
      ? undefined
      : encryptionInput(form.encryption, { explicit: true });
  return {
    ...(switches ? { BillingModeOverride: billingMode } : {}),
    ...(ProvisionedThroughput && { ProvisionedThroughputOverride: ProvisionedThroughput }),
    ...(OnDemandThroughput && { OnDemandThroughputOverride: OnDemandThroughput }),
    ...indexOverrides(source, form, switches),
    ...(encryption && { SSESpecificationOverride: encryption }),
  };
}

/** Absent is all of a kind, an empty list is none of it. */
function indexOverrides(source: RestoreSource, form: RestoreForm, switches: boolean): Overrides {
  if (form.indexes === "none" && !source.featuresKnown) {
    return { GlobalSecondaryIndexOverride: [], LocalSecondaryIndexOverride: [] };
  }
  const kept = keptIndexes(source, form);
  const ofKind = (indexes: IndexOfSource[], kind: IndexOfSource["kind"]) =>
    indexes.filter((index) => index.kind === kind);
  const count = (kind: IndexOfSource["kind"]) => ofKind(source.indexes, kind).length;
  const global = ofKind(kept, "global").map((index) => globalIndex(index, form, switches));
  const local = ofKind(kept, "local").map(definition);
  const changed = global.some(({ capacityChanged }) => capacityChanged);
  return {
    ...(global.length < count("global") || changed
      ? { GlobalSecondaryIndexOverride: global.map(({ input }) => input) }
      : {}),
    ...(local.length < count("local") ? { LocalSecondaryIndexOverride: local } : {}),
  };
}

function definition({ name, keySchema, projection }: IndexOfSource): LocalSecondaryIndex {
  return { IndexName: name, KeySchema: keySchema, Projection: projection };
}

/** An index in the list must say its capacity if it is provisioned, also if it stays the same. */
function globalIndex(
  index: IndexOfSource,
  { throughput: { billingMode }, indexCapacity }: RestoreForm,
  switches: boolean,
): { input: GlobalSecondaryIndex; capacityChanged: boolean } {
  const wanted = indexCapacity[index.name] ?? index.capacity;
  const changes = capacityOverride(billingMode, switches, index.capacity, wanted);
  return {
    capacityChanged: Object.keys(changes).length > 0,
    input: {
      ...definition(index),
      ...(billingMode === "PROVISIONED" ? { ProvisionedThroughput: units(wanted) } : changes),
    },
  };
}

function capacityOverride(
  billingMode: ThroughputForm["billingMode"],
  switches: boolean,
  before: CapacityForm,
  wanted: CapacityForm,
): { ProvisionedThroughput?: ProvisionedThroughput; OnDemandThroughput?: OnDemandThroughput } {
  if (billingMode === "PROVISIONED") {
    const same =
      numberIn(before.readUnits) === numberIn(wanted.readUnits) &&
      numberIn(before.writeUnits) === numberIn(wanted.writeUnits);
    return switches || !same ? { ProvisionedThroughput: units(wanted) } : {};
  }
  const bounds: OnDemandThroughput = {
    ...bound("MaxReadRequestUnits", before.maxReadUnits, wanted.maxReadUnits),
    ...bound("MaxWriteRequestUnits", before.maxWriteUnits, wanted.maxWriteUnits),
  };
  return Object.keys(bounds).length === 0 ? {} : { OnDemandThroughput: bounds };
}

function units(form: CapacityForm): ProvisionedThroughput {
  return {
    ReadCapacityUnits: numberIn(form.readUnits),
    WriteCapacityUnits: numberIn(form.writeUnits),
  };
}

/** -1 takes away a bound that the source has. */
function bound(
  member: keyof OnDemandThroughput,
  before: string,
  wanted: string,
): OnDemandThroughput {
  const units = numberIn(wanted);
  return numberIn(before) === units ? {} : { [member]: units ?? -1 };
}

export interface RestoreProblems {
  name?: string;
  keyId?: string;
  capacity: CapacityProblems;
  /** By name of the global index; only those that have a problem. */
  indexCapacity: Record<string, CapacityProblems>;
}

export function restoreProblems(source: RestoreSource, form: RestoreForm): RestoreProblems {
  const { billingMode } = form.throughput;
  const name: Problem = nameProblem(form.name);
  const keyMissing = form.encryption.choice === "customer" && form.encryption.keyId.trim() === "";
  const indexes = keptIndexes(source, form)
    .filter(({ kind }) => kind === "global")
    .map(({ name, capacity }): [string, CapacityProblems] => [
      name,
      capacityProblems(billingMode, form.indexCapacity[name] ?? capacity),
    ])
    .filter(([, problems]) => Object.keys(problems).length > 0);
  return {
    ...(name === undefined ? {} : { name }),
    ...(keyMissing ? { keyId: "Enter the key." } : {}),
    capacity: capacityProblems(billingMode, form.throughput),
    indexCapacity: Object.fromEntries(indexes),
  };
}

export function hasRestoreProblem({ capacity, indexCapacity, ...single }: RestoreProblems) {
  return [capacity, indexCapacity, single].some((part) => Object.keys(part).length > 0);
}
