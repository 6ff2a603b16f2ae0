/**
 * The admin API: what the console needs and AWS has no operation for. Read-only JSON over GET.
 *
 * The types follow docs/admin-api.md. Times are seconds since 1970, sizes are bytes.
 */

import { answerOf } from "./errors";

/** The name of something a server may or may not be able to do. */
export type CapabilityName =
  | "restore_to_another_region"
  | "customer_managed_keys"
  | "replicas"
  | "export"
  | "import"
  | "sign_in";

export interface Capability {
  available: boolean;
  /** Why it is not available, in the words with which the API refuses it. */
  reason?: string;
}

/** Indexes are counted by table, tables by Region, restores at once. */
export type LimitName = "tables_max" | "restores_max" | "global_indexes_max" | "local_indexes_max";

export interface ServerInfo {
  version: string;
  account: string;
  started_at_seconds: number;
  now_seconds: number;
  default_region: string;
  /** Those with tables or backups, and the default; others exist on first use. */
  regions: string[];
  health: { ok: boolean; reason?: string };
  capabilities: Partial<Record<CapabilityName, Capability>>;
  /** `is_default`: nobody named one, so it lies beside the data. */
  archive: { kind: string; is_default: boolean };
  point_in_time: { period_days_min: number; period_days_max: number };
  limits: Partial<Record<LimitName, number>>;
  /** Whether used-up capacity refuses requests. */
  throttling: boolean;
  /** What an acknowledged write survives. */
  durability: "fsync" | "process";
}

export interface TableRow {
  name: string;
  arn: string;
  table_id: string;
  status: string;
  /** Created by a restore that is still running. */
  restoring: boolean;
  created_at_seconds: number;
  keys: {
    attribute_name: string;
    attribute_type: "S" | "N" | "B";
    key_type: "HASH" | "RANGE";
  }[];
  global_index_count: number;
  local_index_count: number;
  billing_mode: "PROVISIONED" | "PAY_PER_REQUEST";
  table_class: "STANDARD" | "STANDARD_INFREQUENT_ACCESS";
  size_bytes: number;
  item_count: number;
  point_in_time_recovery: "ENABLED" | "DISABLED";
  deletion_protection: boolean;
}

export interface TablePage {
  tables: TableRow[];
  /** Where the next page begins; absent on the last one. */
  next_start?: string;
  total: number;
}

export interface TableHistory {
  earliest_seconds: number | null;
  latest_seconds: number | null;
  archived_through_seconds: number | null;
  from_seconds: number;
  to_seconds: number;
  buckets: { from_seconds: number; to_seconds: number; writes: number; bytes: number }[];
  /** The newest thousand within the range. */
  backups: {
    arn: string;
    name: string;
    type: "USER" | "SYSTEM";
    status: string;
    at_seconds: number;
  }[];
  backups_total: number;
}

export interface RestoreProgress {
  table_name: string;
  /** ARN of the backup or of the table. */
  source: string;
  /** The instant the table is put back to. */
  at_seconds: number;
  state: "running" | "finished" | "failed";
  phase?: "waiting" | "loading" | "indexing";
  bytes_done: number;
  /** An upper estimate; 0 while it is unknown. */
  bytes_total: number;
  items_done: number;
  started_at_seconds: number;
  ended_at_seconds?: number;
  seconds_left?: number;
  /** Why it failed. */
  reason?: string;
}

export interface Metrics {
  start_seconds: number;
  step_seconds: number;
  /** One number for each step; null where nothing was measured. */
  series: Record<string, (number | null)[]>;
}

export interface MetricsRange {
  from: number;
  to: number;
  step_seconds: number;
}

/** A refusal of the admin API, or of whatever stands between. */
export class AdminError extends Error {
  override readonly name: string;
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(status: number, code: string, message: string, requestId: string | undefined) {
    super(message);
    this.name = code;
    this.status = status;
    this.requestId = requestId;
  }
}

type Parameters = Record<string, string | number | undefined>;

async function get<T>(path: string, parameters: Parameters, signal?: AbortSignal): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) {
      query.set(name, typeof value === "number" ? decimal(value) : value);
    }
  }
  const suffix = query.size > 0 ? `?${query}` : "";
  const asking = fetch(`/admin/v1/${path}${suffix}`, {
    headers: { accept: "application/json" },
    ...(signal === undefined ? {} : { signal }),
  });
  const response = await answerOf(asking, signal);
  const text = await answerOf(response.text(), signal);
  if (!response.ok) {
    throw refusal(response, text);
  }
  return JSON.parse(text) as T;
}

/** Instants have at most six decimals; the server refuses more. */
function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}

function refusal(response: Response, text: string): AdminError {
  const requestId = response.headers.get("x-amzn-requestid") ?? undefined;
  let code = `HTTP ${response.status}`;
  let message = text || response.statusText || "The server gave no reason.";
  try {
    const body = JSON.parse(text) as { code?: unknown; message?: unknown };
    code = typeof body.code === "string" ? body.code : code;
    message = typeof body.message === "string" ? body.message : message;
  } catch {
    // Not JSON: what it said is shown as it is.
  }
  return new AdminError(response.status, code, message, requestId);
}

const region = (name: string) => `regions/${encodeURIComponent(name)}`;
const table = (regionName: string, name: string) =>
  `${region(regionName)}/tables/${encodeURIComponent(name)}`;

export const admin = {
  server: (signal?: AbortSignal) => get<ServerInfo>("server", {}, signal),

  tables: (
    regionName: string,
    page: { start?: string | undefined; limit: number },
    signal?: AbortSignal,
  ) => get<TablePage>(`${region(regionName)}/tables`, { ...page }, signal),

  history: (
    regionName: string,
    tableName: string,
    range: { from?: number; to?: number; buckets?: number },
    signal?: AbortSignal,
  ) => get<TableHistory>(`${table(regionName, tableName)}/history`, { ...range }, signal),

  restores: (regionName: string, signal?: AbortSignal) =>
    get<{ restores: RestoreProgress[] }>(`${region(regionName)}/restores`, {}, signal),

  metrics: (range: MetricsRange, signal?: AbortSignal) =>
    get<Metrics>("metrics", { ...range }, signal),

  tableMetrics: (
    regionName: string,
    tableName: string,
    range: MetricsRange,
    signal?: AbortSignal,
  ) => get<Metrics>(`${table(regionName, tableName)}/metrics`, { ...range }, signal),
};
