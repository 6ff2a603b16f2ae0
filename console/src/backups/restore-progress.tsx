/** How far restores are, live, and why one failed after its table has vanished. */

import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { RestoreProgress } from "../api/admin";
import { restoreOf, useRestores } from "../api/restores";
import { PageLink, paths } from "../app/links";
import { useRegion } from "../app/region";
import { amountText, failureReason, PHASES, progressPercent } from "../format/restores";
import { useTimeFormat } from "../format/time";
import { FailureAlert } from "../widgets/failure";

/** Of the table whose page this is, while a restore makes it. */
export function ProgressOfTable({ tableName }: { tableName: string }) {
  const { data, error, refetch } = useRestores();
  const restore = restoreOf(data, tableName);
  return (
    <SpaceBetween size="l">
      <FailureAlert
        header="How far the restore is cannot be told"
        error={error}
        onRetry={() => refetch()}
      />
      {restore?.state === "running" && (
        <Container header={<Header variant="h2">Restore</Header>}>
          <Progress restore={restore} />
        </Container>
      )}
    </SpaceBetween>
  );
}

/** Where a table would be: why it is not there, if its restore failed. */
export function FailureOfRestore({ tableName }: { tableName: string }) {
  const { data, error, refetch } = useRestores();
  const formatTime = useTimeFormat();
  const restore = restoreOf(data, tableName);
  return restore?.state === "failed" ? (
    <Alert
      type="error"
      header={`The restore of ${tableName} as of ${formatTime(restore.at_seconds)} failed`}
    >
      <span className="failure-message">{failureReason(restore)}</span>
    </Alert>
  ) : (
    <FailureAlert
      header="Whether a restore failed cannot be told"
      error={error}
      onRetry={() => refetch()}
    />
  );
}

/** As many as leave the list of tables in sight. */
const SHOWN_MAX = 5;

/** Above the list of tables: what is on its way there. */
export function RunningRestores() {
  const region = useRegion();
  const { data = [], error, refetch } = useRestores();
  const running = data.filter(({ state }) => state === "running");
  const failure = (
    <FailureAlert header="The restores cannot be listed" error={error} onRetry={() => refetch()} />
  );
  if (running.length === 0) {
    return failure;
  }
  return (
    <SpaceBetween size="l">
      {failure}
      <Container
        header={
          <Header variant="h2" counter={`(${running.length})`}>
            Restores under way
          </Header>
        }
      >
        <SpaceBetween size="m">
          {running.slice(0, SHOWN_MAX).map((restore) => (
            <Progress
              key={restore.table_name}
              restore={restore}
              tablePath={paths.table(region, restore.table_name)}
            />
          ))}
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

function Progress({ restore, tablePath }: { restore: RestoreProgress; tablePath?: string }) {
  const formatTime = useTimeFormat();
  const asOf = `as of ${formatTime(restore.at_seconds)}`;
  return (
    <ProgressBar
      value={progressPercent(restore)}
      ariaLabel={`Restore of ${restore.table_name}`}
      label={
        tablePath === undefined ? (
          PHASES[restore.phase ?? "loading"]
        ) : (
          <PageLink to={tablePath}>{restore.table_name}</PageLink>
        )
      }
      description={
        tablePath === undefined ? asOf : `${PHASES[restore.phase ?? "loading"]}, ${asOf}`
      }
      additionalInfo={amountText(restore)}
    />
  );
}
