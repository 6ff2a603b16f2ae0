/**
 * Changes of an existing table, as the requests of UpdateTable that make them.
 *
 * A request may change one thing only, so that a change can take several, one after the other.
 * What would stay as it is is left out, because the API refuses it.
 */

import type {
  GlobalSecondaryIndexUpdate,
  OnDemandThroughput,
  StreamViewType,
  TableDescription,
  UpdateTableCommandInput,
} from "@aws-sdk/client-dynamodb";
import { type EncryptionForm, encryptionInput } from "./encryption";
import { numberIn } from "./fields";
import { attributeDefinitions, globalIndexInput, type IndexForm } from "./index-definition";
import {
  type CapacityForm,
  capacityInput,
  capacityOf,
  type ThroughputForm,
  throughputOf,
} from "./throughput";

/** Adds a global index. Only the attributes of its keys are defined with it. */
export function createIndexInput(
  table: TableDescription,
  index: IndexForm,
): UpdateTableCommandInput {
  const { IndexName, KeySchema, Projection, ...capacity } = globalIndexInput(
    index,
    throughputOf(table).billingMode,
  );
  return {
    TableName: table.TableName,
    AttributeDefinitions: attributeDefinitions([...index.partitionKeys, ...index.sortKeys]),
    GlobalSecondaryIndexUpdates: [{ Create: { IndexName, KeySchema, Projection, ...capacity } }],
  };
}

export function deleteIndexInput(tableName: string, indexName: string): UpdateTableCommandInput {
  return {
    TableName: tableName,
    GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: indexName } }],
  };
}

/** Capacity of a table and, by name, of its global indexes, as a form has it. */
export interface CapacityOfTable {
  table: ThroughputForm;
  indexes: ReadonlyMap<string, CapacityForm>;
}

/** What the table has now, to begin the form with. */
export function capacityOfTable(table: TableDescription): CapacityOfTable {
  return {
    table: throughputOf(table),
    indexes: new Map(
      (table.GlobalSecondaryIndexes ?? []).map((index) => [
        index.IndexName ?? "",
        capacityOf(index),
      ]),
    ),
  };
}

/** The requests that take a table from its capacity to the one asked for; none if it has it. */
export function capacityChanges(
  table: TableDescription,
  wanted: CapacityOfTable,
): UpdateTableCommandInput[] {
  const TableName = table.TableName;
  const now = capacityOfTable(table);
  const { billingMode } = wanted.table;
  const switches = billingMode !== now.table.billingMode;
  const requests: UpdateTableCommandInput[] = [];

  const updates: GlobalSecondaryIndexUpdate[] = [];
  for (const [IndexName, form] of wanted.indexes) {
    const change = capacityChange(
      billingMode,
      switches ? undefined : now.indexes.get(IndexName),
      form,
    );
    if (change !== undefined) {
      updates.push({ Update: { IndexName, ...change } });
    }
  }
  const own = capacityChange(billingMode, switches ? undefined : now.table, wanted.table);
  const ofTable = { ...(switches ? { BillingMode: billingMode } : {}), ...own };
  const ofIndexes = updates.length === 0 ? {} : { GlobalSecondaryIndexUpdates: updates };
  // The API takes bounds of the table and a change of indexes in requests of their own only.
  const parts =
    "OnDemandThroughput" in ofTable ? [ofTable, ofIndexes] : [{ ...ofTable, ...ofIndexes }];
  requests.push(
    ...parts.filter((part) => Object.keys(part).length > 0).map((part) => ({ TableName, ...part })),
  );

  const warm = warmThroughput(wanted.table);
  if (warm !== undefined) {
    requests.push({ TableName, WarmThroughput: warm });
  }
  const warmUpdates = [...wanted.indexes].flatMap(([IndexName, form]) => {
    const WarmThroughput = warmThroughput(form);
    return WarmThroughput === undefined ? [] : [{ Update: { IndexName, WarmThroughput } }];
  });
  if (warmUpdates.length > 0) {
    requests.push({ TableName, GlobalSecondaryIndexUpdates: warmUpdates });
  }
  return requests;
}

/**
 * The form after one of its requests was made. Warm throughput is asked for anew each time, and
 * would be refused the second time; everything else is compared to what the table has.
 */
export function withoutMade(
  form: CapacityOfTable,
  { WarmThroughput }: UpdateTableCommandInput,
): CapacityOfTable {
  return WarmThroughput === undefined
    ? form
    : { ...form, table: { ...form.table, warmReadUnits: "", warmWriteUnits: "" } };
}

function warmThroughput(form: CapacityForm) {
  return capacityInput("PROVISIONED", form).WarmThroughput;
}

/** `before` undefined: of another billing mode, so that all has to be said. */
function capacityChange(
  billingMode: ThroughputForm["billingMode"],
  before: CapacityForm | undefined,
  after: CapacityForm,
) {
  if (billingMode === "PROVISIONED") {
    return before?.readUnits === after.readUnits.trim() &&
      before.writeUnits === after.writeUnits.trim()
      ? undefined
      : { ProvisionedThroughput: capacityInput(billingMode, after).ProvisionedThroughput };
  }
  const bounds: OnDemandThroughput = {
    ...bound("MaxReadRequestUnits", before?.maxReadUnits, after.maxReadUnits),
    ...bound("MaxWriteRequestUnits", before?.maxWriteUnits, after.maxWriteUnits),
  };
  return Object.keys(bounds).length === 0 ? undefined : { OnDemandThroughput: bounds };
}

/** -1 takes a bound away. */
function bound(
  member: "MaxReadRequestUnits" | "MaxWriteRequestUnits",
  before: string | undefined,
  after: string,
): OnDemandThroughput {
  const was = numberIn(before ?? "");
  const wanted = numberIn(after);
  return was === wanted ? {} : { [member]: wanted ?? -1 };
}

export function encryptionChange(tableName: string, form: EncryptionForm): UpdateTableCommandInput {
  return { TableName: tableName, SSESpecification: encryptionInput(form, { explicit: true }) };
}

/** Undefined turns the stream off. */
export function streamChange(
  tableName: string,
  view: StreamViewType | undefined,
): UpdateTableCommandInput {
  return {
    TableName: tableName,
    StreamSpecification:
      view === undefined ? { StreamEnabled: false } : { StreamEnabled: true, StreamViewType: view },
  };
}
