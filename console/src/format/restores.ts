/** How far a restore is, in words. */

import type { RestoreProgress } from "../api/admin";
import { formatBytes, formatCounted, formatDuration } from "./units";

/** `Restoring: 12 MiB of 40 MiB, 1,200 items, 3 s left`, or how it ended. */
export function progressText(restore: RestoreProgress): string {
  switch (restore.state) {
    case "failed":
      return `Failed: ${failureReason(restore)}`;
    case "finished":
      return restore.ended_at_seconds === undefined
        ? "Restored"
        : `Restored in ${formatDuration(restore.ended_at_seconds - restore.started_at_seconds)}`;
    case "running":
      return `${PHASES[restore.phase ?? "loading"]}: ${amountText(restore)}`;
  }
}

export const PHASES = {
  waiting: "Waiting for its turn",
  loading: "Restoring",
  indexing: "Building indexes",
} as const;

/** `12 MiB of 40 MiB, 1,200 items, 3 s left`. */
export function amountText(restore: RestoreProgress): string {
  return [
    restore.bytes_total > 0
      ? `${formatBytes(restore.bytes_done)} of ${formatBytes(restore.bytes_total)}`
      : formatBytes(restore.bytes_done),
    formatCounted(restore.items_done, "item"),
    ...(restore.seconds_left === undefined ? [] : [`${formatDuration(restore.seconds_left)} left`]),
  ].join(", ");
}

/** How much of it is done, 0 to 100. The total is an estimate: it is not done before it says so. */
export function progressPercent({ state, bytes_done, bytes_total }: RestoreProgress): number {
  if (state === "finished") {
    return 100;
  }
  return bytes_total === 0 ? 0 : Math.min(99, Math.floor((bytes_done / bytes_total) * 100));
}

export function failureReason({ reason }: RestoreProgress): string {
  return reason ?? "The server gave no reason.";
}
