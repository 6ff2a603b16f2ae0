/**
 * The picture of a table's history: bars for its writes, diamonds for its backups, a line for the
 * chosen instant. A slider to the keyboard and to a screen reader, a place to click and to draw a
 * range on to everyone else. It keeps nothing but what a pointer does in it just now.
 */

import { type KeyboardEvent, type PointerEvent, useState } from "react";
import type { TableHistory } from "../api/admin";
import { usePreferences } from "../app/preferences";
import { formatCounted, formatMeasure } from "../format/units";
import { formatInstant, type Micros, secondsOf } from "../forms/instant";
import "./history.css";
import {
  bucketAt,
  fractionOf,
  instantAfterKey,
  instantAt,
  type Span,
  spanBetween,
  ticks,
  topOfAxis,
  writesPerSecond,
} from "./history-scale";

// From above: the names of the ends, the top of the axis, the head of the chosen instant, the bars,
// the backups, the times. Each has a row to itself, and covers nothing at the edges.
const ENDS_Y = 12;
const AXIS_Y = 28;
const HEAD_Y = 34;
const BARS_TOP = 44;
const BARS_HEIGHT = 140;
const BACKUPS_Y = BARS_TOP + BARS_HEIGHT + 10;
const TICKS_Y = BACKUPS_Y + 24;
const HEIGHT = TICKS_Y + 4;
const HEAD_WIDTH = 12;
const PIXELS_A_TICK = 80;
/** Shorter than this is a click and not a drawn range. */
const DRAWN_PIXELS_MIN = 6;

export interface TimelineProps {
  history: TableHistory;
  span: Span;
  /** What can be restored; undefined if nothing can. */
  bounds: Span | undefined;
  chosen: Micros | undefined;
  widthPixels: number;
  onChoose: (micros: Micros) => void;
  /** A range was drawn. Undefined is all there is. */
  onSpan: (span: Span | undefined) => void;
  /** `+` or `-` was pressed. */
  onZoom: (factor: number) => void;
  /** What the pointer is over, in words. */
  onPoint: (text: string | undefined) => void;
}

export function Timeline(props: TimelineProps) {
  const { history, span, bounds, chosen, onChoose, onSpan, onZoom, onPoint } = props;
  const { timeZone } = usePreferences();
  const [drawing, setDrawing] = useState<{ from: number; to: number }>();
  const bucketSeconds = (span.to - span.from) / Math.max(1, history.buckets.length);

  const fractionUnder = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return box.width === 0 ? 0 : (event.clientX - box.left) / box.width;
  };
  const isRange = ({ from, to }: { from: number; to: number }) =>
    Math.abs(to - from) * props.widthPixels >= DRAWN_PIXELS_MIN;

  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button === 0) {
      event.currentTarget.setPointerCapture?.(event.pointerId);
      const at = fractionUnder(event);
      setDrawing({ from: at, to: at });
    }
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const at = fractionUnder(event);
    setDrawing((before) => before && { ...before, to: at });
    onPoint(describe(props, timeZone, span.from + at * (span.to - span.from)));
  };
  const up = (event: PointerEvent<HTMLElement>) => {
    if (drawing === undefined || bounds === undefined) {
      setDrawing(undefined);
      return;
    }
    const drawn = { ...drawing, to: fractionUnder(event) };
    setDrawing(undefined);
    if (isRange(drawn)) {
      onSpan(spanBetween(span, drawn.from, drawn.to, bounds));
    } else {
      onChoose(instantAt(drawn.to, span, bounds));
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "+" || event.key === "-") {
      event.preventDefault();
      onZoom(event.key === "+" ? 0.5 : 2);
      return;
    }
    if (bounds === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { key, shiftKey } = event;
    const from = chosen ?? bounds.to * 1_000_000;
    const next = instantAfterKey(key, shiftKey, from, span, bounds, bucketSeconds);
    if (next !== undefined) {
      event.preventDefault();
      onChoose(next);
    }
  };

  return (
    <div
      className="history"
      role="slider"
      tabIndex={0}
      aria-label="Instant to restore"
      aria-orientation="horizontal"
      aria-disabled={bounds === undefined}
      aria-valuemin={Math.ceil(bounds?.from ?? span.from)}
      aria-valuemax={Math.floor(bounds?.to ?? span.to)}
      aria-valuenow={chosen === undefined ? Math.floor(span.to) : secondsOf(chosen)}
      aria-valuetext={
        chosen === undefined ? "None chosen" : describe(props, timeZone, secondsOf(chosen))
      }
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={() => setDrawing(undefined)}
      onPointerLeave={() => onPoint(undefined)}
      onKeyDown={press}
    >
      <Picture {...props} drawn={drawing !== undefined && isRange(drawing) ? drawing : undefined} />
    </div>
  );
}

/** The instant, and what was written about then. */
function describe({ history }: TimelineProps, zone: "local" | "utc", seconds: number): string {
  const instant = formatInstant(Math.round(seconds) * 1_000_000, zone);
  const bucket = bucketAt(history.buckets, seconds);
  if (bucket === undefined) {
    return instant;
  }
  const { from_seconds, to_seconds, writes } = bucket;
  const backups = history.backups.filter(
    ({ at_seconds }) => at_seconds >= from_seconds && at_seconds < to_seconds,
  );
  return [
    instant,
    `about ${formatMeasure(writesPerSecond(bucket))} writes per second`,
    `${formatCounted(writes, "write")} in this bar`,
    ...(backups.length === 1 ? [`backup ${backups[0]?.name}`] : []),
    ...(backups.length > 1 ? [`${backups.length} backups`] : []),
  ].join(", ");
}

function Picture({
  history,
  span,
  chosen,
  widthPixels: width,
  drawn,
}: TimelineProps & { drawn: { from: number; to: number } | undefined }) {
  const { timeZone } = usePreferences();
  const top = topOfAxis(history.buckets);
  const x = (seconds: number) => fractionOf(seconds, span) * width;
  const bottom = BARS_TOP + BARS_HEIGHT;
  const chosenX = chosen === undefined ? undefined : x(secondsOf(chosen));
  return (
    <svg viewBox={`0 0 ${width} ${HEIGHT}`} height={HEIGHT} aria-hidden="true">
      <line className="history-line" x1={0} x2={width} y1={BARS_TOP} y2={BARS_TOP} />
      <line className="history-line" x1={0} x2={width} y1={bottom} y2={bottom} />
      <Ends history={history} x={x} width={width} />
      <text x={4} y={AXIS_Y}>
        {top.text}
      </text>
      {history.buckets.map((bucket) => {
        const height = (writesPerSecond(bucket) / top.perSecond) * BARS_HEIGHT;
        const left = x(bucket.from_seconds);
        const wide = x(bucket.to_seconds) - left;
        return (
          height > 0 && (
            <rect
              key={bucket.from_seconds}
              className="history-writes"
              x={left}
              // A bar of a single write can still be seen.
              y={bottom - Math.max(height, 1)}
              width={Math.max(wide - 1, 1)}
              height={Math.max(height, 1)}
            />
          )
        );
      })}
      {history.buckets.every(({ writes }) => writes === 0) && (
        <text x={width / 2} y={BARS_TOP + BARS_HEIGHT / 2} textAnchor="middle">
          Nothing was written here.
        </text>
      )}
      {ticks(span, timeZone, Math.max(2, Math.floor(width / PIXELS_A_TICK))).map(
        ({ seconds, text }) => (
          <g key={seconds}>
            <line
              className="history-line"
              x1={x(seconds)}
              x2={x(seconds)}
              y1={bottom}
              y2={bottom + 4}
            />
            <text x={x(seconds)} y={TICKS_Y} textAnchor={anchor(x(seconds), width)}>
              {text}
            </text>
          </g>
        ),
      )}
      {history.backups
        .filter(({ at_seconds }) => at_seconds >= span.from && at_seconds <= span.to)
        .map(({ arn, at_seconds }) => (
          <path
            key={arn}
            className="history-backup"
            d={`M${x(at_seconds)} ${BACKUPS_Y - 6}l6 6l-6 6l-6-6z`}
          />
        ))}
      {drawn !== undefined && (
        <rect
          className="history-drawn"
          x={Math.min(drawn.from, drawn.to) * width}
          y={BARS_TOP}
          width={Math.abs(drawn.to - drawn.from) * width}
          height={BARS_HEIGHT}
        />
      )}
      {chosenX !== undefined && chosenX >= 0 && chosenX <= width && (
        <ChosenMark x={chosenX} width={width} />
      )}
    </svg>
  );
}

/** The earliest and the latest instant that can be restored, where the picture shows them. */
function Ends({
  history: { earliest_seconds: earliest, latest_seconds: latest },
  x,
  width,
}: {
  history: TableHistory;
  x: (seconds: number) => number;
  width: number;
}) {
  const ends = [
    { name: "Earliest", at: earliest === null ? -1 : x(earliest) },
    { name: "Latest", at: latest === null ? -1 : x(latest) },
  ];
  return ends
    .filter(({ at }) => at >= 0 && at <= width)
    .map(({ name, at }) => (
      <g key={name}>
        <line className="history-end" x1={at} x2={at} y1={2} y2={BARS_TOP + BARS_HEIGHT} />
        <text x={at < width / 2 ? at + 4 : at - 4} y={ENDS_Y} textAnchor={side(at, width)}>
          {name}
        </text>
      </g>
    ));
}

/** Words beside a line are on the side that has the room. */
function side(x: number, width: number): "start" | "end" {
  return x < width / 2 ? "start" : "end";
}

/** At an edge the head leans inwards, and its tip is still at the instant. */
function ChosenMark({ x, width }: { x: number; width: number }) {
  const left = Math.min(Math.max(x - HEAD_WIDTH / 2, 0), width - HEAD_WIDTH);
  return (
    <g className="history-chosen">
      <line x1={x} x2={x} y1={HEAD_Y + 8} y2={BARS_TOP + BARS_HEIGHT} strokeWidth={2} />
      <path d={`M${left} ${HEAD_Y}h${HEAD_WIDTH}L${x} ${HEAD_Y + 8}z`} />
    </g>
  );
}

/** Words at the edges stay within the picture. */
function anchor(x: number, width: number): "start" | "middle" | "end" {
  return x < 24 ? "start" : x > width - 24 ? "end" : "middle";
}
