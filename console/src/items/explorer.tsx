/**
 * A table's items: the form of a scan or a query above, what it found below.
 *
 * What is run is fixed when the button is pressed; typing changes nothing until then. The address
 * has it too, so that loading the page again reads the same. One page is
 * read at a time, and only when a person asks for it: reading costs capacity.
 */

import type { TableDescription } from "@aws-sdk/client-dynamodb";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useDynamoDB } from "../api/dynamodb";
import { useNotify } from "../app/notifications";
import { useRegion } from "../app/region";
import { formatCounted } from "../format/units";
import { itemToJson } from "../values/item-json";
import { type ItemRow, PAGE_SIZE } from "../values/item-table";
import { FailureAlert } from "../widgets/failure";
import { Builder } from "./builder";
import { DeleteItemsModal } from "./delete-items-modal";
import {
  type ExploreForm,
  type ReadInput,
  readInput,
  type Target,
  targetOf,
  targetsOf,
} from "./explore-form";
import { exploreFormOf, withExploreForm } from "./explore-query";
import { type EditorTask, ItemEditor } from "./item-editor";
import { type ItemPage, keyOf, type Position, readPage } from "./item-pages";
import { Results } from "./results";

/** What was asked for when the button was pressed. */
interface Run {
  id: number;
  read: ReadInput;
  target: Target;
}

/** Where the pages that were seen begin, and the one that is looked at. */
interface Pages {
  starts: (Position | undefined)[];
  current: number;
}

const FIRST_PAGE: Pages = { starts: [undefined], current: 0 };

let lastRun = 0;

function newRun(tableName: string, target: Target, form: ExploreForm): Run {
  lastRun += 1;
  return { id: lastRun, read: readInput(tableName, target, form), target };
}

export function Explorer({ tableName, table }: { tableName: string; table: TableDescription }) {
  const targets = useMemo(() => targetsOf(table), [table]);
  const [search, setSearch] = useSearchParams();
  const [first] = useState(() => exploreFormOf(search, targets));
  const [run, setRun] = useState(() =>
    newRun(tableName, targetOf(targets, first.indexName), first),
  );
  const [pages, setPages] = useState(FIRST_PAGE);
  const [size, setSize] = useState(PAGE_SIZE);
  const [selected, setSelected] = useState<ItemRow[]>([]);
  const [task, setTask] = useState<EditorTask>();
  const [deleting, setDeleting] = useState<Position[]>();

  const notify = useNotify();
  const { page, refresh } = useItemPage(tableName, run, pages, size);
  const keys = run.target.tableKeys;
  const rows = useMemo(() => rowsOf(page.data, run.target), [page.data, run.target]);

  const start = (target: Target, form: ExploreForm) => {
    setRun(newRun(tableName, target, form));
    setPages(FIRST_PAGE);
    setSelected([]);
    setSearch(withExploreForm(search, form), { replace: true });
  };
  const goTo = (current: number) => {
    const next = page.data?.next;
    setPages(({ starts }) => ({
      current,
      starts: current === starts.length && next !== undefined ? [...starts, next] : starts,
    }));
    setSelected([]);
  };

  const readAgain = () => {
    setSelected([]);
    void refresh();
  };
  const succeeded = (text: string) => {
    notify({ type: "success", content: text });
    setTask(undefined);
    setDeleting(undefined);
  };

  return (
    <SpaceBetween size="l">
      <Builder
        tableName={tableName}
        targets={targets}
        first={first}
        running={page.isFetching}
        error={page.error}
        onRun={start}
      />
      <FailureAlert
        header="The items cannot be read"
        error={page.error}
        onRetry={() => page.refetch()}
      />
      <Results
        rows={rows}
        page={page.isError ? undefined : page.data}
        target={run.target}
        filtered={run.read.input.FilterExpression !== undefined}
        loading={page.isPending || page.isPlaceholderData}
        size={size}
        onSize={(next) => {
          setSize(next);
          setPages(FIRST_PAGE);
          setSelected([]);
        }}
        pages={pages}
        onPage={goTo}
        selected={selected}
        onSelect={setSelected}
        onRefresh={refresh}
        onOpen={(item) => setTask({ kind: "edit", key: keyOf(item, keys) })}
        onCreate={() => setTask({ kind: "create" })}
        onDuplicate={(item) => setTask({ kind: "duplicate", key: keyOf(item, keys) })}
        onDelete={(items) => setDeleting(items.map((item) => keyOf(item, keys)))}
      />
      {task !== undefined && (
        <ItemEditor
          tableName={tableName}
          keys={keys}
          task={task}
          onDismiss={() => setTask(undefined)}
          onSaved={() => {
            readAgain();
            succeeded(task.kind === "edit" ? "Saved the item" : "Created the item");
          }}
          onDelete={(key) => {
            setTask(undefined);
            setDeleting([key]);
          }}
        />
      )}
      {deleting !== undefined && (
        <DeleteItemsModal
          tableName={tableName}
          keys={deleting}
          onDismiss={() => setDeleting(undefined)}
          onChanged={readAgain}
          onDeleted={() => succeeded(`Deleted ${formatCounted(deleting.length, "item")}`)}
        />
      )}
    </SpaceBetween>
  );
}

function useItemPage(tableName: string, run: Run, pages: Pages, size: number) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  const queries = useQueryClient();
  const from = pages.starts[pages.current];
  const prefix = [region, "items", tableName];
  const page = useQuery({
    queryKey: [...prefix, run.id, pages.current, size],
    queryFn: ({ signal }) => readPage(dynamodb, run.read, run.target, { from, size }, signal),
    placeholderData: keepPreviousData,
    // Only a person asks again, and what is not looked at is not kept.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    structuralSharing: false,
  });
  return { page, refresh: () => queries.invalidateQueries({ queryKey: prefix }) };
}

function rowsOf(page: ItemPage | undefined, target: Target): ItemRow[] {
  return (page?.items ?? []).map((item) => ({
    id: itemToJson(keyOf(item, target.tableKeys)),
    item,
  }));
}
