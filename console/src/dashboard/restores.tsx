/** Restores that are running or ended lately, live, with the reason where one failed. */

import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { RestoreProgress } from "../api/admin";
import { useRestores } from "../api/restores";
import { useServer, useServerClock } from "../api/server";
import { useTableRows } from "../api/table-rows";
import { PageLink, paths } from "../app/links";
import { useRegion } from "../app/region";
import { progressText } from "../format/restores";
import { useTimeFormat } from "../format/time";
import { FailureAlert } from "../widgets/failure";

/** As many as are worth a place on the first page; what is under way comes first. */
const SHOWN_MAX = 5;

export function Restores() {
  const { data: restores = [], isSuccess, error, refetch } = useRestores();
  const isDeleted = useIsDeleted();
  const running = restores.filter(({ state }) => state === "running");
  const ended = restores.filter(({ state }) => state !== "running");
  return (
    <Container header={<Header variant="h2">Recent restores</Header>}>
      <SpaceBetween size="m">
        <FailureAlert
          header="The restores cannot be listed"
          error={error}
          onRetry={() => refetch()}
        />
        {isSuccess && restores.length === 0 && (
          <Box color="text-body-secondary">Nothing was restored here lately.</Box>
        )}
        {[...running, ...ended].slice(0, SHOWN_MAX).map((restore) => (
          <Restore
            key={`${restore.table_name} ${restore.started_at_seconds}`}
            restore={restore}
            deleted={isDeleted(restore)}
          />
        ))}
      </SpaceBetween>
    </Container>
  );
}

/** Whether the table that a restore made is gone, as far as the list of tables tells. */
function useIsDeleted(): (restore: RestoreProgress) => boolean {
  const { data: rows, dataUpdatedAt } = useTableRows();
  const isClockKnown = useServer().data !== undefined;
  const serverNow = useServerClock();
  return ({ state, table_name, ended_at_seconds = Number.POSITIVE_INFINITY }) => {
    // A list from before the table was made does not have it yet.
    const listedAt = serverNow() - (Date.now() - dataUpdatedAt) / 1_000;
    return (
      isClockKnown &&
      state === "finished" &&
      ended_at_seconds < listedAt &&
      rows?.some(({ name }) => name === table_name) === false
    );
  };
}

function Restore({ restore, deleted }: { restore: RestoreProgress; deleted: boolean }) {
  const region = useRegion();
  const formatTime = useTimeFormat();
  const { state, table_name: name } = restore;
  return (
    <div>
      <StatusIndicator type={LOOKS[state]}>{progressText(restore)}</StatusIndicator>
      <Box variant="p" padding="n">
        {/* What a failed restore made is gone. */}
        {state === "failed" || deleted ? (
          `${name}${deleted ? " (deleted)" : ""}`
        ) : (
          <PageLink to={paths.table(region, name)}>{name}</PageLink>
        )}
        {` as of ${formatTime(restore.at_seconds)}`}
      </Box>
    </div>
  );
}

const LOOKS = { running: "in-progress", finished: "success", failed: "error" } as const;
