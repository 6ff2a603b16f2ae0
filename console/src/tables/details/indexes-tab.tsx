/** The indexes of a table: their state while they are built; creating and deleting global ones. */

import {
  type GlobalSecondaryIndexDescription,
  type LocalSecondaryIndexDescription,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { useDynamoDB } from "../../api/dynamodb";
import { useLimit } from "../../api/server";
import { useRefreshTable } from "../../api/tables";
import { useNotify } from "../../app/notifications";
import { formatBytes, formatCount } from "../../format/units";
import { GLOBAL_INDEXES_MAX } from "../../forms/index-definition";
import { deleteIndexInput } from "../../forms/table-changes";
import { DeleteModal } from "../../widgets/delete-modal";
import { IndexStatus } from "../../widgets/status";
import { billingModeOf, keyText, projectionText } from "../describe";
import { CreateIndexModal } from "./create-index-modal";
import type { TabProps } from "./tabs";

export function Tab({ tableName, table }: TabProps) {
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<string>();
  const [selected, setSelected] = useState<string>();
  const globals = table.GlobalSecondaryIndexes ?? [];
  const locals = table.LocalSecondaryIndexes ?? [];
  const chosen = globals.find((index) => index.IndexName === selected);
  const most = useLimit("global_indexes_max", GLOBAL_INDEXES_MAX);
  const full = globals.length >= most;

  return (
    <SpaceBetween size="l">
      <Table<GlobalSecondaryIndexDescription>
        variant="container"
        trackBy="IndexName"
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.IndexName)}
        items={globals}
        columnDefinitions={[...globalColumns(table)]}
        wrapLines
        ariaLabels={{
          tableLabel: "Global secondary indexes",
          selectionGroupLabel: "Select an index",
          itemSelectionLabel: (_, index) => `Select ${index.IndexName}`,
        }}
        header={
          <Header
            variant="h2"
            counter={`(${formatCount(globals.length)})`}
            description="Each is another key over the whole table."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  disabled={chosen === undefined || chosen.IndexStatus === "DELETING"}
                  onClick={() => setDeleting(chosen?.IndexName)}
                >
                  Delete
                </Button>
                <Button
                  variant="primary"
                  disabled={full}
                  {...(full ? { disabledReason: `A table has at most ${most} of them.` } : {})}
                  onClick={() => setCreating(true)}
                >
                  Create index
                </Button>
              </SpaceBetween>
            }
          >
            Global secondary indexes
          </Header>
        }
        empty={<Empty text="This table has no global secondary index." />}
      />
      <Table<LocalSecondaryIndexDescription>
        variant="container"
        trackBy="IndexName"
        items={locals}
        columnDefinitions={commonColumns(table)}
        wrapLines
        ariaLabels={{ tableLabel: "Local secondary indexes" }}
        header={
          <Header
            variant="h2"
            counter={`(${formatCount(locals.length)})`}
            description="Other sort keys within a partition key. They come and go with the table."
          >
            Local secondary indexes
          </Header>
        }
        empty={<Empty text="This table has no local secondary index." />}
      />
      {creating && <CreateIndexModal table={table} onDismiss={() => setCreating(false)} />}
      {deleting !== undefined && (
        <DeleteIndexModal
          tableName={tableName}
          indexName={deleting}
          onDismiss={() => setDeleting(undefined)}
        />
      )}
    </SpaceBetween>
  );
}

function Empty({ text }: { text: string }) {
  return (
    <Box textAlign="center" color="text-body-secondary" padding={{ vertical: "s" }}>
      {text}
    </Box>
  );
}

function DeleteIndexModal({
  tableName,
  indexName,
  onDismiss,
}: {
  tableName: string;
  indexName: string;
  onDismiss: () => void;
}) {
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const refresh = useRefreshTable();
  return (
    <DeleteModal
      title={`Delete index ${indexName}`}
      warning="Queries of the index fail from now on. The items of the table stay."
      onDismiss={onDismiss}
      onConfirm={async () => {
        await dynamodb.send(new UpdateTableCommand(deleteIndexInput(tableName, indexName)));
        await refresh(tableName);
        notify({ type: "success", header: `Deleting index ${indexName} of ${tableName}` });
        onDismiss();
      }}
    />
  );
}

type AnyIndex = LocalSecondaryIndexDescription;

function commonColumns(table: TabProps["table"]): TableProps.ColumnDefinition<AnyIndex>[] {
  const definitions = table.AttributeDefinitions;
  return [
    { id: "name", header: "Name", cell: (index) => index.IndexName, isRowHeader: true },
    {
      id: "partition-key",
      header: "Partition key",
      cell: (index) => keyText(index.KeySchema, definitions, "HASH"),
    },
    {
      id: "sort-key",
      header: "Sort key",
      cell: (index) => keyText(index.KeySchema, definitions, "RANGE"),
    },
    {
      id: "projection",
      header: "Attributes",
      cell: (index) => projectionText(index.Projection),
    },
    { id: "size", header: "Size", cell: (index) => formatBytes(index.IndexSizeBytes ?? 0) },
    { id: "items", header: "Items", cell: (index) => formatCount(index.ItemCount ?? 0) },
  ];
}

function globalColumns(
  table: TabProps["table"],
): TableProps.ColumnDefinition<GlobalSecondaryIndexDescription>[] {
  const [name, ...rest] = commonColumns(table);
  return [
    ...(name === undefined ? [] : [name]),
    {
      id: "status",
      header: "Status",
      cell: (index) => <IndexStatus status={index.IndexStatus} backfilling={index.Backfilling} />,
    },
    ...rest,
    {
      id: "capacity",
      header: "Capacity",
      cell: (index) => capacityText(table, index),
    },
  ];
}

function capacityText(table: TabProps["table"], index: GlobalSecondaryIndexDescription): string {
  if (billingModeOf(table) === "PROVISIONED") {
    const units = index.ProvisionedThroughput;
    return `${formatCount(units?.ReadCapacityUnits ?? 0)} read, ${formatCount(
      units?.WriteCapacityUnits ?? 0,
    )} write`;
  }
  return "On-demand";
}
