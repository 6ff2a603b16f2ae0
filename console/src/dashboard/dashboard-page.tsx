/**
 * The first page: is the server well, what is in this Region, what is being restored.
 *
 * It is part of the first paint: nothing heavy may be imported here, the charts come after.
 */

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Suspense } from "react";
import type { ServerInfo, TableRow } from "../api/admin";
import { useServer } from "../api/server";
import { useTableRows } from "../api/table-rows";
import { later } from "../app/later";
import { PageLink, paths, useLink } from "../app/links";
import { Page } from "../app/page";
import { useRegion } from "../app/region";
import { useTimeFormat } from "../format/time";
import { formatBytes, formatCount, formatCounted, formatDuration } from "../format/units";
import { Facts } from "../widgets/facts";
import { FailureAlert } from "../widgets/failure";
import { Restores } from "./restores";

const ServerCharts = later(async () => (await import("./server-charts")).ServerCharts);

export function Component() {
  const region = useRegion();
  const link = useLink();
  return (
    <Page
      title="Dashboard"
      actions={
        <Button variant="primary" {...link(paths.createTable(region))}>
          Create table
        </Button>
      }
    >
      <SpaceBetween size="l">
        <Health />
        <Tables />
        <Restores />
        <Suspense fallback={<Spinner />}>
          <ServerCharts />
        </Suspense>
      </SpaceBetween>
    </Page>
  );
}

function Health() {
  const { data, error, refetch } = useServer();
  const formatTime = useTimeFormat();
  if (error !== null) {
    return (
      <FailureAlert header="The server does not answer" error={error} onRetry={() => refetch()} />
    );
  }
  const healthy = data?.health.ok;
  return (
    <SpaceBetween size="l">
      {healthy === false && (
        <Alert type="warning" header="The server is not healthy">
          {data?.health.reason}
        </Alert>
      )}
      <Facts
        title="Server"
        facts={[
          {
            label: "Health",
            value:
              healthy === undefined ? (
                <StatusIndicator type="loading">Asking</StatusIndicator>
              ) : (
                <StatusIndicator type={healthy ? "success" : "warning"}>
                  {healthy ? "Healthy" : "Not healthy"}
                </StatusIndicator>
              ),
          },
          { label: "Version", value: data?.version ?? "-" },
          {
            label: "Running since",
            value:
              data === undefined
                ? "-"
                : `${formatTime(data.started_at_seconds)} (${formatDuration(
                    Math.max(0, data.now_seconds - data.started_at_seconds),
                  )})`,
          },
          { label: "Account", value: data?.account ?? "-" },
          { label: "Archive", value: <Archive archive={data?.archive} /> },
          {
            label: "Acknowledged writes",
            value:
              data === undefined
                ? "-"
                : data.durability === "fsync"
                  ? "Are on disk"
                  : "May be lost with the machine",
          },
          {
            label: "Throttling",
            value:
              data === undefined ? "-" : data.throttling ? "On" : "Off: capacity is only counted",
          },
        ]}
      />
    </SpaceBetween>
  );
}

const ARCHIVES: Record<string, string> = {
  directory: "A directory",
  s3: "An S3 bucket",
  memory: "Memory: gone with the server",
};

/** A kind that this console does not know is shown as the server said it. */
function Archive({ archive }: { archive: ServerInfo["archive"] | undefined }) {
  if (archive === undefined) {
    return <>-</>;
  }
  return archive.is_default ? (
    // Whoever loses the disk loses both.
    <StatusIndicator type="warning">Beside the data</StatusIndicator>
  ) : (
    (ARCHIVES[archive.kind] ?? archive.kind)
  );
}

function Tables() {
  const region = useRegion();
  const { data, error, refetch } = useTableRows();
  if (error !== null && data === undefined) {
    return (
      <FailureAlert header="The tables cannot be listed" error={error} onRetry={() => refetch()} />
    );
  }
  const count = (holds: (row: TableRow) => boolean) =>
    data === undefined ? "-" : formatCount(data.filter(holds).length);
  const sum = (of: (row: TableRow) => number) =>
    (data ?? []).reduce((total, row) => total + of(row), 0);
  const unprotected = data?.filter((row) => row.point_in_time_recovery !== "ENABLED").length ?? 0;
  return (
    <Facts
      title={`Tables in ${region}`}
      facts={[
        {
          label: "Tables",
          value: <PageLink to={paths.tables(region)}>{count(() => true)}</PageLink>,
        },
        { label: "Active", value: count((row) => row.status === "ACTIVE") },
        {
          label: "Items",
          value: data === undefined ? "-" : formatCount(sum((row) => row.item_count)),
        },
        {
          label: "Size",
          value: data === undefined ? "-" : formatBytes(sum((row) => row.size_bytes)),
        },
        {
          label: "With point-in-time recovery",
          value: count((row) => row.point_in_time_recovery === "ENABLED"),
        },
        {
          label: "Without point-in-time recovery",
          value:
            unprotected > 0 ? (
              <StatusIndicator type="warning">
                {formatCounted(unprotected, "table")}
              </StatusIndicator>
            ) : (
              count((row) => row.point_in_time_recovery !== "ENABLED")
            ),
        },
      ]}
    />
  );
}
