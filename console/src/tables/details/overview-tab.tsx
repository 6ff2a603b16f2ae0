/** What a table is: keys, size, capacity, protection, and where it came from. */

import { UpdateContinuousBackupsCommand } from "@aws-sdk/client-dynamodb";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useDynamoDB } from "../../api/dynamodb";
import { failureOf } from "../../api/errors";
import { isRestoringToPointInTime, useContinuousBackups, useRefreshTable } from "../../api/tables";
import { PageLink, paths } from "../../app/links";
import { useNotify } from "../../app/notifications";
import { useRegion } from "../../app/region";
import { useTimeFormat } from "../../format/time";
import { formatBytes, formatCount } from "../../format/units";
import { Copyable } from "../../widgets/copyable";
import { type Fact, Facts } from "../../widgets/facts";
import { OnOff, Status, TableStatus } from "../../widgets/status";
import { BILLING_NAMES, billingModeOf, classText, encryptionText, keyText } from "../describe";
import type { TabProps } from "./tabs";

export function Tab({ tableName, table }: TabProps) {
  const formatTime = useTimeFormat();
  const items = table.ItemCount ?? 0;
  const bytes = table.TableSizeBytes ?? 0;
  const stream = table.StreamSpecification;
  return (
    <SpaceBetween size="l">
      <Facts
        title="General information"
        facts={[
          {
            label: "Partition key",
            value: keyText(table.KeySchema, table.AttributeDefinitions, "HASH"),
          },
          {
            label: "Sort key",
            value: keyText(table.KeySchema, table.AttributeDefinitions, "RANGE"),
          },
          { label: "Capacity mode", value: BILLING_NAMES[billingModeOf(table)] },
          {
            label: "Table status",
            value: (
              <TableStatus status={table.TableStatus} restoring={isRestoringToPointInTime(table)} />
            ),
          },
          { label: "Item count", value: formatCount(items) },
          { label: "Table size", value: formatBytes(bytes) },
          {
            label: "Average item size",
            value: items === 0 ? "-" : formatBytes(Math.round(bytes / items)),
          },
          { label: "Created", value: formatTime(table.CreationDateTime) },
        ]}
      />
      <Facts
        title="Table details"
        facts={[
          {
            label: "Point-in-time recovery",
            value: (
              <PointInTimeRecovery tableName={tableName} ready={table.TableStatus === "ACTIVE"} />
            ),
          },
          { label: "Deletion protection", value: <OnOff on={table.DeletionProtectionEnabled} /> },
          { label: "Encryption key", value: encryptionText(table) },
          { label: "Table class", value: classText(table) },
          {
            label: "Indexes",
            value: `${table.GlobalSecondaryIndexes?.length ?? 0} global, ${
              table.LocalSecondaryIndexes?.length ?? 0
            } local`,
          },
          {
            label: "Stream",
            value: <OnOff on={stream?.StreamEnabled} />,
          },
          ...restoreFacts(table, formatTime),
        ]}
      />
      <Facts
        title="Identifiers"
        columns={2}
        facts={[
          {
            label: "Amazon Resource Name (ARN)",
            value: <Copyable text={table.TableArn} what="ARN" />,
          },
          { label: "Table id", value: <Copyable text={table.TableId} what="Table id" /> },
          ...(table.LatestStreamArn === undefined
            ? []
            : [
                {
                  label: "Latest stream ARN",
                  value: <Copyable text={table.LatestStreamArn} what="Stream ARN" />,
                },
              ]),
        ]}
      />
    </SpaceBetween>
  );
}

/** Where a restored table came from, for as long as the server says so. */
function restoreFacts(
  table: TabProps["table"],
  formatTime: ReturnType<typeof useTimeFormat>,
): Fact[] {
  const summary = table.RestoreSummary;
  if (summary === undefined) {
    return [];
  }
  return [
    { label: "Restored to", value: formatTime(summary.RestoreDateTime) },
    {
      label: "Restored from",
      value: (
        <Copyable text={summary.SourceBackupArn ?? summary.SourceTableArn} what="Source ARN" />
      ),
    },
  ];
}

/** Whether it is on, since when one can go back, and the link that turns it on. */
function PointInTimeRecovery({ tableName, ready }: { tableName: string; ready: boolean }) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const refresh = useRefreshTable();
  const { data, error } = useContinuousBackups(tableName, { enabled: ready });
  const enable = useMutation({
    mutationFn: () =>
      dynamodb.send(
        new UpdateContinuousBackupsCommand({
          TableName: tableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ),
    onSuccess: async () => {
      await refresh(tableName);
      notify({
        type: "success",
        header: `Point-in-time recovery is on for ${tableName}`,
        content: "From now on the table can be restored as it was at any second.",
      });
    },
    onError: (failure) => notify.failure("Point-in-time recovery was not turned on", failure),
  });

  if (!ready || (data === undefined && error === null)) {
    return <>-</>;
  }
  if (data === undefined) {
    return <>{failureOf(error).message}</>;
  }
  const status = data?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Status status={status} />
      {status === "ENABLED" ? (
        <PageLink to={paths.table(region, tableName, "backups")}>Backups</PageLink>
      ) : (
        <Link ariaLabel="Enable point-in-time recovery" onFollow={() => enable.mutate()}>
          Enable
        </Link>
      )}
    </SpaceBetween>
  );
}
