import { describe, expect, it } from "vitest";
import { microsOf } from "../forms/instant";
import { forRandom, type Random } from "../testing/random";
import {
  type Bucket,
  bucketAt,
  fractionOf,
  instantAfterKey,
  instantAt,
  isShortest,
  type Span,
  shift,
  showing,
  spanBetween,
  ticks,
  topOfAxis,
  within,
  writesPerSecond,
  zoom,
} from "./history-scale";

/** A day; 2026-11-21 00:00:00 UTC is its start. */
const START = 1_795_219_200;
const DAY = { from: START, to: START + 86_400 };
const HOUR = { from: START + 3_600, to: START + 7_200 };

const bucket = (from: number, to: number, writes: number): Bucket => ({
  from_seconds: from,
  to_seconds: to,
  writes,
  bytes: 0,
});

describe("picking an instant", () => {
  it("is the whole second under the pointer", () => {
    expect(instantAt(0, HOUR, DAY)).toBe(microsOf(HOUR.from));
    expect(instantAt(0.25, HOUR, DAY)).toBe(microsOf(HOUR.from + 900));
    expect(instantAt(0.25001, HOUR, DAY)).toBe(microsOf(HOUR.from + 900));
    expect(instantAt(1.5, HOUR, DAY)).toBe(microsOf(HOUR.to));
  });

  it("never leaves what can be restored, to the fraction of a second", () => {
    const bounds = { from: START + 0.5, to: START + 60.25 };
    expect(instantAt(0, bounds, bounds)).toBe(microsOf(START + 1));
    expect(instantAt(1, bounds, bounds)).toBe(microsOf(START + 60));
    expect(instantAt(0, { from: START - 10, to: START }, bounds)).toBe(microsOf(bounds.from));
  });

  it("lands in the bucket that is drawn there", () => {
    const buckets = [bucket(START, START + 10, 5), bucket(START + 10, START + 20, 0)];
    expect(bucketAt(buckets, START + 9.9)).toBe(buckets[0]);
    expect(bucketAt(buckets, START + 10)).toBe(buckets[1]);
    expect(bucketAt(buckets, START + 20)).toBe(buckets[1]);
    expect(bucketAt(buckets, START + 20.1)).toBeUndefined();
    const span = { from: START, to: START + 20 };
    expect(instantAt(fractionOf(START + 7, span), span, span)).toBe(microsOf(START + 7));
  });
});

describe("the keys", () => {
  const at = microsOf(START + 5_000.4);
  const press = (key: string, shiftKey = false) =>
    instantAfterKey(key, shiftKey, at, HOUR, DAY, 30);

  it("move by a bar, with Shift by a second, with Page by ten bars", () => {
    expect(press("ArrowRight")).toBe(microsOf(START + 5_030));
    expect(press("ArrowLeft")).toBe(microsOf(START + 4_970));
    expect(press("ArrowLeft", true)).toBe(microsOf(START + 4_999));
    expect(press("PageUp")).toBe(microsOf(START + 5_300));
    expect(press("PageDown")).toBe(microsOf(START + 4_700));
  });

  it("lead to the ends of the picture, and no other key does anything", () => {
    expect(press("Home")).toBe(microsOf(HOUR.from));
    expect(press("End")).toBe(microsOf(HOUR.to));
    expect(press("a")).toBeUndefined();
  });

  it("stop at the bounds", () => {
    expect(instantAfterKey("PageUp", false, microsOf(DAY.to - 1), HOUR, DAY, 30)).toBe(
      microsOf(DAY.to),
    );
  });
});

describe("the span", () => {
  it("keeps the instant that is zoomed at where it is", () => {
    const at = START + 4_500;
    const nearer = zoom(HOUR, DAY, 0.5, at);
    expect(nearer).toEqual({ from: START + 4_050, to: START + 5_850 });
    expect(fractionOf(at, nearer ?? DAY)).toBe(fractionOf(at, HOUR));
  });

  it("becomes all there is, and no shorter than 20 seconds", () => {
    expect(zoom(HOUR, DAY, 24)).toBeUndefined();
    const shortest = zoom({ from: START, to: START + 70 }, DAY, 0.1, START);
    expect(shortest).toEqual({ from: START, to: START + 20 });
    expect(isShortest(HOUR)).toBe(false);
  });

  it("is what was drawn over, in either direction", () => {
    const span = { from: START + 4_500, to: START + 5_400 };
    expect(spanBetween(HOUR, 0.25, 0.5, DAY)).toEqual(span);
    expect(spanBetween(HOUR, 0.5, 0.25, DAY)).toEqual(span);
  });

  it("moves within the bounds", () => {
    expect(shift(HOUR, DAY, 0.5)).toEqual({ from: START + 5_400, to: START + 9_000 });
    expect(shift(HOUR, DAY, -5)).toEqual({ from: START, to: START + 3_600 });
    expect(showing(HOUR, DAY, START + 4_000)).toBe(HOUR);
    expect(showing(HOUR, DAY, DAY.to)).toEqual({ from: DAY.to - 3_600, to: DAY.to });
    expect(within({ from: 0, to: 1e12 }, DAY)).toEqual(DAY);
  });

  it("has at most six decimals and lies within the bounds, whatever is done to it", () => {
    forRandom(200, (random) => {
      const from = START + random.below(1_000_000) / 1_000_000;
      const bounds = { from, to: from + 61 + random.below(35 * 86_400) + random.next() };
      let span: Span = bounds;
      for (let step = 0; step < 20; step += 1) {
        span = changed(random, span, bounds) ?? bounds;
        if (span !== bounds) {
          for (const seconds of [span.from, span.to]) {
            expect(String(seconds)).toMatch(/^\d+(\.\d{1,6})?$/);
          }
        }
        expect(microsOf(span.from)).toBeGreaterThanOrEqual(microsOf(bounds.from));
        expect(microsOf(span.to)).toBeLessThanOrEqual(microsOf(bounds.to));
        expect(span.to - span.from).toBeGreaterThan(19.999);
      }
    });
  });

  it("is known as the shortest wherever it lies", () => {
    forRandom(200, (random) => {
      let span: Span = DAY;
      for (let step = 0; step < 14; step += 1) {
        span = zoom(span, DAY, 0.5, span.from + random.next() * (span.to - span.from)) ?? DAY;
      }
      expect(isShortest(span)).toBe(true);
    });
  });
});

/** What a person may do to a span. */
function changed(random: Random, span: Span, bounds: Span): Span | undefined {
  const somewhere = bounds.from + random.next() * (bounds.to - bounds.from);
  switch (random.below(5)) {
    case 0:
      return zoom(span, bounds, 0.5, somewhere);
    case 1:
      return zoom(span, bounds, 2);
    case 2:
      return spanBetween(span, random.next(), random.next(), bounds);
    case 3:
      return shift(span, bounds, random.pick([-0.5, 0.5]));
    default:
      return showing(span, bounds, somewhere);
  }
}

describe("the axes", () => {
  it("end at a round number of writes that no bar exceeds, and not far above the highest", () => {
    const top = (writes: number, seconds = 10) =>
      topOfAxis([bucket(0, seconds, writes), bucket(seconds, 2 * seconds, 1)]);
    const texts = [10, 11, 55, 101, 151, 230, 999, 30_000].map((writes) => top(writes).text);
    expect(texts).toEqual([
      "1 write per second",
      "2 writes per second",
      "6 writes per second",
      "15 writes per second",
      "20 writes per second",
      "30 writes per second",
      "100 writes per second",
      "3,000 writes per second",
    ]);
    expect(topOfAxis([])).toEqual({ perSecond: 1, text: "1 write per second" });
    expect(writesPerSecond(bucket(5, 5, 3))).toBe(0);
    forRandom(200, (random) => {
      const bar = bucket(0, 60, 60 + random.below(10 ** (1 + random.below(8))));
      const share = writesPerSecond(bar) / topOfAxis([bar]).perSecond;
      expect(share).toBeLessThanOrEqual(1);
      expect(share).toBeGreaterThan(0.5);
    });
  });

  it("count by the minute, the hour or the day where there are few writes", () => {
    const text = (writes: number, seconds: number) => topOfAxis([bucket(0, seconds, writes)]).text;
    expect(text(1, 15)).toBe("4 writes per minute");
    expect(text(7, 3_600)).toBe("8 writes per hour");
    expect(text(1, 28_800)).toBe("3 writes per day");
    expect(text(1, 150_000)).toBe("1 write per day");
  });

  it("has ticks at round times of the zone, with the day where it begins", () => {
    const texts = (span: typeof DAY, most: number) =>
      ticks(span, "utc", most).map(({ text }) => text);
    expect(texts(DAY, 8)).toEqual([
      "11-21",
      "03:00",
      "06:00",
      "09:00",
      "12:00",
      "15:00",
      "18:00",
      "21:00",
      "11-22",
    ]);
    expect(texts({ from: START + 3, to: START + 63 }, 4)).toEqual([
      "00:00:15",
      "00:00:30",
      "00:00:45",
      "00:01:00",
    ]);
    expect(ticks({ from: START, to: START + 35 * 86_400 }, "utc", 6).length).toBeLessThanOrEqual(7);
  });
});
