/** What a statement answered, as a table or as JSON. */

import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMemo, useState } from "react";
import { useTableRows } from "../api/table-rows";
import { formatCount, formatMeasure } from "../format/units";
import { attributeOf } from "../values/attribute-value";
import { itemsToJson } from "../values/item-json";
import { ItemTable } from "../values/item-table";
import { tableOf } from "./statement";
import type { Answer, Execution } from "./use-statement";

export interface StatementResultsProps {
  execution: Execution;
  /** Items a page, from the next run on. */
  limit: number;
  onLimit: (limit: number) => void;
  onPage: (page: number) => void;
}

export function StatementResults({ execution, limit, onLimit, onPage }: StatementResultsProps) {
  const [view, setView] = useState("table");
  const items = execution.answer?.items;
  const rows = useMemo(
    () => (items ?? []).map((item, position) => ({ id: String(position), item })),
    [items],
  );
  const keys = useKeysOf(execution.answer);
  const units = execution.answer?.capacityUnits ?? 0;
  const header = (
    <Header
      counter={`(${formatCount(rows.length)})`}
      description={`${formatMeasure(units)} capacity ${units === 1 ? "unit" : "units"} consumed`}
      actions={
        <SegmentedControl
          label="View of the items"
          options={[
            { id: "table", text: "Table" },
            { id: "json", text: "JSON" },
          ]}
          selectedId={view}
          onChange={({ detail }) => setView(detail.selectedId)}
        />
      }
    >
      Items answered
    </Header>
  );
  const pagination = (
    <Pagination
      currentPageIndex={execution.page + 1}
      pagesCount={execution.pages}
      disabled={execution.running}
      onChange={({ detail }) => onPage(detail.currentPageIndex - 1)}
      ariaLabels={{
        paginationLabel: "Pages of items",
        nextPageLabel: "Next page",
        previousPageLabel: "Previous page",
        pageLabel: (number) => `Page ${number}`,
      }}
    />
  );

  return view === "table" ? (
    <ItemTable
      label="Items answered"
      rows={rows}
      keys={keys}
      header={header}
      pagination={pagination}
      empty="The statement answered no items."
      loading={execution.running}
      pageSize={limit}
      onPageSize={onLimit}
    />
  ) : (
    <Container header={header}>
      <SpaceBetween size="s">
        {pagination}
        <div className="code-text">
          <Textarea
            ariaLabel="Items answered, as DynamoDB JSON"
            readOnly
            rows={20}
            value={itemsToJson(rows.map(({ item }) => item))}
          />
        </div>
      </SpaceBetween>
    </Container>
  );
}

/** The keys of the table, which come first; of them those that the statement selects. */
function useKeysOf(answer: Answer | undefined) {
  const tables = useTableRows().data;
  return useMemo(() => {
    const name = tableOf(answer?.statement.text ?? "");
    const keys = tables?.find((table) => table.name === name)?.keys ?? [];
    return keys
      .map((key) => key.attribute_name)
      .filter((key) => answer?.items.some((item) => attributeOf(item, key) !== undefined))
      .map((key) => ({ name: key, heading: key }));
  }, [answer, tables]);
}
