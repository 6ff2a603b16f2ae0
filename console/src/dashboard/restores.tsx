/** Restores that are running or ended lately, live, with the reason where one failed. */

import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { admin, type RestoreProgress } from "../api/admin";
import { POLL_FAST_MILLISECONDS, POLL_SLOW_MILLISECONDS } from "../api/query";
import { PageLink, paths } from "../app/links";
import { useRegion } from "../app/region";
import { useTimeFormat } from "../format/time";
import { formatBytes, formatCounted, formatDuration } from "../format/units";
import { FailureAlert } from "../widgets/failure";

/** As many as are worth a place on the first page. */
const SHOWN_MAX = 5;

export function Restores() {
  const region = useRegion();
  const { data, error, refetch } = useQuery({
    queryKey: [region, "restores"],
    queryFn: ({ signal }) => admin.restores(region, signal),
    refetchInterval: ({ state }) =>
      state.data?.restores.some((one) => one.state === "running") === true
        ? POLL_FAST_MILLISECONDS
        : POLL_SLOW_MILLISECONDS,
  });
  const restores = data?.restores ?? [];
  return (
    <Container header={<Header variant="h2">Recent restores</Header>}>
      <SpaceBetween size="m">
        <FailureAlert
          header="The restores cannot be listed"
          error={error}
          onRetry={() => refetch()}
        />
        {data !== undefined && restores.length === 0 && (
          <Box color="text-body-secondary">Nothing was restored here lately.</Box>
        )}
        {restores.slice(0, SHOWN_MAX).map((restore) => (
          <Restore key={`${restore.table_name} ${restore.started_at_seconds}`} restore={restore} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function Restore({ restore }: { restore: RestoreProgress }) {
  const region = useRegion();
  const formatTime = useTimeFormat();
  return (
    <div>
      <StatusIndicator type={LOOKS[restore.state]}>{progressText(restore)}</StatusIndicator>
      <Box variant="p" padding="n">
        {restore.state === "failed" ? (
          // What a failed restore made is gone.
          restore.table_name
        ) : (
          <PageLink to={paths.table(region, restore.table_name)}>{restore.table_name}</PageLink>
        )}
        {` as of ${formatTime(restore.at_seconds)}`}
      </Box>
    </div>
  );
}

const LOOKS = { running: "in-progress", finished: "success", failed: "error" } as const;

/** `Restoring: 12 MiB of 40 MiB, 1,200 items, 3 s left`, or how it ended. */
export function progressText(restore: RestoreProgress): string {
  switch (restore.state) {
    case "failed":
      return `Failed: ${restore.reason ?? "the server gave no reason"}`;
    case "finished":
      return restore.ended_at_seconds === undefined
        ? "Restored"
        : `Restored in ${formatDuration(restore.ended_at_seconds - restore.started_at_seconds)}`;
    case "running": {
      const parts = [
        restore.bytes_total > 0
          ? `${formatBytes(restore.bytes_done)} of ${formatBytes(restore.bytes_total)}`
          : formatBytes(restore.bytes_done),
        formatCounted(restore.items_done, "item"),
        ...(restore.seconds_left === undefined
          ? []
          : [`${formatDuration(restore.seconds_left)} left`]),
      ];
      return `Restoring: ${parts.join(", ")}`;
    }
  }
}
