/** The filter of the list of backups, and the query string that keeps it. */

import type { BackupTypeFilter } from "@aws-sdk/client-dynamodb";
import type { DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import { UNIT_SECONDS } from "./list-query";

export interface ListFilter {
  /** Empty for all tables; also the name of one that is gone. */
  tableName: string;
  type: BackupTypeFilter;
  /** When the backups were made, as the range picker has it. */
  range: DateRangePickerProps.Value | null;
}

export const BACKUP_TYPES: { value: BackupTypeFilter; label: string }[] = [
  { value: "ALL", label: "All types" },
  { value: "USER", label: "User" },
  { value: "SYSTEM", label: "System" },
  { value: "AWS_BACKUP", label: "AWS Backup" },
];

/** Those that are offered. */
export const SPANS = (
  [
    [1, "hour"],
    [1, "day"],
    [1, "week"],
    [35, "day"],
  ] as const
).map(([amount, unit]) => ({ key: `${amount}-${unit}`, amount, unit, type: "relative" as const }));

/** What the query string says; what it does not say, or not so that it can be read, is all. */
export function filterOf(search: URLSearchParams): ListFilter {
  return {
    tableName: search.get("table") ?? "",
    type: BACKUP_TYPES.find(({ value }) => value === search.get("type"))?.value ?? "ALL",
    range: rangeOf(search),
  };
}

export function searchOf({ tableName, type, range }: ListFilter): Record<string, string> {
  return {
    ...(tableName === "" ? {} : { table: tableName }),
    ...(type === "ALL" ? {} : { type }),
    ...(range?.type === "relative" ? { last: `${range.amount}-${range.unit}` } : {}),
    ...(range?.type === "absolute" ? { from: range.startDate, to: range.endDate } : {}),
  };
}

const LAST = /^(\d{1,6})-(\w+)$/;
/** A day and a time with its zone, as the range picker has it. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$/;

function rangeOf(search: URLSearchParams): ListFilter["range"] {
  const [, amount, unit = ""] = LAST.exec(search.get("last") ?? "") ?? [];
  if (amount !== undefined && isUnit(unit)) {
    const span = SPANS.find(({ key }) => key === `${amount}-${unit}`);
    return span ?? { type: "relative", amount: Number(amount), unit };
  }
  const [from, to] = [search.get("from") ?? "", search.get("to") ?? ""];
  const isRange = [from, to].every((time) => TIME.test(time) && !Number.isNaN(Date.parse(time)));
  return isRange ? { type: "absolute", startDate: from, endDate: to } : null;
}

function isUnit(unit: string): unit is keyof typeof UNIT_SECONDS {
  return Object.hasOwn(UNIT_SECONDS, unit);
}
