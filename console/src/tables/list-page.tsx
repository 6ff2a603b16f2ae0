/** The tables of the Region: found by name or by what they are, sorted, 50 a page. */

import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import PropertyFilter from "@cloudscape-design/components/property-filter";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import type { TableRow } from "../api/admin";
import { tablesFromBackups, useRestores } from "../api/restores";
import { useTableRows } from "../api/table-rows";
import { PageLink, paths, useLink } from "../app/links";
import { Page } from "../app/page";
import { useRegion } from "../app/region";
import { RunningRestores } from "../backups/restore-progress";
import { useTimeFormat } from "../format/time";
import { formatBytes, formatCount, formatCounted } from "../format/units";
import { FailureAlert } from "../widgets/failure";
import { OnOff, TableStatus } from "../widgets/status";
import { DeleteTableModal } from "./delete-table-modal";
import { BILLING_NAMES, CLASS_NAMES } from "./describe";

/** A row with the texts it is filtered and sorted by. */
interface Row extends TableRow {
  shownStatus: string;
  keyText: string;
  partitionKey: string;
  sortKey: string;
  capacityMode: string;
  recovery: string;
  protection: string;
  indexCount: number;
}

/** `fromBackup`: a table that a restore makes from a backup is Creating, from history Restoring. */
export function rowOf(table: TableRow, fromBackup: boolean): Row {
  const keys = table.keys.map(
    ({ attribute_name, attribute_type }) => `${attribute_name} (${attribute_type})`,
  );
  const key = (type: "HASH" | "RANGE") =>
    keys[table.keys.findIndex(({ key_type }) => key_type === type)] ?? "-";
  const restoring = table.restoring && !fromBackup;
  const word = table.status.charAt(0) + table.status.slice(1).toLowerCase();
  return {
    ...table,
    restoring,
    shownStatus: table.status === "CREATING" && restoring ? "Restoring" : word,
    keyText: keys.join(", "),
    partitionKey: key("HASH"),
    sortKey: key("RANGE"),
    capacityMode: BILLING_NAMES[table.billing_mode],
    recovery: table.point_in_time_recovery === "ENABLED" ? "On" : "Off",
    protection: table.deletion_protection ? "On" : "Off",
    indexCount: table.global_index_count + table.local_index_count,
  };
}

const FILTERS = [
  ["name", "Name", "Names"],
  ["shownStatus", "Status", "Statuses"],
  ["partitionKey", "Partition key", "Partition keys"],
  ["sortKey", "Sort key", "Sort keys"],
  ["capacityMode", "Billing", "Billing modes"],
  ["recovery", "PITR", "States of point-in-time recovery (PITR)"],
  ["protection", "Deletion protection", "States of deletion protection"],
].map(([key = "", propertyLabel = "", groupValuesLabel = ""]) => ({
  key,
  propertyLabel,
  groupValuesLabel,
  operators: [":", "!:", "=", "!=", "^"] as const,
}));

export function Component() {
  const region = useRegion();
  const link = useLink();
  const query = useTableRows();
  const { data: restores } = useRestores();
  const rows = useMemo(() => {
    const fromBackups = tablesFromBackups(restores);
    return (query.data ?? []).map((table) => rowOf(table, fromBackups.has(table.name)));
  }, [query.data, restores]);
  const [deleting, setDeleting] = useState<string[]>();
  const [preferences, setPreferences] = useState({
    pageSize: 50,
    contentDisplay: DISPLAY,
  });
  const columns = useColumns(region);

  const {
    items,
    collectionProps,
    propertyFilterProps,
    paginationProps,
    filteredItemsCount,
    actions,
  } = useCollection(rows, {
    propertyFiltering: {
      filteringProperties: FILTERS,
      empty: (
        <Empty text="There is no table in this Region.">
          <Button {...link(paths.createTable(region))}>Create table</Button>
        </Empty>
      ),
      noMatch: (
        <Empty text="No table matches the filter.">
          <Button onClick={() => actions.setPropertyFiltering({ tokens: [], operation: "and" })}>
            Clear filter
          </Button>
        </Empty>
      ),
    },
    pagination: { pageSize: preferences.pageSize },
    sorting: { defaultState: { sortingColumn: { sortingField: "name" } } },
    selection: { keepSelection: true, trackBy: "table_id" },
  });
  // The selection holds rows as they were when they were chosen; what counts is how they are now.
  const chosen = new Set(collectionProps.selectedItems?.map((row) => row.table_id));
  const selected = rows.filter((row) => chosen.has(row.table_id));
  const isProtected = selected.some((row) => row.deletion_protection);

  return (
    <Page title="Tables" kind="table">
      <SpaceBetween size="l">
        <FailureAlert
          header="The tables cannot be listed"
          error={query.error}
          onRetry={() => query.refetch()}
        />
        <RunningRestores />
        <Table<Row>
          {...collectionProps}
          selectedItems={selected}
          variant="full-page"
          trackBy="table_id"
          selectionType="multi"
          items={items}
          columnDefinitions={columns}
          columnDisplay={preferences.contentDisplay}
          stickyColumns={{ first: 0 }}
          loading={query.isPending}
          loadingText="Loading tables"
          enableKeyboardNavigation
          ariaLabels={{
            tableLabel: "Tables",
            selectionGroupLabel: "Select tables",
            allItemsSelectionLabel: () => "Select all tables of this page",
            itemSelectionLabel: (_, row) => `Select ${row.name}`,
          }}
          header={
            <Header
              variant="h1"
              counter={
                selected.length > 0
                  ? `(${formatCount(selected.length)}/${formatCount(rows.length)})`
                  : `(${formatCount(rows.length)})`
              }
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel="Refresh" onClick={() => query.refetch()} />
                  <Button
                    disabled={selected.length === 0 || isProtected}
                    {...(isProtected
                      ? { disabledReason: "Deletion protection is on. Turn it off first." }
                      : {})}
                    onClick={() => setDeleting(selected.map((row) => row.name))}
                  >
                    Delete
                  </Button>
                  <Button variant="primary" {...link(paths.createTable(region))}>
                    Create table
                  </Button>
                </SpaceBetween>
              }
            >
              Tables
            </Header>
          }
          filter={
            <PropertyFilter
              {...propertyFilterProps}
              virtualScroll
              filteringPlaceholder="Find tables by name or property"
              filteringAriaLabel="Find tables"
              countText={
                filteredItemsCount === undefined
                  ? ""
                  : formatCounted(filteredItemsCount, "match", "matches")
              }
            />
          }
          pagination={<Pagination {...paginationProps} />}
          preferences={
            <CollectionPreferences
              title="Preferences"
              confirmLabel="Confirm"
              cancelLabel="Cancel"
              preferences={preferences}
              pageSizePreference={{
                title: "Tables a page",
                options: [20, 50, 100].map((value) => ({
                  value,
                  label: formatCounted(value, "table"),
                })),
              }}
              contentDisplayPreference={{
                title: "Columns",
                options: COLUMN_NAMES.map(([id, label]) => ({
                  id,
                  label,
                  alwaysVisible: id === "name",
                })),
              }}
              onConfirm={({ detail }) =>
                setPreferences((before) => ({
                  pageSize: detail.pageSize ?? before.pageSize,
                  contentDisplay: [...(detail.contentDisplay ?? before.contentDisplay)],
                }))
              }
            />
          }
        />
      </SpaceBetween>
      {deleting !== undefined && (
        <DeleteTableModal
          tableNames={deleting}
          onDismiss={() => setDeleting(undefined)}
          onDeleted={() => actions.setSelectedItems([])}
        />
      )}
    </Page>
  );
}

function Empty({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <Box textAlign="center" padding={{ vertical: "m" }}>
      <SpaceBetween size="m">
        <Box color="text-body-secondary">{text}</Box>
        {children}
      </SpaceBetween>
    </Box>
  );
}

const COLUMN_NAMES = [
  ["name", "Name"],
  ["status", "Status"],
  ["keys", "Keys"],
  ["indexes", "Indexes"],
  ["billing", "Billing"],
  ["size", "Size"],
  ["items", "Items"],
  ["recovery", "PITR"],
  ["protection", "Deletion protection"],
  ["class", "Table class"],
  ["created", "Created"],
] as const;

type ColumnId = (typeof COLUMN_NAMES)[number][0];

const HIDDEN_AT_FIRST: readonly ColumnId[] = ["protection", "class", "created"];
const DISPLAY = COLUMN_NAMES.map(([id]) => ({
  id: id as string,
  visible: !HIDDEN_AT_FIRST.includes(id),
}));

function useColumns(region: string): TableProps.ColumnDefinition<Row>[] {
  const formatTime = useTimeFormat();
  const cells: Record<ColumnId, [(row: Row) => React.ReactNode, keyof Row]> = {
    name: [
      (row) => (
        <PageLink to={paths.table(region, row.name)}>
          <span className="wrapping-text">{row.name}</span>
        </PageLink>
      ),
      "name",
    ],
    status: [(row) => <TableStatus status={row.status} restoring={row.restoring} />, "shownStatus"],
    keys: [(row) => <span className="wrapping-text">{row.keyText}</span>, "keyText"],
    indexes: [(row) => formatCount(row.indexCount), "indexCount"],
    recovery: [(row) => <OnOff on={row.point_in_time_recovery === "ENABLED"} />, "recovery"],
    protection: [(row) => <OnOff on={row.deletion_protection} />, "protection"],
    billing: [(row) => row.capacityMode, "capacityMode"],
    size: [(row) => formatBytes(row.size_bytes), "size_bytes"],
    items: [(row) => formatCount(row.item_count), "item_count"],
    class: [(row) => CLASS_NAMES[row.table_class], "table_class"],
    created: [(row) => formatTime(row.created_at_seconds), "created_at_seconds"],
  };
  return COLUMN_NAMES.map(([id, header]) => ({
    id,
    header,
    cell: cells[id][0],
    sortingField: cells[id][1],
    isRowHeader: id === "name",
    // Names may have 255 characters. They wrap, so that what comes after them is seen as well.
    ...(id === "name" || id === "keys" ? { minWidth: 150, maxWidth: 240 } : {}),
  }));
}
