/**
 * Charts of what the server measured, over a time span that can be chosen: one request for all of
 * them, asked again while the page is open.
 */

import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Metrics, MetricsRange } from "../api/admin";
import { POLL_SLOW_MILLISECONDS } from "../api/query";
import { useServer, useServerClock } from "../api/server";
import { usePreferences } from "../app/preferences";
import { formatTime, useTimeFormat } from "../format/time";
import { formatDuration, formatMeasure } from "../format/units";
import { FailureAlert } from "./failure";
import { type ChartSeries, firstSpan, lineOf, SPANS, type Span, spanRange } from "./metrics";

export interface Chart {
  title: string;
  /** What the numbers are, for the axis. */
  unit: string;
  format: (value: number) => string;
  /**
   * The unit that numbers up to `largest` are drawn in, where round numbers of the measured one
   * would not be round for people.
   */
  scale?: (largest: number) => { name: string; size: number };
  /** Which series it shows, of those the answer has. */
  series: (metrics: Metrics) => ChartSeries[];
}

export function MetricsPanel({
  title,
  queryKey,
  load,
  charts,
}: {
  title: string;
  queryKey: readonly unknown[];
  load: (range: MetricsRange, signal: AbortSignal) => Promise<Metrics>;
  charts: Chart[];
}) {
  const { data: server, isPending } = useServer();
  const serverNow = useServerClock();
  const [chosen, setChosen] = useState<Span>();
  const measuredSeconds =
    server === undefined ? Infinity : server.now_seconds - server.started_at_seconds;
  const span = chosen ?? firstSpan(measuredSeconds);
  const query = useQuery({
    queryKey: [...queryKey, span],
    // Before the server has answered it is not known what time it is there.
    enabled: !isPending,
    queryFn: async ({ signal }) => {
      const range = spanRange(span, serverNow());
      return { range, metrics: await load(range, signal) };
    },
    refetchInterval: POLL_SLOW_MILLISECONDS,
    placeholderData: keepPreviousData,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h2"
        actions={
          <SegmentedControl
            label="Time span"
            selectedId={span}
            onChange={({ detail }) => setChosen(detail.selectedId as Span)}
            options={Object.entries(SPANS).map(([id, { text }]) => ({ id, text }))}
          />
        }
      >
        {title}
      </Header>
      <FailureAlert
        header="The measurements cannot be read"
        error={query.error}
        onRetry={() => query.refetch()}
      />
      {(query.data !== undefined || query.isPending) && (
        <Grid gridDefinition={charts.map(() => ({ colspan: { default: 12, s: 6 } as const }))}>
          {charts.map((chart) => (
            <MetricChart key={chart.title} chart={chart} measured={query.data} />
          ))}
        </Grid>
      )}
    </SpaceBetween>
  );
}

function linesOf(chart: Chart, measured: Measured | undefined) {
  const series = measured === undefined ? [] : chart.series(measured.metrics);
  const measuredLines = series.map(({ name, title }) => ({
    title,
    points: measured === undefined ? [] : lineOf(measured.metrics, name),
  }));
  const largest = Math.max(0, ...measuredLines.flatMap(({ points }) => points.map(({ y }) => y)));
  const scale = chart.scale?.(largest);
  const size = scale?.size ?? 1;
  const lines = measuredLines.map(({ title, points }) => ({
    type: "line" as const,
    title,
    data: points.map(({ x, y }) => ({ x, y: y / size })),
    valueFormatter: (value: number) => chart.format(value * size),
  }));
  return { lines, largest, scale };
}

interface Measured {
  /** What was asked for; the answer begins when the server began to measure. */
  range: MetricsRange;
  metrics: Metrics;
}

function MetricChart({ chart, measured }: { chart: Chart; measured: Measured | undefined }) {
  const { timeZone } = usePreferences();
  const formatInstant = useTimeFormat();
  // The same lines as long as the measurements are the same: the chart knows the line that is
  // pointed at by its identity.
  const { lines, largest, scale } = useMemo(() => linesOf(chart, measured), [chart, measured]);
  return (
    <Container header={<Header variant="h3">{chart.title}</Header>} fitHeight>
      <LineChart<Date>
        ariaLabel={`${chart.title}, ${chart.unit}`}
        height={180}
        hideFilter
        hideLegend={lines.length < 2}
        xScaleType="time"
        yTitle={scale === undefined ? chart.unit : `${chart.unit}, ${scale.name}`}
        {...(measured === undefined
          ? {}
          : {
              xDomain: [new Date(measured.range.from * 1000), new Date(measured.range.to * 1000)],
            })}
        // Zero lies at the bottom, also if there is nothing above it.
        {...(largest === 0 ? { yDomain: [0, 1] } : {})}
        series={lines}
        statusType={measured === undefined ? "loading" : "finished"}
        loadingText="Loading"
        empty={
          <Box color="text-body-secondary" textAlign="center">
            Nothing was measured in this span. There is a point for every{" "}
            {formatDuration(measured?.metrics.step_seconds ?? 0)}.
          </Box>
        }
        i18nStrings={{
          xTickFormatter: (date) => formatTime(date, timeZone).slice(11, 16),
          yTickFormatter: scale === undefined ? chart.format : formatMeasure,
        }}
        detailPopoverFooter={(date) => <Box variant="small">{formatInstant(date)}</Box>}
      />
    </Container>
  );
}
