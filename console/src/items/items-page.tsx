/** Explore items: a table is chosen, then its items. The address says which: `items?table=Music`. */

import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useNavigate, useSearchParams } from "react-router";
import { useTableRows } from "../api/table-rows";
import { useTable } from "../api/tables";
import { PageLink, paths } from "../app/links";
import { Page } from "../app/page";
import { useRegion } from "../app/region";
import { FailureAlert } from "../widgets/failure";
import { Explorer } from "./explorer";

export function Component() {
  const region = useRegion();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const tableName = search.get("table") ?? "";
  const rows = useTableRows();
  const names = rows.data?.map(({ name }) => name) ?? [];

  return (
    <Page title="Explore items">
      <SpaceBetween size="l">
        <FailureAlert
          header="The tables cannot be listed"
          error={rows.error}
          onRetry={() => rows.refetch()}
        />
        <FormField label="Table">
          <Select
            placeholder="Choose a table"
            selectedOption={tableName === "" ? null : { value: tableName, label: tableName }}
            options={names.map((value) => ({ value, label: value }))}
            filteringType="auto"
            filteringAriaLabel="Find a table"
            virtualScroll
            statusType={rows.isPending ? "loading" : "finished"}
            loadingText="Loading tables"
            empty="There is no table in this Region."
            onChange={({ detail }) =>
              navigate(paths.items(region, detail.selectedOption.value ?? ""))
            }
          />
        </FormField>
        {tableName !== "" && <OneTable key={tableName} tableName={tableName} />}
        {tableName === "" && rows.data?.length === 0 && (
          <Box>
            There is no table in this Region.{" "}
            <PageLink to={paths.createTable(region)}>Create a table</PageLink>
          </Box>
        )}
      </SpaceBetween>
    </Page>
  );
}

function OneTable({ tableName }: { tableName: string }) {
  const table = useTable(tableName);
  return (
    <SpaceBetween size="l">
      <FailureAlert
        header="The table cannot be described"
        error={table.error}
        onRetry={() => table.refetch()}
      />
      {table.data !== undefined && <Explorer tableName={tableName} table={table.data} />}
      {table.isPending && <Spinner size="large" />}
    </SpaceBetween>
  );
}
