/**
 * Items as a table: a column for each attribute they have, values cut to the beginning. Used for
 * scans and queries and for the rows of a statement.
 */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import CollectionPreferences, {
  type CollectionPreferencesProps,
} from "@cloudscape-design/components/collection-preferences";
import Link from "@cloudscape-design/components/link";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useMemo, useState } from "react";
import { formatCounted } from "../format/units";
import { attributeOf, EMPTY, type Item, isReadable, preview, typeOf } from "./attribute-value";
import { COLUMNS_MAX, columnsOf, displayOf, hiddenText } from "./columns";
import "./values.css";

export const PAGE_SIZES = [25, 50, 100, 300];
export const PAGE_SIZE = 50;
const CELL_CHARACTERS = 80;

/** A row knows its place, because rows of a statement may be the same. */
export interface ItemRow {
  id: string;
  item: Item;
}

export interface ItemTableProps {
  label: string;
  rows: readonly ItemRow[];
  /** Attributes that come first, with what their headings say. */
  keys?: readonly { name: string; heading: string }[];
  header: ReactNode;
  pagination?: ReactNode;
  footer?: ReactNode;
  empty: string;
  loading: boolean;
  pageSize: number;
  onPageSize: (size: number) => void;
  /** Leads to the item; without it rows are only shown. */
  onOpen?: (item: Item) => void;
  selected?: readonly ItemRow[];
  onSelect?: (rows: ItemRow[]) => void;
}

export function ItemTable({
  label,
  rows,
  keys = [],
  header,
  pagination,
  footer,
  empty,
  loading,
  pageSize,
  onPageSize,
  onOpen,
  selected,
  onSelect,
}: ItemTableProps) {
  const [chosen, setChosen] = useState<readonly CollectionPreferencesProps.ContentDisplayItem[]>(
    [],
  );
  const [wrapLines, setWrapLines] = useState(false);
  const columns = useMemo(
    () =>
      columnsOf(
        rows.map(({ item }) => item),
        keys.map(({ name }) => name),
      ),
    [rows, keys],
  );
  const display = displayOf(columns, chosen);
  const hidden = hiddenText(display);
  const headings = new Map(keys.map(({ name, heading }) => [name, heading]));

  return (
    <Table<ItemRow>
      variant="container"
      items={rows}
      trackBy="id"
      columnDefinitions={columns.map((name, position) => ({
        id: name,
        header: headings.get(name) ?? name,
        cell: (row) =>
          position === 0 && onOpen !== undefined ? (
            <Link onFollow={() => onOpen(row.item)} ariaLabel={nameOf(row.item, keys)}>
              <CellText row={row} name={name} />
            </Link>
          ) : (
            <CellText row={row} name={name} />
          ),
        isRowHeader: position === 0,
        minWidth: 150,
        maxWidth: 400,
      }))}
      columnDisplay={display}
      wrapLines={wrapLines}
      stripedRows
      contentDensity="compact"
      loading={loading}
      loadingText="Loading items"
      header={header}
      filter={hidden !== undefined && <Box color="text-body-secondary">{hidden}</Box>}
      pagination={pagination}
      footer={footer}
      enableKeyboardNavigation
      empty={
        <Box textAlign="center" color="text-body-secondary" padding={{ vertical: "m" }}>
          {empty}
        </Box>
      }
      ariaLabels={{
        tableLabel: label,
        selectionGroupLabel: "Select items",
        allItemsSelectionLabel: () => "Select all items of this page",
        itemSelectionLabel: (_, row) => `Select ${nameOf(row.item, keys)}`,
      }}
      {...selection(selected, onSelect)}
      preferences={
        <CollectionPreferences
          title="Preferences"
          confirmLabel="Confirm"
          cancelLabel="Cancel"
          preferences={{ pageSize, wrapLines, contentDisplay: display }}
          pageSizePreference={{
            title: "Items a page",
            options: PAGE_SIZES.map((value) => ({ value, label: formatCounted(value, "item") })),
          }}
          wrapLinesPreference={{ label: "Wrap lines", description: "Show more of a long value" }}
          contentDisplayPreference={{
            title: "Attributes",
            description:
              columns.length < COLUMNS_MAX
                ? "Found in the items of this page."
                : `The first ${COLUMNS_MAX} found in the items of this page.`,
            enableColumnFiltering: true,
            options: columns.map((id) => ({
              id,
              label: headings.get(id) ?? id,
              alwaysVisible: id === columns[0],
            })),
          }}
          onConfirm={({ detail }) => {
            setWrapLines(detail.wrapLines ?? wrapLines);
            setChosen(detail.contentDisplay ?? chosen);
            if (detail.pageSize !== undefined && detail.pageSize !== pageSize) {
              onPageSize(detail.pageSize);
            }
          }}
        />
      }
    />
  );
}

function selection(
  selected: readonly ItemRow[] | undefined,
  onSelect: ((rows: ItemRow[]) => void) | undefined,
): Partial<TableProps<ItemRow>> {
  return selected === undefined || onSelect === undefined
    ? {}
    : {
        selectionType: "multi",
        selectedItems: selected,
        onSelectionChange: ({ detail }) => onSelect(detail.selectedItems),
      };
}

/** An item in words: the values of its key. */
function nameOf(item: Item, keys: readonly { name: string }[]): string {
  return keys
    .map(({ name }) => attributeOf(item, name))
    .map((value) => (value === undefined ? EMPTY : preview(value, CELL_CHARACTERS) || EMPTY))
    .join(", ");
}

function CellText({ row, name }: { row: ItemRow; name: string }) {
  if (!Object.hasOwn(row.item, name)) {
    return null;
  }
  const value = row.item[name] as AttributeValue;
  const text = preview(value, CELL_CHARACTERS);
  return !isReadable(value) || typeOf(value) === "NULL" || text === "" ? (
    <Box variant="span" color="text-body-secondary">
      {text || EMPTY}
    </Box>
  ) : (
    <span className="item-cell">{text}</span>
  );
}
