/**
 * A list of backups with what can be done with them: of all tables, or of one.
 *
 * There can be tens of thousands, and ListBackups gives a hundred at a time in an order of its own.
 * The newest come first here, which needs them all: what is there is shown, in order, while the
 * rest comes.
 */

import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useMemo, useState } from "react";
import { PageLink, paths, useLink } from "../app/links";
import { useRegion } from "../app/region";
import { useTimeFormat } from "../format/time";
import { formatBytes, formatCount } from "../format/units";
import { Copyable } from "../widgets/copyable";
import { FailureAlert } from "../widgets/failure";
import { Status } from "../widgets/status";
import { DeleteBackupsModal } from "./delete-backups-modal";
import {
  type BackupQuery,
  backupTypeName,
  NEWEST_FIRST,
  sortBackups,
  undeletableReason,
} from "./list-query";
import { useBackups } from "./queries";

const PAGE_SIZE = 50;

export function BackupsTable({
  query,
  title,
  description,
  tableName,
  filter,
  empty,
}: {
  query: BackupQuery;
  title: string;
  description?: string;
  /** The table whose page the list is a part of; without one it is a page of its own. */
  tableName?: string;
  filter?: ReactNode;
  empty: string;
}) {
  const region = useRegion();
  const link = useLink();
  const [sorting, setSorting] = useState(NEWEST_FIRST);
  const [pageIndex, setPageIndex] = useState(1);
  const [selected, setSelected] = useState<BackupSummary[]>([]);
  const [deleting, setDeleting] = useState(false);
  const queryText = JSON.stringify(query);
  const [shownQuery, setShownQuery] = useState(queryText);
  if (shownQuery !== queryText) {
    // Another filter is another list: it begins with its first page and nothing chosen.
    setShownQuery(queryText);
    setPageIndex(1);
    setSelected([]);
  }
  const list = useBackups(query);
  const columns = useColumns(region, tableName);

  const backups = useMemo(() => sortBackups(list.backups, sorting), [list.backups, sorting]);
  const pagesCount = Math.max(1, Math.ceil(backups.length / PAGE_SIZE));
  const page = Math.min(pageIndex, pagesCount);
  const shown = backups.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  // What was deleted or is not in the filtered list any more cannot be acted upon.
  const listed = new Set(list.backups.map(({ BackupArn }) => BackupArn));
  const chosen = selected.filter(({ BackupArn }) => listed.has(BackupArn));

  return (
    <SpaceBetween size="l">
      <FailureAlert
        header="The backups cannot be listed"
        error={list.error}
        onRetry={() => list.refetch()}
      />
      <Table<BackupSummary>
        variant={tableName === undefined ? "full-page" : "container"}
        trackBy="BackupArn"
        selectionType="multi"
        selectedItems={chosen}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        items={shown}
        columnDefinitions={columns}
        sortingColumn={{ sortingField: sorting.column }}
        sortingDescending={sorting.descending}
        onSortingChange={({ detail }) => {
          setPageIndex(1);
          setSorting({
            column: detail.sortingColumn.sortingField as keyof BackupSummary,
            descending: detail.isDescending === true,
          });
        }}
        stickyColumns={{ first: 0 }}
        enableKeyboardNavigation
        loading={list.isPending}
        loadingText="Loading backups"
        ariaLabels={{
          tableLabel: title,
          selectionGroupLabel: "Select backups",
          allItemsSelectionLabel: () => "Select all backups of this page",
          itemSelectionLabel: (_, { BackupName, TableName }) =>
            `Select ${BackupName} of ${TableName}`,
        }}
        header={
          <Header
            variant={tableName === undefined ? "h1" : "h2"}
            description={
              list.isLoadingRest ? (
                <>
                  {description} <StillLoading />
                </>
              ) : (
                description
              )
            }
            counter={`(${formatCount(list.backups.length)}${list.hasMore ? "+" : ""})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" ariaLabel="Refresh" onClick={() => list.refetch()} />
                <RestoreButton chosen={chosen} />
                <DeleteButton chosen={chosen} onClick={() => setDeleting(true)} />
                <Button variant="primary" {...link(paths.createBackup(region, tableName))}>
                  Create backup
                </Button>
              </SpaceBetween>
            }
          >
            {title}
          </Header>
        }
        filter={filter}
        pagination={
          <Pagination
            currentPageIndex={page}
            pagesCount={pagesCount}
            onChange={({ detail }) => setPageIndex(detail.currentPageIndex)}
          />
        }
        empty={
          <Box textAlign="center" padding={{ vertical: "m" }}>
            <SpaceBetween size="m">
              <Box color="text-body-secondary">{empty}</Box>
              <Button {...link(paths.createBackup(region, tableName))}>Create backup</Button>
            </SpaceBetween>
          </Box>
        }
      />
      {deleting && (
        <DeleteBackupsModal
          backups={chosen}
          onDismiss={() => setDeleting(false)}
          onDeleted={() => setSelected([])}
        />
      )}
    </SpaceBetween>
  );
}

function StillLoading() {
  return (
    <LiveRegion tagName="span">
      <StatusIndicator type="loading">
        Still loading: there may be newer ones than those shown.
      </StatusIndicator>
    </LiveRegion>
  );
}

function RestoreButton({ chosen }: { chosen: readonly BackupSummary[] }) {
  const region = useRegion();
  const link = useLink();
  const [backup] = chosen;
  if (chosen.length === 1 && backup?.BackupStatus === "AVAILABLE") {
    return <Button {...link(paths.restoreBackup(region, backup.BackupArn ?? ""))}>Restore</Button>;
  }
  return (
    <Button
      disabled
      disabledReason={
        chosen.length === 1
          ? "The backup is still being created."
          : "Choose the one backup to restore."
      }
    >
      Restore
    </Button>
  );
}

function DeleteButton({
  chosen,
  onClick,
}: {
  chosen: readonly BackupSummary[];
  onClick: () => void;
}) {
  const reason = chosen.length === 0 ? "Choose the backups to delete." : undeletableReason(chosen);
  return (
    <Button
      onClick={onClick}
      disabled={reason !== undefined}
      {...(reason === undefined ? {} : { disabledReason: reason })}
    >
      Delete
    </Button>
  );
}

function useColumns(
  region: string,
  tableName: string | undefined,
): TableProps.ColumnDefinition<BackupSummary>[] {
  const formatTime = useTimeFormat();
  const columns: (TableProps.ColumnDefinition<BackupSummary> & {
    sortingField: keyof BackupSummary;
  })[] = [
    {
      id: "name",
      header: "Backup name",
      isRowHeader: true,
      sortingField: "BackupName",
      cell: ({ BackupName, BackupArn = "", BackupStatus }) =>
        BackupStatus === "AVAILABLE" ? (
          <PageLink to={paths.restoreBackup(region, BackupArn)}>{BackupName}</PageLink>
        ) : (
          BackupName
        ),
    },
    {
      id: "status",
      header: "Status",
      sortingField: "BackupStatus",
      cell: ({ BackupStatus }) => <Status status={BackupStatus} />,
    },
    {
      id: "table",
      header: "Source table",
      sortingField: "TableName",
      cell: ({ TableName = "" }) => (
        <PageLink to={paths.table(region, TableName)}>{TableName}</PageLink>
      ),
    },
    {
      id: "created",
      header: "Created",
      sortingField: "BackupCreationDateTime",
      cell: ({ BackupCreationDateTime }) => formatTime(BackupCreationDateTime),
    },
    {
      id: "size",
      header: "Size",
      sortingField: "BackupSizeBytes",
      cell: ({ BackupSizeBytes }) =>
        BackupSizeBytes === undefined ? "-" : formatBytes(BackupSizeBytes),
    },
    {
      id: "type",
      header: "Type",
      sortingField: "BackupType",
      cell: ({ BackupType }) => backupTypeName(BackupType),
    },
    {
      id: "expires",
      header: "Expires",
      sortingField: "BackupExpiryDateTime",
      cell: ({ BackupExpiryDateTime }) =>
        BackupExpiryDateTime === undefined ? "Never" : formatTime(BackupExpiryDateTime),
    },
    {
      id: "arn",
      header: "ARN",
      sortingField: "BackupArn",
      cell: ({ BackupArn }) => <Copyable text={BackupArn} what="ARN" />,
    },
  ];
  return tableName === undefined ? columns : columns.filter(({ id }) => id !== "table");
}
