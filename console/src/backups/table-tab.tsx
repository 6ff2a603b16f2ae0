/** The tab of a table with all that can bring it back: point-in-time recovery, history, backups. */

import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { POLL_FAST_MILLISECONDS } from "../api/query";
import { useContinuousBackups } from "../api/tables";
import { paths, useLink } from "../app/links";
import { useRegion } from "../app/region";
import { useTimeFormat } from "../format/time";
import { formatCounted } from "../format/units";
import type { TabProps } from "../tables/details/tabs";
import { Facts } from "../widgets/facts";
import { FailureAlert } from "../widgets/failure";
import { Status } from "../widgets/status";
import { BackupsTable } from "./backups-table";
import { EditRecovery } from "./edit-recovery";
import { HistoryPanel } from "./history-panel";
import { ALL_BACKUPS } from "./list-query";
import { windowOf } from "./moment";

export function Tab({ tableName, table }: TabProps) {
  return (
    <SpaceBetween size="l">
      <Recovery tableName={tableName} ready={table.TableStatus !== "CREATING"} />
      <BackupsTable
        title="Backups of this table"
        query={{ ...ALL_BACKUPS, tableName }}
        tableName={tableName}
        empty="There is no backup of this table."
      />
    </SpaceBetween>
  );
}

function Recovery({ tableName, ready }: { tableName: string; ready: boolean }) {
  const region = useRegion();
  const link = useLink();
  const formatTime = useTimeFormat();
  const { data, error, refetch } = useContinuousBackups(tableName, {
    enabled: ready,
    pollMilliseconds: POLL_FAST_MILLISECONDS,
  });
  const [editing, setEditing] = useState(false);
  const recovery = data?.PointInTimeRecoveryDescription;
  const restoreWindow = windowOf(data);
  const days = recovery?.RecoveryPeriodInDays;
  return (
    <SpaceBetween size="l">
      <FailureAlert
        header="Point-in-time recovery cannot be described"
        error={error}
        onRetry={() => refetch()}
      />
      <Facts
        title="Point-in-time recovery"
        description="Brings the table back, under another name, as it was at any instant of the recovery period."
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={data === undefined}
              ariaLabel="Edit point-in-time recovery"
              onClick={() => setEditing(true)}
            >
              Edit
            </Button>
            {restoreWindow === undefined ? (
              <Button disabled disabledReason="Point-in-time recovery is off.">
                Restore to point in time
              </Button>
            ) : (
              <Button {...link(paths.restoreToPointInTime(region, tableName))}>
                Restore to point in time
              </Button>
            )}
          </SpaceBetween>
        }
        facts={[
          { label: "Status", value: <Status status={recovery?.PointInTimeRecoveryStatus} /> },
          {
            label: "Backup recovery period",
            value: days === undefined ? "-" : formatCounted(days, "day"),
          },
          {
            label: "Earliest restore date",
            value: formatTime(recovery?.EarliestRestorableDateTime),
          },
          { label: "Latest restore date", value: formatTime(recovery?.LatestRestorableDateTime) },
        ]}
      />
      {restoreWindow !== undefined && (
        <HistoryPanel tableName={tableName} restoreWindow={restoreWindow} />
      )}
      {editing && (
        <EditRecovery tableName={tableName} backups={data} onDismiss={() => setEditing(false)} />
      )}
    </SpaceBetween>
  );
}
