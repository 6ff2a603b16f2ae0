/** The page of items that a scan or a query found, and what can be done with them. */

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { formatCount, formatCounted, formatMeasure } from "../format/units";
import { TYPE_NAMES } from "../forms/index-definition";
import type { Item } from "../values/attribute-value";
import { type ItemRow, ItemTable } from "../values/item-table";
import type { Target } from "./explore-form";
import type { ItemPage } from "./item-pages";

export function Results({
  rows,
  page,
  target,
  filtered,
  loading,
  size,
  onSize,
  pages,
  onPage,
  selected,
  onSelect,
  onRefresh,
  onOpen,
  onCreate,
  onDuplicate,
  onDelete,
}: {
  rows: ItemRow[];
  page: ItemPage | undefined;
  target: Target;
  /** Whether a filter leaves out what was read. */
  filtered: boolean;
  loading: boolean;
  size: number;
  onSize: (size: number) => void;
  pages: { starts: readonly unknown[]; current: number };
  /** Counted from 0. */
  onPage: (page: number) => void;
  selected: ItemRow[];
  onSelect: (rows: ItemRow[]) => void;
  onRefresh: () => void;
  onOpen: (item: Item) => void;
  onCreate: () => void;
  onDuplicate: (item: Item) => void;
  onDelete: (items: Item[]) => void;
}) {
  const keys = useMemo(() => headingsOf(target), [target]);
  const one = selected.length === 1 ? selected[0]?.item : undefined;
  const hasMore = page?.next !== undefined;
  const act = {
    edit: () => one !== undefined && onOpen(one),
    duplicate: () => one !== undefined && onDuplicate(one),
    delete: () => onDelete(selected.map(({ item }) => item)),
  };

  return (
    <ItemTable
      label="Items"
      rows={loading ? [] : rows}
      keys={keys}
      loading={loading}
      empty={
        hasMore && filtered
          ? "No item on this page matches the filter."
          : "There is no item to be shown."
      }
      pageSize={size}
      onPageSize={onSize}
      onOpen={onOpen}
      selected={selected}
      onSelect={onSelect}
      header={
        <Header
          counter={
            selected.length > 0
              ? `(${formatCount(selected.length)}/${formatCount(rows.length)})`
              : `(${formatCount(rows.length)})`
          }
          description={page === undefined || loading ? undefined : costText(page)}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Read this page again" onClick={onRefresh} />
              <ButtonDropdown
                disabled={selected.length === 0}
                items={[
                  { id: "edit", text: "Edit item", disabled: one === undefined },
                  { id: "duplicate", text: "Duplicate item", disabled: one === undefined },
                  {
                    id: "delete",
                    text: selected.length > 1 ? "Delete items" : "Delete item",
                  },
                ]}
                onItemClick={({ detail }) => act[detail.id as keyof typeof act]()}
              >
                Actions
              </ButtonDropdown>
              <Button variant="primary" onClick={onCreate}>
                Create item
              </Button>
            </SpaceBetween>
          }
        >
          Items on this page
        </Header>
      }
      pagination={
        <Pagination
          currentPageIndex={pages.current + 1}
          pagesCount={Math.max(pages.starts.length, pages.current + 1)}
          openEnd={hasMore && pages.current === pages.starts.length - 1}
          disabled={loading}
          onChange={({ detail }) => onPage(detail.currentPageIndex - 1)}
          ariaLabels={{
            paginationLabel: "Pages of items",
            nextPageLabel: "Next page",
            previousPageLabel: "Previous page",
            pageLabel: (number) => `Page ${number}`,
          }}
        />
      }
      footer={
        hasMore &&
        !loading &&
        rows.length < size && (
          <Alert
            type="info"
            action={<Button onClick={() => onPage(pages.current + 1)}>Look on</Button>}
          >
            {filtered
              ? `The filter left ${formatCounted(rows.length, "item")} of ${formatCount(page?.examined ?? 0)} examined, and there are more to examine.`
              : `The items are so large that this page ends after ${formatCounted(rows.length, "item")}. There are more to read.`}
          </Alert>
        )
      }
    />
  );
}

/** The key that is read comes first, then the table's. */
function headingsOf(target: Target) {
  const parts = [...target.partitionKeys, ...target.sortKeys, ...target.tableKeys];
  return [...new Map(parts.map((part) => [part.name, part])).values()].map(({ name, type }) => ({
    name,
    heading: `${name} (${TYPE_NAMES[type]})`,
  }));
}

function costText({ examined, capacityUnits }: ItemPage): string {
  const units = formatMeasure(capacityUnits);
  return `${formatCounted(examined, "item")} examined, ${units} read capacity ${
    capacityUnits === 1 ? "unit" : "units"
  } consumed`;
}
