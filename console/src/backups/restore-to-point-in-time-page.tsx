/** The form that makes a table as another one was at an instant. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { POLL_FAST_MILLISECONDS } from "../api/query";
import { useContinuousBackups, useTable } from "../api/tables";
import { PageLink, paths } from "../app/links";
import { Page } from "../app/page";
import { usePreferences } from "../app/preferences";
import { useRegion } from "../app/region";
import { formatInstant, type Micros } from "../forms/instant";
import { sourceOfTable } from "../forms/restore";
import { FailureAlert } from "../widgets/failure";
import { Section } from "../widgets/section";
import { InstantField } from "./instant-field";
import {
  instantOfAddress,
  type MomentChoice,
  type RestoreWindow,
  restoreToMoment,
  windowOf,
} from "./moment";
import { RestoreFormFrame } from "./restore-form";
import { NameField } from "./restore-sections";
import { useTypedInstant } from "./use-instant";

export function Component() {
  const region = useRegion();
  const [search] = useSearchParams();
  const tableName = search.get("table") ?? "";
  return (
    <Page
      title="Restore table to point in time"
      kind="form"
      above={[
        { text: "Tables", path: paths.tables(region) },
        ...(tableName === ""
          ? []
          : [{ text: tableName, path: paths.table(region, tableName, "backups") }]),
      ]}
    >
      {tableName === "" ? (
        <Alert type="info">
          Choose a table, and then restore it from its tab Backups.{" "}
          <PageLink to={paths.tables(region)}>See the tables</PageLink>
        </Alert>
      ) : (
        <RestoreTable
          key={tableName}
          tableName={tableName}
          at={instantOfAddress(search.get("at"))}
        />
      )}
    </Page>
  );
}

function RestoreTable({ tableName, at }: { tableName: string; at: Micros | undefined }) {
  const region = useRegion();
  const table = useTable(tableName);
  const backups = useContinuousBackups(tableName, { pollMilliseconds: POLL_FAST_MILLISECONDS });
  const error = table.error ?? backups.error;
  if (table.data === undefined || backups.data === undefined) {
    return error === null ? (
      <Spinner size="large" />
    ) : (
      <FailureAlert
        header="The table cannot be described"
        error={error}
        onRetry={() => Promise.all([table.refetch(), backups.refetch()])}
      />
    );
  }
  const restoreWindow = windowOf(backups.data);
  if (restoreWindow === undefined) {
    return (
      <Alert type="info" header={`Point-in-time recovery is off for ${tableName}`}>
        The table can only be restored from its backups.{" "}
        <PageLink to={paths.table(region, tableName, "backups")}>
          Turn it on, or see the backups
        </PageLink>
      </Alert>
    );
  }
  return (
    <RestoreForm tableName={tableName} table={table.data} restoreWindow={restoreWindow} at={at} />
  );
}

function RestoreForm({
  tableName,
  table,
  restoreWindow,
  at,
}: {
  tableName: string;
  table: TableDescription;
  restoreWindow: RestoreWindow;
  at: Micros | undefined;
}) {
  const region = useRegion();
  const { timeZone } = usePreferences();
  const [choice, setChoice] = useState<MomentChoice>(at === undefined ? "latest" : "chosen");
  const instant = useTypedInstant(at ?? restoreWindow.latest);
  const { earliest, latest } = restoreWindow;
  const source = sourceOfTable(table);
  const moment = choice === "chosen" ? instant.micros : choice;

  return (
    <RestoreFormFrame
      source={source}
      cancelPath={paths.table(region, tableName, "backups")}
      ready={moment !== undefined}
      moment={moment}
      send={(client, form) =>
        restoreToMoment(
          client,
          { name: tableName, arn: table.TableArn ?? "" },
          source,
          form,
          moment ?? "latest",
        )
      }
      above={(section, tried) => (
        <Section title="Restored table">
          <NameField {...section} />
          <FormField label="Restore date and time">
            <RadioGroup
              value={choice}
              onChange={({ detail }) => setChoice(detail.value as MomentChoice)}
              items={[
                {
                  value: "earliest",
                  label: "Earliest",
                  description: formatInstant(earliest, timeZone),
                },
                {
                  value: "latest",
                  label: "Latest",
                  description: `${formatInstant(latest, timeZone)}, and every write acknowledged until the restore begins`,
                },
                {
                  value: "chosen",
                  label: "Date and time",
                  description: "Any instant between them, to the microsecond",
                },
              ]}
            />
          </FormField>
          {choice === "chosen" && (
            <InstantField
              instant={instant}
              earliest={earliest}
              latest={latest}
              showProblems={tried}
              message={section.messages.instant}
            />
          )}
          {choice !== "chosen" && section.messages.instant !== undefined && (
            <Alert type="error">{section.messages.instant}</Alert>
          )}
        </Section>
      )}
    />
  );
}
