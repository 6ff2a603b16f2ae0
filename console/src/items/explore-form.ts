/**
 * The form of a scan or a query, and the exact API input it makes.
 *
 * Every attribute name goes through a placeholder, so that no name is ever a reserved word, a path
 * or a syntax error.
 */

import type {
  QueryCommandInput,
  ScalarAttributeType,
  ScanCommandInput,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import {
  comparison,
  Placeholders,
  SORT_OPERATORS,
  type SortOperator,
  scalar,
  scalarProblem,
} from "./expressions";
import { type FilterForm, filterCondition, filterProblem } from "./filter-form";

/** What is read: the table or one of its indexes. */
export interface Target {
  /** Absent if it is the table itself. */
  indexName?: string;
  /** A global index is read without strong consistency. */
  isGlobalIndex: boolean;
  partitionKeys: KeyPart[];
  sortKeys: KeyPart[];
  /** The table's own, which tell items apart and which an index holds too. */
  tableKeys: KeyPart[];
}

export interface KeyPart {
  name: string;
  type: ScalarAttributeType;
}

export function targetsOf(table: TableDescription): Target[] {
  const tableKeys = keyParts(table, table.KeySchema, "HASH").concat(
    keyParts(table, table.KeySchema, "RANGE"),
  );
  const target = (schema: TableDescription["KeySchema"], rest: Partial<Target>): Target => ({
    isGlobalIndex: false,
    partitionKeys: keyParts(table, schema, "HASH"),
    sortKeys: keyParts(table, schema, "RANGE"),
    tableKeys,
    ...rest,
  });
  return [
    target(table.KeySchema, {}),
    ...(table.GlobalSecondaryIndexes ?? []).map((index) =>
      target(index.KeySchema, { indexName: index.IndexName ?? "", isGlobalIndex: true }),
    ),
    ...(table.LocalSecondaryIndexes ?? []).map((index) =>
      target(index.KeySchema, { indexName: index.IndexName ?? "" }),
    ),
  ];
}

/** The table itself where there is no such index. */
export function targetOf(targets: readonly Target[], name: string): Target {
  return (targets.find(({ indexName = "" }) => indexName === name) ?? targets[0]) as Target;
}

function keyParts(
  table: TableDescription,
  schema: TableDescription["KeySchema"],
  half: "HASH" | "RANGE",
): KeyPart[] {
  return (schema ?? [])
    .filter(({ KeyType }) => KeyType === half)
    .map(({ AttributeName = "" }) => ({
      name: AttributeName,
      type:
        table.AttributeDefinitions?.find((one) => one.AttributeName === AttributeName)
          ?.AttributeType ?? "S",
    }));
}

/** Numbers have no beginning. */
export function sortOperatorsFor(type: ScalarAttributeType): SortOperator[] {
  return SORT_OPERATORS.filter((operator) => operator !== "begins_with" || type !== "N");
}

export interface SortCondition {
  operator: SortOperator;
  /** Empty is no condition. */
  text: string;
  /** The upper bound of `between`. */
  upper: string;
}

export interface ExploreForm {
  operation: "Scan" | "Query";
  /** Empty for the table itself. */
  indexName: string;
  /** By position in the key. */
  partition: string[];
  sort: SortCondition[];
  descending: boolean;
  consistent: boolean;
  filters: FilterForm[];
  /** A line each; without any all attributes are read. The keys come along in any case. */
  attributes: string[];
}

export const NO_CONDITION: SortCondition = { operator: "=", text: "", upper: "" };

export function newExploreForm(): ExploreForm {
  return {
    operation: "Scan",
    indexName: "",
    partition: [],
    sort: [],
    descending: false,
    consistent: false,
    filters: [],
    attributes: [],
  };
}

/** A scan or a query without where to begin and how much to read. */
export type ReadInput =
  | { operation: "Query"; input: QueryCommandInput }
  | { operation: "Scan"; input: ScanCommandInput };

/** Of a form without problems. */
export function readInput(tableName: string, target: Target, form: ExploreForm): ReadInput {
  const places = new Placeholders();
  const keyCondition =
    form.operation === "Query" ? keyConditions(target, form, places).join(" AND ") : undefined;
  const filter = form.filters.map((one) => filterCondition(one, places)).join(" AND ");
  const projection = projectedNames(target, form.attributes)
    .map((name) => places.name(name))
    .join(", ");
  const common = {
    TableName: tableName,
    ...(target.indexName === undefined ? {} : { IndexName: target.indexName }),
    ...(filter === "" ? {} : { FilterExpression: filter }),
    ...(projection === "" ? {} : { ProjectionExpression: projection }),
    ...places.members(),
    ...(form.consistent && !target.isGlobalIndex ? { ConsistentRead: true } : {}),
  };
  return keyCondition === undefined
    ? { operation: "Scan", input: common }
    : {
        operation: "Query",
        input: {
          ...common,
          KeyConditionExpression: keyCondition,
          ...(form.descending ? { ScanIndexForward: false } : {}),
        },
      };
}

/** The keys are read with whatever is asked for: an item without them could not be opened. */
function projectedNames(target: Target, attributes: readonly string[]): string[] {
  const wanted = attributes.filter((name) => name !== "");
  if (wanted.length === 0) {
    return [];
  }
  const keys = [...target.tableKeys, ...target.partitionKeys, ...target.sortKeys];
  return [...new Set([...keys.map(({ name }) => name), ...wanted])];
}

function keyConditions(target: Target, form: ExploreForm, places: Placeholders): string[] {
  const partition = target.partitionKeys.map(
    ({ name, type }, position) =>
      `${places.name(name)} = ${places.value(scalar(type, form.partition[position] ?? ""))}`,
  );
  const sort = target.sortKeys.flatMap(({ name, type }, position) => {
    const condition = form.sort[position] ?? NO_CONDITION;
    return isEmpty(condition)
      ? []
      : [
          comparison(
            places.name(name),
            condition.operator,
            () => places.value(scalar(type, condition.text)),
            () => places.value(scalar(type, condition.upper)),
          ),
        ];
  });
  return [...partition, ...sort];
}

export function isEmpty(condition: SortCondition): boolean {
  return condition.text === "" && (condition.operator !== "between" || condition.upper === "");
}

export interface ExploreProblems {
  partition: (string | undefined)[];
  sort: (string | undefined)[];
  /** By id of the filter. */
  filters: ReadonlyMap<number, { name?: string; value?: string }>;
}

export function exploreProblems(target: Target, form: ExploreForm): ExploreProblems {
  const isQuery = form.operation === "Query";
  return {
    partition: isQuery
      ? target.partitionKeys.map(({ type }, position) => {
          const text = form.partition[position] ?? "";
          return text === "" ? "Enter a value." : scalarProblem(type, text);
        })
      : [],
    sort: isQuery
      ? target.sortKeys.map(({ type }, position) => sortProblem(type, form.sort, position))
      : [],
    filters: new Map(form.filters.map((filter) => [filter.id, filterProblem(filter)])),
  };
}

export function hasExploreProblem(problems: ExploreProblems): boolean {
  return (
    [...problems.partition, ...problems.sort].some((problem) => problem !== undefined) ||
    [...problems.filters.values()].some(({ name, value }) => (name ?? value) !== undefined)
  );
}

/** Of several sort keys, those before the last condition must be given and equal. */
function sortProblem(
  type: ScalarAttributeType,
  conditions: readonly SortCondition[],
  position: number,
): string | undefined {
  const condition = conditions[position] ?? NO_CONDITION;
  const isLast = conditions.slice(position + 1).every(isEmpty);
  if (isEmpty(condition)) {
    return isLast ? undefined : "Enter a value, because the sort key after this one has one.";
  }
  if (!isLast && condition.operator !== "=") {
    return "Only the last sort key of a query may be compared by anything but equal to.";
  }
  return (
    scalarProblem(type, condition.text) ??
    (condition.operator === "between" ? scalarProblem(type, condition.upper) : undefined)
  );
}
