/**
 * The history of a table with point-in-time recovery: when it was written, where its backups are,
 * and the choice of an instant in it, by pointer, keyboard or typing, to restore the table to.
 */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { admin, type TableHistory } from "../api/admin";
import { POLL_SLOW_MILLISECONDS } from "../api/query";
import { tableKey } from "../api/tables";
import { paths, useLink } from "../app/links";
import { usePreferences } from "../app/preferences";
import { useRegion } from "../app/region";
import { formatCount } from "../format/units";
import { formatInstant, secondsOf } from "../forms/instant";
import { FailureAlert } from "../widgets/failure";
import { isShortest, type Span, shift, showing, zoom } from "./history-scale";
import { InstantField } from "./instant-field";
import type { RestoreWindow } from "./moment";
import { Timeline } from "./timeline";
import { type TypedInstant, useTypedInstant } from "./use-instant";

const PIXELS_A_BUCKET = 8;
const WIDTH_AT_FIRST = 800;

export function HistoryPanel({
  tableName,
  restoreWindow,
}: {
  tableName: string;
  restoreWindow: RestoreWindow;
}) {
  const region = useRegion();
  const [place, width] = useWidth();
  /** Undefined is all there is, which grows. */
  const [span, setSpan] = useState<Span>();
  const buckets = Math.min(240, Math.max(20, Math.floor(width / PIXELS_A_BUCKET / 20) * 20));
  // Chosen here, so that it stays whatever becomes of the picture.
  const instant = useTypedInstant(restoreWindow.latest);
  const query = useQuery({
    queryKey: [...tableKey(region, tableName), "history", span, buckets],
    queryFn: ({ signal }) => admin.history(region, tableName, { ...span, buckets }, signal),
    refetchInterval: POLL_SLOW_MILLISECONDS,
    placeholderData: keepPreviousData,
  });
  const history = useLastGood(query.data);

  return (
    <Container
      header={
        <Header
          variant="h2"
          description="When the table was written. Click to choose an instant, draw over a range to see it closer."
        >
          History
        </Header>
      }
    >
      <div ref={place}>
        <SpaceBetween size="m">
          <FailureAlert
            header="The history cannot be read"
            error={query.error}
            onRetry={() => query.refetch()}
          />
          {query.isPending && <Spinner size="large" />}
          {history !== undefined && (
            <History
              restoreWindow={restoreWindow}
              history={history}
              instant={instant}
              widthPixels={width}
              asked={span}
              onSpan={setSpan}
            />
          )}
          <ChosenInstant tableName={tableName} restoreWindow={restoreWindow} instant={instant} />
        </SpaceBetween>
      </div>
    </Container>
  );
}

/** What was there before the last request, where that failed. */
function useLastGood<T>(data: T | undefined): T | undefined {
  const [last, setLast] = useState(data);
  if (data !== undefined && data !== last) {
    setLast(data);
  }
  return data ?? last;
}

function History({
  restoreWindow,
  history,
  instant,
  widthPixels,
  asked,
  onSpan,
}: {
  restoreWindow: RestoreWindow;
  history: TableHistory;
  instant: TypedInstant;
  widthPixels: number;
  /** The span asked for, which the history need not show yet; undefined is all there is. */
  asked: Span | undefined;
  onSpan: (span: Span | undefined) => void;
}) {
  const { timeZone } = usePreferences();
  const [pointed, setPointed] = useState<string>();
  const { earliest, latest } = restoreWindow;
  const bounds = { from: secondsOf(earliest), to: secondsOf(latest) };
  // What is drawn is what the answer is about, also while another span is being asked for.
  const shown = { from: history.from_seconds, to: history.to_seconds };
  const span = asked ?? shown;
  const isAll = asked === undefined;
  const chosen = instant.micros;

  const zoomBy = (factor: number) =>
    onSpan(zoom(span, bounds, factor, chosen === undefined ? undefined : secondsOf(chosen)));
  const choose = (micros: number) => {
    instant.setMicros(micros);
    const wanted = showing(span, bounds, secondsOf(micros));
    if (wanted !== span) {
      onSpan(wanted);
    }
  };

  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          iconName="zoom-in"
          ariaLabel="Zoom in"
          disabled={isShortest(span)}
          onClick={() => zoomBy(0.5)}
        />
        <Button
          iconName="zoom-out"
          ariaLabel="Zoom out"
          disabled={isAll}
          onClick={() => zoomBy(2)}
        />
        <Button
          iconName="angle-left"
          ariaLabel="Earlier"
          disabled={isAll || span.from <= bounds.from}
          onClick={() => onSpan(shift(span, bounds, -0.5))}
        />
        <Button
          iconName="angle-right"
          ariaLabel="Later"
          disabled={isAll || span.to >= bounds.to}
          onClick={() => onSpan(shift(span, bounds, 0.5))}
        />
        <Button disabled={isAll} onClick={() => onSpan(undefined)}>
          Show all
        </Button>
      </SpaceBetween>
      <Timeline
        history={history}
        span={shown}
        bounds={bounds}
        chosen={chosen}
        widthPixels={widthPixels}
        onChoose={choose}
        onSpan={onSpan}
        onZoom={zoomBy}
        onPoint={setPointed}
      />
      <Legend history={history} pointed={pointed} />
      <Box variant="p" padding="n" color="text-body-secondary">
        Earliest {formatInstant(earliest, timeZone)}, latest {formatInstant(latest, timeZone)}. Keys
        in the picture: arrows move by a bar, with Shift by a second; Page Up and Page Down by ten
        bars; Home and End to its ends; + and - zoom.
      </Box>
    </SpaceBetween>
  );
}

/** The instant, which can be typed also where there is no picture, and where it leads. */
function ChosenInstant({
  tableName,
  restoreWindow: { earliest, latest },
  instant,
}: {
  tableName: string;
  restoreWindow: RestoreWindow;
  instant: TypedInstant;
}) {
  const region = useRegion();
  const link = useLink();
  const { micros } = instant;
  return (
    <SpaceBetween size="m">
      <InstantField instant={instant} earliest={earliest} latest={latest} showProblems />
      {micros === undefined ? (
        <Button disabled disabledReason="Choose an instant, or type one.">
          Restore to this instant
        </Button>
      ) : (
        <Button
          variant="primary"
          {...link(paths.restoreToPointInTime(region, tableName, secondsOf(micros)))}
        >
          Restore to this instant
        </Button>
      )}
    </SpaceBetween>
  );
}

/** What the marks mean, and what the pointer is over. */
function Legend({ history, pointed }: { history: TableHistory; pointed: string | undefined }) {
  const { backups, backups_total: total } = history;
  return (
    <Box variant="small" color="inherit">
      {pointed ?? (
        <SpaceBetween direction="horizontal" size="m">
          <span>
            <svg className="history-key" viewBox="0 0 12 12" aria-hidden="true">
              <rect className="history-writes" x="2" width="8" height="12" />
            </svg>{" "}
            Writes
          </span>
          <span>
            <svg className="history-key" viewBox="0 0 12 12" aria-hidden="true">
              <path className="history-backup" d="M6 0l6 6l-6 6l-6-6z" />
            </svg>{" "}
            Backup
            {total > backups.length &&
              ` (the newest ${formatCount(backups.length)} of ${formatCount(total)})`}
          </span>
          <span>
            <svg className="history-key" viewBox="0 0 12 12" aria-hidden="true">
              <rect className="history-chosen" x="5" width="2" height="12" />
            </svg>{" "}
            Chosen instant
          </span>
        </SpaceBetween>
      )}
    </Box>
  );
}

/** The width there is for the picture, also when the window changes. */
function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(WIDTH_AT_FIRST);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) {
        setWidth(Math.floor(entry.contentRect.width));
      }
    });
    if (place.current !== null) {
      observer.observe(place.current);
    }
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
