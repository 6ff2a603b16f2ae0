/** What a person asks of the list of backups, and the request to ListBackups it stands for. */

import type {
  BackupSummary,
  BackupTypeFilter,
  ListBackupsCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";

/** The most that the API gives at once. */
export const BACKUPS_PER_REQUEST = 100;

export interface BackupQuery {
  /** Empty for all tables; also the name of one that is gone. */
  tableName: string;
  type: BackupTypeFilter;
  /** Seconds since 1970; the lower bound belongs to the range, the upper does not. */
  fromSeconds?: number;
  beforeSeconds?: number;
}

export const ALL_BACKUPS: BackupQuery = { tableName: "", type: "ALL" };

export function listBackupsInput(
  query: BackupQuery,
  startArn: string | undefined,
): ListBackupsCommandInput {
  const { tableName, type, fromSeconds, beforeSeconds } = query;
  return {
    BackupType: type,
    Limit: BACKUPS_PER_REQUEST,
    ...(tableName === "" ? {} : { TableName: tableName }),
    ...(fromSeconds === undefined ? {} : { TimeRangeLowerBound: new Date(fromSeconds * 1000) }),
    ...(beforeSeconds === undefined ? {} : { TimeRangeUpperBound: new Date(beforeSeconds * 1000) }),
    ...(startArn === undefined ? {} : { ExclusiveStartBackupArn: startArn }),
  };
}

export const UNIT_SECONDS = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
} as const;

/** The bounds that a range picker's value means. The last second of a range belongs to it. */
export function timeBounds(
  range: DateRangePickerProps.Value | null,
  nowSeconds: number,
): Pick<BackupQuery, "fromSeconds" | "beforeSeconds"> {
  if (range === null) {
    return {};
  }
  if (range.type === "relative") {
    return { fromSeconds: Math.floor(nowSeconds) - range.amount * UNIT_SECONDS[range.unit] };
  }
  return {
    fromSeconds: Date.parse(range.startDate) / 1000,
    beforeSeconds: Date.parse(range.endDate) / 1000 + 1,
  };
}

/** How the backups are ordered by a column; ListBackups itself goes by table, then by time. */
export type BackupSorting = { column: keyof BackupSummary; descending: boolean };

/** Whoever just broke a table wants the last one. */
export const NEWEST_FIRST: BackupSorting = { column: "BackupCreationDateTime", descending: true };

export function sortBackups(
  backups: readonly BackupSummary[],
  { column, descending }: BackupSorting,
): BackupSummary[] {
  const sign = descending ? -1 : 1;
  return [...backups].sort((a, b) => sign * compare(a[column], b[column]));
}

function compare(a: BackupSummary[keyof BackupSummary], b: typeof a): number {
  if (a === undefined || b === undefined) {
    return Number(a !== undefined) - Number(b !== undefined);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why backups cannot be deleted, or undefined if they can. */
export function undeletableReason(backups: readonly BackupSummary[]): string | undefined {
  if (backups.some(({ BackupType }) => BackupType === "SYSTEM")) {
    return "A system backup cannot be deleted. It goes by itself when it expires.";
  }
  if (backups.some(({ BackupType }) => BackupType === "AWS_BACKUP")) {
    return "A backup of AWS Backup can only be deleted there.";
  }
  if (backups.some(({ BackupStatus }) => BackupStatus === "CREATING")) {
    return "A backup that is being created cannot be deleted yet.";
  }
  return undefined;
}

const TYPE_NAMES: Record<string, string> = {
  USER: "User",
  SYSTEM: "System",
  AWS_BACKUP: "AWS Backup",
};

export function backupTypeName(type: string | undefined): string {
  return TYPE_NAMES[type ?? ""] ?? type ?? "-";
}
