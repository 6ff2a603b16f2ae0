/** How the server is doing, as pictures. Apart from the page, because charts weigh a lot. */

import { admin } from "../api/admin";
import { bytesUnit, formatBytes, formatDuration, formatMeasure } from "../format/units";
import { largest, present } from "../widgets/metrics";
import { type Chart, MetricsPanel } from "../widgets/metrics-panel";

/** Lines that can still be told apart. */
const LINES_MAX = 6;

const CHARTS: Chart[] = [
  {
    title: "Requests by operation",
    unit: "requests per second",
    format: formatMeasure,
    series: (metrics) => largest(metrics, "requests_per_second.", LINES_MAX),
  },
  {
    title: "Latency",
    unit: "time until the answer",
    format: formatDuration,
    series: (metrics) =>
      present(metrics, [
        { name: "latency_p50_seconds", title: "Half are faster" },
        { name: "latency_p90_seconds", title: "90 % are faster" },
        { name: "latency_p99_seconds", title: "99 % are faster" },
      ]),
  },
  {
    title: "Errors",
    unit: "answers per second",
    format: formatMeasure,
    series: (metrics) =>
      present(metrics, [
        { name: "client_errors_per_second", title: "Refused requests" },
        { name: "throttled_requests_per_second", title: "Throttled requests" },
        { name: "server_errors_per_second", title: "Failures of the server" },
      ]),
  },
  {
    title: "Archive lag",
    unit: "age of the oldest change not archived",
    format: formatDuration,
    series: (metrics) => present(metrics, [{ name: "archive_lag_seconds", title: "Lag" }]),
  },
  {
    title: "Storage",
    unit: "size",
    format: formatBytes,
    scale: bytesUnit,
    series: (metrics) =>
      present(metrics, [
        { name: "data_bytes", title: "Data directory" },
        { name: "archive_bytes", title: "Archive" },
      ]),
  },
  {
    title: "Connections",
    unit: "open connections",
    format: formatMeasure,
    series: (metrics) => present(metrics, [{ name: "connections", title: "Connections" }]),
  },
];

export function ServerCharts() {
  return (
    <MetricsPanel
      title="Activity"
      queryKey={["metrics"]}
      load={(range, signal) => admin.metrics(range, signal)}
      charts={CHARTS}
    />
  );
}
