/** The backups of a Region: of all tables or of one, by type and by time. */

import type { BackupTypeFilter } from "@aws-sdk/client-dynamodb";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import DateRangePicker, {
  type DateRangePickerProps,
} from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useServerClock } from "../api/server";
import { useTableRows } from "../api/table-rows";
import { Page } from "../app/page";
import { usePreferences } from "../app/preferences";
import { BackupsTable } from "./backups-table";
import { ALL_BACKUPS, timeBounds } from "./list-query";

const TYPES: { value: BackupTypeFilter; label: string }[] = [
  { value: "ALL", label: "All types" },
  { value: "USER", label: "User" },
  { value: "SYSTEM", label: "System" },
  { value: "AWS_BACKUP", label: "AWS Backup" },
];

const SPANS = (
  [
    [1, "hour"],
    [1, "day"],
    [1, "week"],
    [35, "day"],
  ] as const
).map(([amount, unit]) => ({ key: `${amount}-${unit}`, amount, unit, type: "relative" as const }));

/** When the backups were made: what the range picker shows, and what it means. */
interface Created {
  range: DateRangePickerProps.Value | null;
  bounds: ReturnType<typeof timeBounds>;
}

export function Component() {
  const [search] = useSearchParams();
  const [tableName, setTableName] = useState(search.get("table") ?? "");
  const [type, setType] = useState<BackupTypeFilter>("ALL");
  const serverNow = useServerClock();
  const [{ range, bounds }, setCreated] = useState<Created>({ range: null, bounds: {} });
  const query = { ...ALL_BACKUPS, tableName, type, ...bounds };

  return (
    <Page title="Backups" kind="table">
      <BackupsTable
        query={query}
        title="Backups"
        description="A backup holds a table as it was at one instant. It stays when the table is gone."
        empty={
          tableName === "" && type === "ALL" && range === null
            ? "There is no backup in this Region."
            : "No backup matches the filter."
        }
        filter={
          <Filter
            tableName={tableName}
            onTableName={setTableName}
            type={type}
            onType={setType}
            range={range}
            onRange={(chosen) =>
              // "The last hour" is the hour before it was chosen, not before each repaint.
              setCreated({ range: chosen, bounds: timeBounds(chosen, serverNow()) })
            }
          />
        }
      />
    </Page>
  );
}

interface FilterProps {
  tableName: string;
  onTableName: (tableName: string) => void;
  type: BackupTypeFilter;
  onType: (type: BackupTypeFilter) => void;
  range: DateRangePickerProps.Value | null;
  onRange: (range: DateRangePickerProps.Value | null) => void;
}

function Filter({ tableName, onTableName, type, onType, range, onRange }: FilterProps) {
  const { timeZone } = usePreferences();
  const { data: tables = [] } = useTableRows();
  const [typed, setTyped] = useState(tableName);
  const takeTyped = () => onTableName(typed.trim());
  return (
    <Grid
      gridDefinition={[
        { colspan: { default: 12, xxs: 4 } },
        { colspan: { default: 12, xxs: 3 } },
        { colspan: { default: 12, xxs: 5 } },
      ]}
    >
      <FormField label="Source table" stretch>
        <Autosuggest
          value={typed}
          onChange={({ detail }) => {
            setTyped(detail.value);
            if (detail.value === "") {
              onTableName("");
            }
          }}
          onSelect={({ detail }) => {
            setTyped(detail.value);
            onTableName(detail.value.trim());
          }}
          onBlur={takeTyped}
          options={tables.map(({ name }) => ({ value: name }))}
          virtualScroll
          placeholder="All tables"
          enteredTextLabel={(name) => `Backups of "${name}"`}
          empty="No table has this name. One that was deleted can be typed."
          clearAriaLabel="All tables"
        />
      </FormField>
      <FormField label="Type" stretch>
        <Select
          selectedOption={TYPES.find(({ value }) => value === type) ?? null}
          onChange={({ detail }) => onType(detail.selectedOption.value as BackupTypeFilter)}
          options={TYPES}
        />
      </FormField>
      <FormField label="Created" stretch>
        <DateRangePicker
          value={range}
          onChange={({ detail }) => onRange(detail.value)}
          relativeOptions={SPANS}
          isValidRange={rangeProblem}
          placeholder="Any time"
          {...(timeZone === "utc" ? { timeOffset: 0 } : {})}
        />
      </FormField>
    </Grid>
  );
}

function rangeProblem(
  range: DateRangePickerProps.Value | null,
): DateRangePickerProps.ValidationResult {
  if (range?.type === "absolute") {
    if (range.startDate === "" || range.endDate === "") {
      return { valid: false, errorMessage: "Choose the first and the last day." };
    }
    if (Date.parse(range.startDate) > Date.parse(range.endDate)) {
      return { valid: false, errorMessage: "The end lies before the start." };
    }
  }
  return { valid: true };
}
