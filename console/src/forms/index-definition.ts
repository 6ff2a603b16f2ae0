/** Secondary indexes as a form has them, and the API input they stand for. */

import type {
  AttributeDefinition,
  BillingMode,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  Projection,
  ProjectionType,
  ScalarAttributeType,
} from "@aws-sdk/client-dynamodb";
import { attributeNameProblem, nameProblem, type Problem } from "./fields";
import {
  type CapacityForm,
  type CapacityProblems,
  capacityInput,
  capacityProblems,
  EMPTY_CAPACITY,
} from "./throughput";

export interface KeyAttribute {
  name: string;
  type: ScalarAttributeType;
}

export interface IndexForm {
  /** Tells the indexes of one form apart while their names are typed. */
  id: number;
  name: string;
  /** One for a local index (the table's), up to four for a global one. */
  partitionKeys: KeyAttribute[];
  /** One for a local index, up to four for a global one. */
  sortKeys: KeyAttribute[];
  projection: ProjectionType;
  /** Names of attributes for the projection INCLUDE. */
  projectedAttributes: string[];
  /** One more that is typed and not added to the list yet. It counts as well. */
  typedAttribute: string;
  capacity: CapacityForm;
}

/** Of a global index; a table and a local index have one of each at most. */
export const KEY_ATTRIBUTES_MAX = 4;
/** Both are AWS's own, until the server has told its. */
export const GLOBAL_INDEXES_MAX = 20;
export const LOCAL_INDEXES_MAX = 5;

let lastId = 0;

export function emptyKeyAttribute(): KeyAttribute {
  return { name: "", type: "S" };
}

export function newGlobalIndex(): IndexForm {
  return { ...newIndex(), partitionKeys: [emptyKeyAttribute()], sortKeys: [] };
}

/** The partition key of a local index is the table's, so the form does not hold it. */
export function newLocalIndex(): IndexForm {
  return { ...newIndex(), partitionKeys: [], sortKeys: [emptyKeyAttribute()] };
}

function newIndex() {
  lastId += 1;
  return {
    id: lastId,
    name: "",
    projection: "ALL" as ProjectionType,
    projectedAttributes: [],
    typedAttribute: "",
    capacity: EMPTY_CAPACITY,
  };
}

export function keySchema(
  partitionKeys: readonly KeyAttribute[],
  sortKeys: readonly KeyAttribute[],
): KeySchemaElement[] {
  return [
    ...partitionKeys.map(({ name }) => ({ AttributeName: name, KeyType: "HASH" as const })),
    ...sortKeys.map(({ name }) => ({ AttributeName: name, KeyType: "RANGE" as const })),
  ];
}

/** Each attribute once, in the order of first use. Who checked for conflicts loses nothing. */
export function attributeDefinitions(keys: readonly KeyAttribute[]): AttributeDefinition[] {
  const types = new Map<string, ScalarAttributeType>();
  for (const { name, type } of keys) {
    if (!types.has(name)) {
      types.set(name, type);
    }
  }
  return [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

/** With the one that is only typed: who submits the form means it too. */
export function projectedNames({ projectedAttributes, typedAttribute }: IndexForm): string[] {
  return typedAttribute === "" || projectedAttributes.includes(typedAttribute)
    ? projectedAttributes
    : [...projectedAttributes, typedAttribute];
}

function projectionInput(index: IndexForm): Projection {
  return index.projection === "INCLUDE"
    ? { ProjectionType: "INCLUDE", NonKeyAttributes: projectedNames(index) }
    : { ProjectionType: index.projection };
}

export function globalIndexInput(index: IndexForm, billingMode: BillingMode): GlobalSecondaryIndex {
  return {
    IndexName: index.name,
    KeySchema: keySchema(index.partitionKeys, index.sortKeys),
    Projection: projectionInput(index),
    ...capacityInput(billingMode, index.capacity),
  };
}

export function localIndexInput(
  index: IndexForm,
  tablePartitionKey: KeyAttribute,
): LocalSecondaryIndex {
  return {
    IndexName: index.name,
    KeySchema: keySchema([tablePartitionKey], index.sortKeys),
    Projection: projectionInput(index),
  };
}

export interface IndexProblems {
  name?: string;
  partitionKeys: Problem[];
  sortKeys: Problem[];
  projectedAttributes?: string;
  capacity: CapacityProblems;
}

/** `otherNames`: of the other indexes of the table. `types`: what the other keys say already. */
export function indexProblems(
  index: IndexForm,
  context: {
    otherNames: readonly string[];
    types: ReadonlyMap<string, ScalarAttributeType>;
    /** Of a global index; a local one has no capacity of its own. */
    billingMode?: BillingMode;
  },
): IndexProblems {
  const key = (attribute: KeyAttribute): Problem =>
    attributeNameProblem(attribute.name) ?? typeProblem(attribute, context.types);
  const name =
    nameProblem(index.name) ??
    (context.otherNames.includes(index.name) ? "Another index has this name." : undefined);
  const projected =
    index.projection === "INCLUDE" && projectedNames(index).length === 0
      ? "Add at least one attribute, or choose another projection."
      : undefined;
  return {
    ...(name === undefined ? {} : { name }),
    partitionKeys: index.partitionKeys.map(key),
    sortKeys: index.sortKeys.map(key),
    ...(projected === undefined ? {} : { projectedAttributes: projected }),
    capacity:
      context.billingMode === undefined
        ? {}
        : capacityProblems(context.billingMode, index.capacity),
  };
}

export function hasIndexProblem(problems: IndexProblems): boolean {
  return (
    problems.name !== undefined ||
    problems.projectedAttributes !== undefined ||
    Object.keys(problems.capacity).length > 0 ||
    [...problems.partitionKeys, ...problems.sortKeys].some((problem) => problem !== undefined)
  );
}

/** An attribute has one type in all keys of a table. */
export function typeProblem(
  attribute: KeyAttribute,
  types: ReadonlyMap<string, ScalarAttributeType>,
): Problem {
  const known = types.get(attribute.name);
  return known === undefined || known === attribute.type
    ? undefined
    : `Another key has this attribute with the type ${TYPE_NAMES[known]}.`;
}

export const TYPE_NAMES: Record<ScalarAttributeType, string> = {
  S: "String",
  N: "Number",
  B: "Binary",
};
