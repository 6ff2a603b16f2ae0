/** A filter of a scan or a query: what it holds, its part of the expression, what is wrong. */

import { VALUE_TYPE_NAMES, type ValueType } from "../values/attribute-value";
import {
  type ComparableType,
  comparison,
  type Placeholders,
  scalar,
  scalarProblem,
} from "./expressions";

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

export interface FilterForm {
  id: number;
  name: string;
  type: ComparableType;
  operator: FilterOperator;
  /** For `in` one value a line; for `type` the short name. */
  text: string;
  upper: string;
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

export function filterCondition(filter: FilterForm, places: Placeholders): string {
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

const IN_MAX = 100;

export function filterProblem(filter: FilterForm): { name?: string; value?: string } {
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

/** What an attribute can be asked to be. */
export const ATTRIBUTE_TYPE_OPTIONS = (Object.keys(VALUE_TYPE_NAMES) as ValueType[]).map(
  (value) => ({ value, label: VALUE_TYPE_NAMES[value] }),
);
