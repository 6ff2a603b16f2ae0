/** What the server said when it refused a restore, for the fields and sections it is about. */

import { failureOf, messagesByMember } from "../api/errors";
import { keptIndexes, type RestoreForm, type RestoreSource } from "../forms/restore";
import type { CapacityForm, CapacityProblems } from "../forms/throughput";

export interface RestoreMessages {
  name?: string | undefined;
  backup?: string | undefined;
  instant?: string | undefined;
  indexes?: string | undefined;
  capacity?: string | undefined;
  encryption?: string | undefined;
  keyId?: string | undefined;
  /** Of the table. */
  units: CapacityProblems;
  /** By name of the global index. */
  indexUnits: Record<string, CapacityProblems>;
}

export const NO_MESSAGES: RestoreMessages = { units: {}, indexUnits: {} };

const UNITS = {
  ReadCapacityUnits: "readUnits",
  WriteCapacityUnits: "writeUnits",
  MaxReadRequestUnits: "maxReadUnits",
  MaxWriteRequestUnits: "maxWriteUnits",
} as const;

type UnitMember = keyof typeof UNITS;
const UNIT_MEMBERS = Object.keys(UNITS) as UnitMember[];

const MEMBERS = [
  "TargetTableName",
  "BackupArn",
  "RestoreDateTime",
  "GlobalSecondaryIndexOverride",
  "LocalSecondaryIndexOverride",
  "BillingModeOverride",
  "ProvisionedThroughputOverride",
  "OnDemandThroughputOverride",
  "ProvisionedThroughputOverride.ReadCapacityUnits",
  "ProvisionedThroughputOverride.WriteCapacityUnits",
  "OnDemandThroughputOverride.MaxReadRequestUnits",
  "OnDemandThroughputOverride.MaxWriteRequestUnits",
  // What sentences call them.
  "ProvisionedThroughput",
  "OnDemandThroughput",
  "SSESpecificationOverride",
  "SSESpecificationOverride.KMSMasterKeyId",
] as const;

export function restoreMessages(
  error: unknown,
  source: RestoreSource,
  form: RestoreForm,
): RestoreMessages {
  const { code, message } = failureOf(error);
  // These have codes of their own and do not name the member.
  switch (code) {
    case "TableAlreadyExistsException":
    case "TableInUseException":
      return { ...NO_MESSAGES, name: message };
    case "BackupInUseException":
    case "BackupNotFoundException":
      return { ...NO_MESSAGES, backup: message };
    case "InvalidRestoreTimeException":
      return { ...NO_MESSAGES, instant: message };
  }
  const sent = keptIndexes(source, form)
    .filter(({ kind }) => kind === "global")
    .map(({ name }) => name);
  const index = sent.find((name) => message.endsWith(` for index ${name}`));
  if (index !== undefined) {
    const unit = UNIT_MEMBERS.find((member) => message.includes(member));
    return unit === undefined
      ? { ...NO_MESSAGES, indexes: message }
      : { ...NO_MESSAGES, indexUnits: { [index]: { [UNITS[unit]]: message } } };
  }
  const found = messagesByMember(error, MEMBERS);
  const indexUnits = unitsOfIndexes(message, sent);
  const isOfUnits = Object.keys(indexUnits).length > 0;
  const isOfIndexes = /^Index \S+ does not match/.test(message);
  return {
    name: found.TargetTableName,
    backup: found.BackupArn,
    instant: found.RestoreDateTime,
    indexes: isOfIndexes
      ? message
      : ((isOfUnits ? undefined : found.GlobalSecondaryIndexOverride) ??
        found.LocalSecondaryIndexOverride),
    capacity:
      found.BillingModeOverride ??
      found.ProvisionedThroughputOverride ??
      found.OnDemandThroughputOverride ??
      found.ProvisionedThroughput ??
      found.OnDemandThroughput,
    encryption: found.SSESpecificationOverride,
    keyId: found["SSESpecificationOverride.KMSMasterKeyId"],
    units: {
      readUnits: found["ProvisionedThroughputOverride.ReadCapacityUnits"],
      writeUnits: found["ProvisionedThroughputOverride.WriteCapacityUnits"],
      maxReadUnits: found["OnDemandThroughputOverride.MaxReadRequestUnits"],
      maxWriteUnits: found["OnDemandThroughputOverride.MaxWriteRequestUnits"],
    },
    indexUnits,
  };
}

/** What was said of a field holds until the field is another than was sent. */
export function messagesThatHold(
  messages: RestoreMessages,
  sent: RestoreForm,
  form: RestoreForm,
): RestoreMessages {
  const where = (same: boolean, message: string | undefined) => (same ? message : undefined);
  return {
    ...messages,
    name: where(sent.name === form.name && sent.region === form.region, messages.name),
    indexes: where(sent.indexes === form.indexes && sent.chosen === form.chosen, messages.indexes),
    capacity: where(sent.throughput === form.throughput, messages.capacity),
    encryption: where(sent.encryption === form.encryption, messages.encryption),
    keyId: where(sent.encryption === form.encryption, messages.keyId),
    units: unitsThatHold(messages.units, sent.throughput, form.throughput),
    indexUnits: Object.fromEntries(
      Object.entries(messages.indexUnits).map(([name, units]) => [
        name,
        unitsThatHold(units, sent.indexCapacity[name], form.indexCapacity[name]),
      ]),
    ),
  };
}

function unitsThatHold(
  messages: CapacityProblems,
  sent: CapacityForm | undefined,
  form: CapacityForm | undefined,
): CapacityProblems {
  return Object.fromEntries(
    Object.entries(messages).filter(
      ([unit]) => sent?.[unit as keyof CapacityForm] === form?.[unit as keyof CapacityForm],
    ),
  );
}

const INDEX_PATH = /'globalSecondaryIndexOverride\.(\d+)\.member\.[^']*?([^'.]+)' failed/g;

/** Constraint errors say an index by its position in the request. */
function unitsOfIndexes(
  message: string,
  sent: readonly string[],
): Record<string, CapacityProblems> {
  const found: Record<string, CapacityProblems> = {};
  for (const [, position, leaf = ""] of message.matchAll(INDEX_PATH)) {
    const name = sent[Number(position) - 1];
    const unit = UNIT_MEMBERS.find((member) => member.toLowerCase() === leaf.toLowerCase());
    if (name !== undefined && unit !== undefined) {
      found[name] = { ...found[name], [UNITS[unit]]: message };
    }
  }
  return found;
}
