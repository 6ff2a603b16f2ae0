/** The backups of a Region: of all tables or of one, by type and by time. */

import Autosuggest from "@cloudscape-design/components/autosuggest";
import DateRangePicker, {
  type DateRangePickerProps,
} from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useServer, useServerClock } from "../api/server";
import { useTableRows } from "../api/table-rows";
import { Page } from "../app/page";
import { usePreferences } from "../app/preferences";
import { BackupsTable } from "./backups-table";
import { BACKUP_TYPES, filterOf, type ListFilter, SPANS, searchOf } from "./list-filter";
import { ALL_BACKUPS, timeBounds } from "./list-query";

export function Component() {
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const { tableName, type, range } = filter;
  const [rangesChosen, setRangesChosen] = useState(0);
  const query = { ...ALL_BACKUPS, tableName, type, ...useTimeBounds(range, rangesChosen) };
  const change = (part: Partial<ListFilter>) => {
    setSearch(searchOf({ ...filter, ...part }), { replace: true });
    if (part.range !== undefined) {
      setRangesChosen((before) => before + 1);
    }
  };

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
        filter={<Filter filter={filter} onChange={change} />}
      />
    </Page>
  );
}

/**
 * "The last hour" is the hour before it was chosen, or the page opened with it, by the clock of the
 * server: not before each repaint.
 */
function useTimeBounds(range: ListFilter["range"], rangesChosen: number) {
  const serverNow = useServerClock();
  const isClockKnown = useServer().data !== undefined;
  const wanted = JSON.stringify([range, isClockKnown, rangesChosen]);
  const [known, setKnown] = useState({ wanted, bounds: timeBounds(range, serverNow()) });
  if (known.wanted === wanted) {
    return known.bounds;
  }
  const bounds = timeBounds(range, serverNow());
  setKnown({ wanted, bounds });
  return bounds;
}

interface FilterProps {
  filter: ListFilter;
  onChange: (part: Partial<ListFilter>) => void;
}

function Filter({ filter: { tableName, type, range }, onChange }: FilterProps) {
  const { timeZone } = usePreferences();
  const { data: tables = [] } = useTableRows();
  const [typed, setTyped] = useState(tableName);
  const [shownName, setShownName] = useState(tableName);
  if (shownName !== tableName) {
    // The address names another table, because of what was typed or of a link that was followed.
    setShownName(tableName);
    setTyped(tableName);
  }
  const take = (name: string) => {
    if (name !== tableName) {
      onChange({ tableName: name });
    }
  };
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
              take("");
            }
          }}
          onSelect={({ detail }) => {
            setTyped(detail.value);
            take(detail.value.trim());
          }}
          onBlur={() => take(typed.trim())}
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
          selectedOption={BACKUP_TYPES.find(({ value }) => value === type) ?? null}
          onChange={({ detail }) =>
            onChange({ type: detail.selectedOption.value as ListFilter["type"] })
          }
          options={BACKUP_TYPES}
        />
      </FormField>
      <FormField label="Created" stretch>
        <DateRangePicker
          value={range}
          onChange={({ detail }) => onChange({ range: detail.value })}
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
