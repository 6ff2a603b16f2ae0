/**
 * The form of a scan or a query, and the exact API input it makes.
 *
 * Every attribute name goes through a placeholder, so that no name is ever a reserved word, a path
 * or a syntax error.
 */

import type {
  AttributeValue,
  QueryCommandInput,
  ScalarAttributeType,
  ScanCommandInput,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import { fromBase64, VALUE_TYPE_NAMES, type ValueType } from "../values/attribute-value";
import { numberProblem } from "../values/value-form";

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

export const SORT_OPERATORS = ["=", "<", "<=", ">", ">=", "between", "begins_with"] as const;
export type SortOperator = (typeof SORT_OPERATORS)[number];

export const FILTER_OPERATORS = [
  "=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "between",
  "in",
  "contains",
  "not contains",
  "begins_with",
  "exists",
  "not exists",
  "type",
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

export const OPERATOR_NAMES: Record<FilterOperator, string> = {
  "=": "Equal to",
  "<>": "Not equal to",
  "<": "Less than",
  "<=": "Less than or equal to",
  ">": "Greater than",
  ">=": "Greater than or equal to",
  between: "Between",
  in: "One of",
  contains: "Contains",
  "not contains": "Does not contain",
  begins_with: "Begins with",
  exists: "Exists",
  "not exists": "Does not exist",
  type: "Is of type",
};

/** Types of a value to compare with. */
export const COMPARABLE_TYPES = ["S", "N", "B", "BOOL", "NULL"] as const;
export type ComparableType = (typeof COMPARABLE_TYPES)[number];

const EVERY_TYPE: readonly FilterOperator[] = ["=", "<>"];

/** What can be asked of a value of that type. Existence and type are asked without one. */
export function operatorsFor(type: ComparableType): FilterOperator[] {
  return FILTER_OPERATORS.filter(
    (operator) =>
      EVERY_TYPE.includes(operator) ||
      !takesValue(operator) ||
      (type !== "BOOL" && type !== "NULL" && (operator !== "begins_with" || type !== "N")),
  );
}

/** Whether a filter with this operator compares with a value of the chosen type. */
export function takesValue(operator: FilterOperator): boolean {
  return operator !== "exists" && operator !== "not exists" && operator !== "type";
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

export interface FilterForm {
  id: number;
  name: string;
  type: ComparableType;
  operator: FilterOperator;
  /** For `in` one value a line; for `type` the short name. */
  text: string;
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

let lastFilter = 0;

export function newFilter(): FilterForm {
  lastFilter += 1;
  return { id: lastFilter, name: "", type: "S", operator: "=", text: "", upper: "" };
}

/** The filter with another condition. Keeps of the value what that has a field for. */
export function withOperator(filter: FilterForm, operator: FilterOperator): FilterForm {
  if ((operator === "type") !== (filter.operator === "type")) {
    const text = filter.type === "BOOL" && operator !== "type" ? "true" : "";
    return { ...filter, operator, text };
  }
  const isOneOfMany = filter.operator === "in" && operator !== "in";
  return { ...filter, operator, text: isOneOfMany ? (listed(filter.text)[0] ?? "") : filter.text };
}

/** The filter with a value of another type, which not every condition can be asked of. */
export function withType(filter: FilterForm, type: ComparableType): FilterForm {
  const operator = operatorsFor(type).includes(filter.operator) ? filter.operator : "=";
  const { text } = withOperator(filter, operator);
  return {
    ...filter,
    type,
    operator,
    text: type === "BOOL" ? "true" : filter.type === "BOOL" ? "" : text,
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

/** Names and values of an expression, each under a name that nothing can clash with. */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  name(attribute: string): string {
    const known = this.#names.get(attribute);
    if (known !== undefined) {
      return known;
    }
    const placeholder = `#n${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  value(value: AttributeValue): string {
    this.#values.push(value);
    return `:v${this.#values.length - 1}`;
  }

  /** The API refuses them when they are empty. */
  members() {
    return {
      ...(this.#names.size === 0
        ? {}
        : {
            ExpressionAttributeNames: Object.fromEntries(
              [...this.#names].map(([attribute, placeholder]) => [placeholder, attribute]),
            ),
          }),
      ...(this.#values.length === 0
        ? {}
        : {
            ExpressionAttributeValues: Object.fromEntries(
              this.#values.map((value, position) => [`:v${position}`, value]),
            ),
          }),
    };
  }
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

function comparison(
  name: string,
  operator: SortOperator | "<>",
  value: () => string,
  upper: () => string,
): string {
  switch (operator) {
    case "between":
      return `${name} BETWEEN ${value()} AND ${upper()}`;
    case "begins_with":
      return `begins_with(${name}, ${value()})`;
    default:
      return `${name} ${operator} ${value()}`;
  }
}

function filterCondition(filter: FilterForm, places: Placeholders): string {
  const name = places.name(filter.name);
  const value = () => places.value(scalar(filter.type, filter.text));
  switch (filter.operator) {
    case "exists":
      return `attribute_exists(${name})`;
    case "not exists":
      return `attribute_not_exists(${name})`;
    case "type":
      return `attribute_type(${name}, ${places.value({ S: filter.text })})`;
    case "contains":
      return `contains(${name}, ${value()})`;
    case "not contains":
      return `NOT contains(${name}, ${value()})`;
    case "in":
      return `${name} IN (${listed(filter.text)
        .map((text) => places.value(scalar(filter.type, text)))
        .join(", ")})`;
    default:
      return comparison(name, filter.operator, value, () =>
        places.value(scalar(filter.type, filter.upper)),
      );
  }
}

function listed(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function scalar(type: ComparableType, text: string): AttributeValue {
  switch (type) {
    case "S":
      return { S: text };
    case "N":
      return { N: text.trim() };
    case "B":
      return { B: fromBase64(text) ?? new Uint8Array() };
    case "BOOL":
      return { BOOL: text === "true" };
    case "NULL":
      return { NULL: true };
  }
}

export interface ExploreProblems {
  partition: (string | undefined)[];
  sort: (string | undefined)[];
  /** By id of the filter. */
  filters: ReadonlyMap<number, { name?: string; value?: string }>;
}

const IN_MAX = 100;

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

function filterProblem(filter: FilterForm): { name?: string; value?: string } {
  const name = filter.name === "" ? "Enter the name of an attribute." : undefined;
  const value = filterValueProblem(filter);
  return {
    ...(name === undefined ? {} : { name }),
    ...(value === undefined ? {} : { value }),
  };
}

function filterValueProblem({ operator, type, text, upper }: FilterForm): string | undefined {
  if (!takesValue(operator)) {
    return operator === "type" && text === "" ? "Choose a type." : undefined;
  }
  if (operator === "in") {
    const values = listed(text);
    return values.length === 0
      ? "Enter at least one value."
      : values.length > IN_MAX
        ? `Enter at most ${IN_MAX} values.`
        : values.map((one) => scalarProblem(type, one)).find((problem) => problem !== undefined);
  }
  return (
    scalarProblem(type, text) ?? (operator === "between" ? scalarProblem(type, upper) : undefined)
  );
}

/** An empty text or binary value is one; a key is never empty, which the server says. */
function scalarProblem(type: ComparableType, text: string): string | undefined {
  switch (type) {
    case "N":
      return numberProblem(text);
    case "B":
      return fromBase64(text) === undefined ? "Enter base64." : undefined;
    case "BOOL":
      return text === "" ? "Choose true or false." : undefined;
    default:
      return undefined;
  }
}

export const ATTRIBUTE_TYPE_OPTIONS = (Object.keys(VALUE_TYPE_NAMES) as ValueType[]).map(
  (value) => ({ value, label: VALUE_TYPE_NAMES[value] }),
);
