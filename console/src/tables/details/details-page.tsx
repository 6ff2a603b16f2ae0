/** One table: its tabs, and what can be done with the whole of it. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown, {
  type ButtonDropdownProps,
} from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { Suspense, useState } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { isNotFound } from "../../api/errors";
import { isRestoring, isRestoringToPointInTime, useTable } from "../../api/tables";
import { PageLink, paths } from "../../app/links";
import { Page } from "../../app/page";
import { useRegion } from "../../app/region";
import { FailureOfRestore, ProgressOfTable } from "../../backups/restore-progress";
import { FailureAlert } from "../../widgets/failure";
import { TableStatus } from "../../widgets/status";
import { DeleteTableModal } from "../delete-table-modal";
import { TABLE_TABS } from "./tabs";

export function Component() {
  const region = useRegion();
  const { tableName = "", tab = "overview" } = useParams();
  if (!TABLE_TABS.some(({ id }) => id === tab)) {
    return <Navigate to={paths.table(region, tableName)} replace />;
  }
  // Another table is another page: nothing typed or opened for one belongs to the next.
  return <TableDetails key={tableName} tableName={tableName} tab={tab} />;
}

function TableDetails({ tableName, tab }: { tableName: string; tab: string }) {
  const region = useRegion();
  const navigate = useNavigate();
  const query = useTable(tableName);
  const [deleting, setDeleting] = useState(false);
  const table = query.data;
  const gone = isNotFound(query.error);

  return (
    <Page
      title={tableName}
      above={[{ text: "Tables", path: paths.tables(region) }]}
      info={
        table !== undefined &&
        !gone && (
          <TableStatus status={table.TableStatus} restoring={isRestoringToPointInTime(table)} />
        )
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            iconName="refresh"
            ariaLabel="Refresh"
            loading={query.isFetching && query.data === undefined}
            onClick={() => query.refetch()}
          />
          {!gone && (
            <ButtonDropdown
              items={actionsFor(table)}
              onItemClick={({ detail }) => {
                switch (detail.id as ActionId) {
                  case "items":
                    return navigate(paths.items(region, tableName));
                  case "backup":
                    return navigate(paths.createBackup(region, tableName));
                  case "restore":
                    return navigate(paths.restoreToPointInTime(region, tableName));
                  case "delete":
                    return setDeleting(true);
                }
              }}
            >
              Actions
            </ButtonDropdown>
          )}
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        {gone && <FailureOfRestore tableName={tableName} />}
        {gone ? (
          <Alert type="info" header={`There is no table ${tableName} in ${region}`}>
            It was deleted, or never was here. A backup of it can still be restored.{" "}
            <PageLink to={paths.backups(region, tableName)}>See its backups</PageLink>
          </Alert>
        ) : (
          <FailureAlert
            header="The table cannot be described"
            error={query.error}
            onRetry={() => query.refetch()}
          />
        )}
        {table !== undefined && !gone && isRestoring(table) && (
          <ProgressOfTable tableName={tableName} />
        )}
        {table !== undefined && !gone && (
          <Tabs
            activeTabId={tab}
            onChange={({ detail }) =>
              navigate(paths.table(region, tableName, detail.activeTabId), { replace: true })
            }
            tabs={TABLE_TABS.map(({ id, text, Tab }) => ({
              id,
              label: text,
              content: (
                <Suspense fallback={<Spinner size="large" />}>
                  <Tab tableName={tableName} table={table} />
                </Suspense>
              ),
            }))}
          />
        )}
        {table === undefined && query.isPending && <Spinner size="large" />}
      </SpaceBetween>
      {deleting && (
        <DeleteTableModal
          tableNames={[tableName]}
          onDismiss={() => setDeleting(false)}
          onDeleted={() => navigate(paths.tables(region))}
        />
      )}
    </Page>
  );
}

type ActionId = "items" | "backup" | "restore" | "delete";

/** What can be done with a table as it is now; nothing before it is known. */
function actionsFor(table: TableDescription | undefined): ButtonDropdownProps.Item[] {
  const isReady = table?.TableStatus === "ACTIVE" || table?.TableStatus === "UPDATING";
  const isProtected = table?.DeletionProtectionEnabled === true;
  const item = (id: ActionId, text: string) => ({ id, text, disabled: !isReady });
  return [
    item("items", "Explore items"),
    item("backup", "Create backup"),
    item("restore", "Restore to point in time"),
    {
      ...item("delete", "Delete table"),
      ...(isProtected
        ? { disabled: true, disabledReason: "Deletion protection is on. Turn it off first." }
        : {}),
    },
  ];
}
