/** Capacity as a form has it, for tables and indexes, and the API input it stands for. */

import type {
  BillingMode,
  OnDemandThroughput,
  ProvisionedThroughput,
  TableDescription,
  WarmThroughput,
} from "@aws-sdk/client-dynamodb";
import { numberIn, type Problem, wholeNumberProblem } from "./fields";

/** What the fields hold: text, because a field can be empty or half typed. */
export interface CapacityForm {
  readUnits: string;
  writeUnits: string;
  /** Bounds of capacity billed by request; empty for none. */
  maxReadUnits: string;
  maxWriteUnits: string;
  /** Warm throughput; empty for what the server chooses. */
  warmReadUnits: string;
  warmWriteUnits: string;
}

export interface ThroughputForm extends CapacityForm {
  billingMode: BillingMode;
}

export const EMPTY_CAPACITY: CapacityForm = {
  readUnits: "5",
  writeUnits: "5",
  maxReadUnits: "",
  maxWriteUnits: "",
  warmReadUnits: "",
  warmWriteUnits: "",
};

export const DEFAULT_THROUGHPUT: ThroughputForm = {
  billingMode: "PAY_PER_REQUEST",
  ...EMPTY_CAPACITY,
};

export interface CapacityInput {
  ProvisionedThroughput?: ProvisionedThroughput;
  OnDemandThroughput?: OnDemandThroughput;
  WarmThroughput?: WarmThroughput;
}

/** The members of a table or an index that say its capacity; absent where nothing is asked for. */
export function capacityInput(billingMode: BillingMode, form: CapacityForm): CapacityInput {
  const input: CapacityInput = {};
  if (billingMode === "PROVISIONED") {
    input.ProvisionedThroughput = {
      ReadCapacityUnits: numberIn(form.readUnits),
      WriteCapacityUnits: numberIn(form.writeUnits),
    };
  } else {
    const bounds = pair(
      "MaxReadRequestUnits",
      form.maxReadUnits,
      "MaxWriteRequestUnits",
      form.maxWriteUnits,
    );
    if (bounds !== undefined) {
      input.OnDemandThroughput = bounds;
    }
  }
  const warm = pair(
    "ReadUnitsPerSecond",
    form.warmReadUnits,
    "WriteUnitsPerSecond",
    form.warmWriteUnits,
  );
  if (warm !== undefined) {
    input.WarmThroughput = warm;
  }
  return input;
}

function pair<Read extends string, Write extends string>(
  readName: Read,
  read: string,
  writeName: Write,
  write: string,
): { [Name in Read | Write]?: number } | undefined {
  const readUnits = numberIn(read);
  const writeUnits = numberIn(write);
  if (readUnits === undefined && writeUnits === undefined) {
    return undefined;
  }
  return {
    ...(readUnits === undefined ? {} : { [readName]: readUnits }),
    ...(writeUnits === undefined ? {} : { [writeName]: writeUnits }),
  } as { [Name in Read | Write]?: number };
}

export type CapacityProblems = Partial<Record<keyof CapacityForm, Problem>>;

export function capacityProblems(billingMode: BillingMode, form: CapacityForm): CapacityProblems {
  const problems: CapacityProblems = {};
  const check = (field: keyof CapacityForm, required: boolean) => {
    const problem = wholeNumberProblem(form[field], 1, { required });
    if (problem !== undefined) {
      problems[field] = problem;
    }
  };
  if (billingMode === "PROVISIONED") {
    check("readUnits", true);
    check("writeUnits", true);
  } else {
    check("maxReadUnits", false);
    check("maxWriteUnits", false);
  }
  check("warmReadUnits", false);
  check("warmWriteUnits", false);
  return problems;
}

/** The capacity a table has now, to begin a form with. Warm throughput is asked for anew only. */
export function throughputOf(table: TableDescription): ThroughputForm {
  return {
    billingMode: table.BillingModeSummary?.BillingMode ?? "PROVISIONED",
    ...capacityOf(table),
  };
}

export function capacityOf(resource: {
  ProvisionedThroughput?:
    | { ReadCapacityUnits?: number | undefined; WriteCapacityUnits?: number | undefined }
    | undefined;
  OnDemandThroughput?: OnDemandThroughput | undefined;
}): CapacityForm {
  const { ProvisionedThroughput: provisioned, OnDemandThroughput: bounds } = resource;
  return {
    // Zero is what a table billed by request shows.
    readUnits: String(provisioned?.ReadCapacityUnits || 5),
    writeUnits: String(provisioned?.WriteCapacityUnits || 5),
    maxReadUnits: boundText(bounds?.MaxReadRequestUnits),
    maxWriteUnits: boundText(bounds?.MaxWriteRequestUnits),
    warmReadUnits: "",
    warmWriteUnits: "",
  };
}

/** -1 means that there is no bound. */
function boundText(bound: number | undefined): string {
  return bound === undefined || bound < 0 ? "" : String(bound);
}
