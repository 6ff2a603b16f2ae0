/**
 * The form that creates a table, and the requests it stands for: CreateTable, and what can only be
 * asked for once the table is ACTIVE (time to live, point-in-time recovery).
 */

import type {
  CreateTableCommandInput,
  ScalarAttributeType,
  StreamViewType,
  TableClass,
  UpdateContinuousBackupsCommandInput,
  UpdateTimeToLiveCommandInput,
} from "@aws-sdk/client-dynamodb";
import { type EncryptionForm, encryptionInput, OWNED_KEY } from "./encryption";
import {
  attributeNameProblem,
  nameProblem,
  numberIn,
  type Problem,
  policyProblem,
  wholeNumberProblem,
} from "./fields";
import {
  attributeDefinitions,
  emptyKeyAttribute,
  globalIndexInput,
  hasIndexProblem,
  type IndexForm,
  type IndexProblems,
  indexProblems,
  type KeyAttribute,
  keySchema,
  localIndexInput,
} from "./index-definition";
import { RECOVERY_PERIOD } from "./recovery";
import type { IndexNames } from "./refusals";
import { type TagForm, tagsInput } from "./tags";
import {
  type CapacityProblems,
  capacityInput,
  capacityProblems,
  DEFAULT_THROUGHPUT,
  type ThroughputForm,
} from "./throughput";

export interface TableForm {
  name: string;
  partitionKey: KeyAttribute;
  /** An empty name is no sort key. */
  sortKey: KeyAttribute;
  throughput: ThroughputForm;
  tableClass: TableClass;
  globalIndexes: IndexForm[];
  localIndexes: IndexForm[];
  encryption: EncryptionForm;
  deletionProtection: boolean;
  /** Undefined for no stream. */
  stream: StreamViewType | undefined;
  /** JSON; empty for none. */
  resourcePolicy: string;
  /** Name of the attribute with the time an item expires; empty for no time to live. */
  timeToLiveAttribute: string;
  pointInTimeRecovery: boolean;
  /** Undefined for the longest there is, which is what the server takes by itself. */
  recoveryPeriodDays: string | undefined;
  tags: TagForm[];
}

export function newTableForm(): TableForm {
  return {
    name: "",
    partitionKey: emptyKeyAttribute(),
    sortKey: emptyKeyAttribute(),
    throughput: DEFAULT_THROUGHPUT,
    tableClass: "STANDARD",
    globalIndexes: [],
    localIndexes: [],
    encryption: OWNED_KEY,
    deletionProtection: false,
    stream: undefined,
    resourcePolicy: "",
    timeToLiveAttribute: "",
    pointInTimeRecovery: false,
    recoveryPeriodDays: undefined,
    tags: [],
  };
}

/** The same table with the default settings: only its name, keys and tags are kept. */
export function withDefaultSettings(form: TableForm): TableForm {
  const { name, partitionKey, sortKey, tags } = form;
  return { ...newTableForm(), name, partitionKey, sortKey, tags };
}

export function createTableInput(form: TableForm): CreateTableCommandInput {
  const { billingMode } = form.throughput;
  const sortKeys = sortKeysOf(form);
  const encryption = encryptionInput(form.encryption);
  const tags = tagsInput(form.tags);
  return {
    TableName: form.name,
    KeySchema: keySchema([form.partitionKey], sortKeys),
    AttributeDefinitions: attributeDefinitions(keysOf(form)),
    BillingMode: billingMode,
    ...capacityInput(billingMode, form.throughput),
    ...(form.globalIndexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: form.globalIndexes.map((index) =>
            globalIndexInput(index, billingMode),
          ),
        }),
    ...(form.localIndexes.length === 0
      ? {}
      : {
          LocalSecondaryIndexes: form.localIndexes.map((index) =>
            localIndexInput(index, form.partitionKey),
          ),
        }),
    ...(form.tableClass === "STANDARD" ? {} : { TableClass: form.tableClass }),
    ...(encryption === undefined ? {} : { SSESpecification: encryption }),
    ...(form.deletionProtection ? { DeletionProtectionEnabled: true } : {}),
    ...(form.stream === undefined
      ? {}
      : { StreamSpecification: { StreamEnabled: true, StreamViewType: form.stream } }),
    ...(form.resourcePolicy.trim() === "" ? {} : { ResourcePolicy: form.resourcePolicy }),
    ...(tags.length === 0 ? {} : { Tags: tags }),
  };
}

/** To be asked for once the table is ACTIVE; undefined if the form does not want it. */
export function timeToLiveInput(form: TableForm): UpdateTimeToLiveCommandInput | undefined {
  return form.timeToLiveAttribute === ""
    ? undefined
    : {
        TableName: form.name,
        TimeToLiveSpecification: { Enabled: true, AttributeName: form.timeToLiveAttribute },
      };
}

/** To be asked for once the table is ACTIVE; undefined if the form does not want it. */
export function recoveryInput(form: TableForm): UpdateContinuousBackupsCommandInput | undefined {
  if (!form.pointInTimeRecovery) {
    return undefined;
  }
  const days = numberIn(form.recoveryPeriodDays ?? "");
  return {
    TableName: form.name,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: true,
      ...(days === undefined ? {} : { RecoveryPeriodInDays: days }),
    },
  };
}

/** As the requests have them. */
export function indexNames({ globalIndexes, localIndexes }: TableForm): IndexNames {
  return {
    global: globalIndexes.map(({ name }) => name),
    local: localIndexes.map(({ name }) => name),
  };
}

export interface TableProblems {
  name?: string;
  partitionKey?: string;
  sortKey?: string;
  capacity: CapacityProblems;
  /** By the `id` of the index; only those that have a problem. */
  indexes: Map<number, IndexProblems>;
  keyId?: string;
  resourcePolicy?: string;
  timeToLiveAttribute?: string;
  recoveryPeriodDays?: string;
}

export function tableProblems(form: TableForm, period = RECOVERY_PERIOD): TableProblems {
  const { billingMode } = form.throughput;
  const found: [keyof Omit<TableProblems, "capacity" | "indexes">, Problem][] = [
    ["name", nameProblem(form.name)],
    ["partitionKey", attributeNameProblem(form.partitionKey.name)],
    ["sortKey", sortKeyProblem(form)],
    [
      "keyId",
      form.encryption.choice === "customer" && form.encryption.keyId.trim() === ""
        ? "Enter the key."
        : undefined,
    ],
    ["resourcePolicy", policyProblem(form.resourcePolicy)],
    [
      "timeToLiveAttribute",
      form.timeToLiveAttribute === "" ? undefined : attributeNameProblem(form.timeToLiveAttribute),
    ],
    [
      "recoveryPeriodDays",
      form.pointInTimeRecovery && form.recoveryPeriodDays !== undefined
        ? wholeNumberProblem(form.recoveryPeriodDays, period.least, { most: period.most })
        : undefined,
    ],
  ];
  return {
    ...Object.fromEntries(found.filter(([, problem]) => problem !== undefined)),
    capacity: capacityProblems(billingMode, form.throughput),
    indexes: problemsOfIndexes(form),
  };
}

export function hasTableProblem(problems: TableProblems): boolean {
  const { capacity, indexes, ...single } = problems;
  return Object.keys(capacity).length + indexes.size + Object.keys(single).length > 0;
}

function sortKeyProblem({ partitionKey, sortKey, localIndexes }: TableForm): Problem {
  if (sortKey.name === "") {
    return localIndexes.length > 0 ? "A table with local indexes needs a sort key." : undefined;
  }
  return sortKey.name === partitionKey.name
    ? "The sort key must be another attribute than the partition key."
    : attributeNameProblem(sortKey.name);
}

function problemsOfIndexes(form: TableForm): Map<number, IndexProblems> {
  const all = [...form.globalIndexes, ...form.localIndexes];
  const problems = new Map<number, IndexProblems>();
  for (const index of all) {
    const others = all.filter((other) => other !== index);
    const isGlobal = form.globalIndexes.includes(index);
    const found = indexProblems(index, {
      otherNames: others.map((other) => other.name),
      types: typesOf([form.partitionKey, ...sortKeysOf(form), ...others.flatMap(keysOfIndex)]),
      ...(isGlobal ? { billingMode: form.throughput.billingMode } : {}),
    });
    if (hasIndexProblem(found)) {
      problems.set(index.id, found);
    }
  }
  return problems;
}

function sortKeysOf(form: TableForm): KeyAttribute[] {
  return form.sortKey.name === "" ? [] : [form.sortKey];
}

function keysOf(form: TableForm): KeyAttribute[] {
  return [
    form.partitionKey,
    ...sortKeysOf(form),
    ...[...form.globalIndexes, ...form.localIndexes].flatMap(keysOfIndex),
  ];
}

function keysOfIndex(index: IndexForm): KeyAttribute[] {
  return [...index.partitionKeys, ...index.sortKeys];
}

/** The type each attribute has, by its first use. */
function typesOf(keys: readonly KeyAttribute[]): Map<string, ScalarAttributeType> {
  const types = new Map<string, ScalarAttributeType>();
  for (const { name, type } of keys) {
    if (!types.has(name)) {
      types.set(name, type);
    }
  }
  return types;
}
