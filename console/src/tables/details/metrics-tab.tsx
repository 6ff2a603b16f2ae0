/** How a table is used: requests, capacity, throttling, as the server measured them. */

import { admin } from "../../api/admin";
import { tableKey } from "../../api/tables";
import { useRegion } from "../../app/region";
import { formatMeasure } from "../../format/units";
import { present } from "../../widgets/metrics";
import { type Chart, MetricsPanel } from "../../widgets/metrics-panel";
import type { TabProps } from "./tabs";

const CHARTS: Chart[] = [
  {
    title: "Requests",
    unit: "requests per second",
    format: formatMeasure,
    series: (metrics) =>
      present(metrics, [
        { name: "read_requests_per_second", title: "Reads" },
        { name: "write_requests_per_second", title: "Writes" },
      ]),
  },
  {
    title: "Consumed capacity",
    unit: "units per second",
    format: formatMeasure,
    series: (metrics) =>
      present(metrics, [
        { name: "read_capacity_units_per_second", title: "Read units" },
        { name: "write_capacity_units_per_second", title: "Write units" },
      ]),
  },
  {
    title: "Throttled requests",
    unit: "requests per second",
    format: formatMeasure,
    series: (metrics) =>
      present(metrics, [{ name: "throttled_requests_per_second", title: "Throttled" }]),
  },
];

export function Tab({ tableName }: TabProps) {
  const region = useRegion();
  return (
    <MetricsPanel
      title="Metrics"
      queryKey={[...tableKey(region, tableName), "metrics"]}
      load={(range, signal) => admin.tableMetrics(region, tableName, range, signal)}
      charts={CHARTS}
    />
  );
}
