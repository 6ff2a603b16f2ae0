/**
 * A scan or a query as a part of the address of its page, so that loading the page again, or a
 * bookmark, reads the same items. What is as in a new form is left out.
 */

import { isValueType } from "../values/attribute-value";
import {
  type ExploreForm,
  exploreProblems,
  hasExploreProblem,
  type KeyPart,
  NO_CONDITION,
  newExploreForm,
  type SortCondition,
  sortOperatorsFor,
  type Target,
  targetOf,
} from "./explore-form";
import { COMPARABLE_TYPES } from "./expressions";
import { type FilterForm, newFilter, operatorsFor } from "./filter-form";

/** A part for each member of a condition: those of the first condition come first. */
const SORT = { operator: "sort-is", text: "sort", upper: "sort-to" } as const;
const FILTER = {
  name: "filter",
  type: "filter-type",
  operator: "filter-is",
  text: "filter-value",
  upper: "filter-to",
} as const;

const NAMES = [
  "operation",
  "index",
  "partition",
  ...Object.values(SORT),
  "descending",
  "consistent",
  ...Object.values(FILTER),
  "attribute",
];

/** `search` with this form instead of the one it had. */
export function withExploreForm(search: URLSearchParams, form: ExploreForm): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const name of NAMES) {
    next.delete(name);
  }
  const isQuery = form.operation === "Query";
  const put = (name: string, wanted: boolean, ...values: string[]) => {
    for (const value of wanted ? values : []) {
      next.append(name, value);
    }
  };
  put("operation", isQuery, form.operation);
  put("index", form.indexName !== "", form.indexName);
  put("partition", isQuery, ...form.partition);
  for (const condition of isQuery ? form.sort : []) {
    putAll(next, SORT, condition);
  }
  put("descending", form.descending, "true");
  put("consistent", form.consistent, "true");
  for (const filter of form.filters) {
    putAll(next, FILTER, filter);
  }
  put("attribute", true, ...form.attributes.filter((name) => name !== ""));
  return next;
}

type Names = Record<string, string>;

function putAll(search: URLSearchParams, names: Names, values: object): void {
  for (const [member, name] of Object.entries(names)) {
    search.append(name, String(values[member as keyof typeof values]));
  }
}

function takeAll(search: URLSearchParams, names: Names): Record<string, string>[] {
  const count = Math.max(...Object.values(names).map((name) => search.getAll(name).length));
  return Array.from({ length: count }, (_, at) =>
    Object.fromEntries(
      Object.entries(names).map(([member, name]) => [member, search.getAll(name)[at] ?? ""]),
    ),
  );
}

/** The form of an address; a new one if that has none, or none that could be run. */
export function exploreFormOf(search: URLSearchParams, targets: readonly Target[]): ExploreForm {
  const indexName = search.get("index") ?? "";
  const target = targetOf(targets, indexName);
  const form: ExploreForm = {
    operation: search.get("operation") === "Query" ? "Query" : "Scan",
    indexName,
    partition: search.getAll("partition"),
    sort: takeAll(search, SORT).map((one) => ({ ...NO_CONDITION, ...one })),
    descending: search.get("descending") === "true",
    consistent: search.get("consistent") === "true",
    filters: takeAll(search, FILTER).map((one) => ({ ...newFilter(), ...one })),
    attributes: search.getAll("attribute"),
  };
  const canRun =
    (target.indexName ?? "") === indexName &&
    form.sort.every((condition, at) => isSortCondition(condition, target.sortKeys[at])) &&
    form.filters.every(isFilter) &&
    !hasExploreProblem(exploreProblems(target, form));
  return canRun ? form : newExploreForm();
}

/** Whether it could have been chosen, whatever its value. */
function isSortCondition({ operator }: SortCondition, part: KeyPart | undefined): boolean {
  return part !== undefined && sortOperatorsFor(part.type).includes(operator);
}

function isFilter({ type, operator, text }: FilterForm): boolean {
  return (
    COMPARABLE_TYPES.includes(type) &&
    operatorsFor(type).includes(operator) &&
    (operator !== "type" || isValueType(text))
  );
}
