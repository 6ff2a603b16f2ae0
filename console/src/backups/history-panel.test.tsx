import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setPreferences } from "../app/preferences";
import { microsOf } from "../forms/instant";
import { type MadeUpServer, madeUpServer, type Reply, renderPart } from "../testing/render-app";
import { HistoryPanel } from "./history-panel";

/** 2026-11-21 00:00:00 UTC. */
const START = 1_795_219_200;
const END = START + 3_600;

const HISTORY = {
  earliest_seconds: START,
  latest_seconds: END,
  archived_through_seconds: END,
  from_seconds: START,
  to_seconds: END,
  // A bar for each half minute; only the third was written in.
  buckets: Array.from({ length: 120 }, (_, position) => ({
    from_seconds: START + position * 30,
    to_seconds: START + position * 30 + 30,
    writes: position === 2 ? 60 : 0,
    bytes: 0,
  })),
  backups: [
    { arn: "a", name: "before", type: "USER", status: "AVAILABLE", at_seconds: START + 70 },
  ],
  backups_total: 1,
};

/** The same at another time, beginning at `start`. */
function historyFrom(start: number) {
  const later = (seconds: number) => seconds - START + start;
  return {
    ...HISTORY,
    earliest_seconds: start,
    latest_seconds: later(END),
    archived_through_seconds: later(END),
    from_seconds: start,
    to_seconds: later(END),
    buckets: HISTORY.buckets.map((bucket) => ({
      ...bucket,
      from_seconds: later(bucket.from_seconds),
      to_seconds: later(bucket.to_seconds),
    })),
    backups: [],
  };
}

const ADDRESS = "regions/us-east-1/tables/Music/history";
let server: MadeUpServer;
/** What the server answers; a test can change it. */
let answers: Record<string, Reply>;

async function open(history: typeof HISTORY = HISTORY) {
  answers = { [ADDRESS]: history };
  server = madeUpServer({ admin: answers });
  renderPart(
    <HistoryPanel
      tableName="Music"
      restoreWindow={{
        earliest: microsOf(history.earliest_seconds),
        latest: microsOf(history.latest_seconds),
      }}
    />,
  );
  return screen.findByRole("slider", { name: "Instant to restore" });
}

const timeField = () => screen.getByRole("textbox", { name: /^Time \(UTC/ }) as HTMLInputElement;
const time = () => timeField().value;
const target = () =>
  screen.getByRole("link", { name: "Restore to this instant" }).getAttribute("href");

beforeEach(() => setPreferences({ timeZone: "utc" }));

describe("the history of a table", () => {
  it("begins at the latest instant and moves with the keys of a slider", async () => {
    const slider = await open();
    expect(time()).toBe("01:00:00");
    expect(Number(slider.getAttribute("aria-valuemin"))).toBe(START);
    expect(Number(slider.getAttribute("aria-valuemax"))).toBe(END);
    slider.focus();
    await userEvent.keyboard("{Home}{ArrowRight}{ArrowRight}{Shift>}{ArrowRight}{/Shift}");
    expect(time()).toBe("00:01:01");
    expect(slider.getAttribute("aria-valuetext")).toBe(
      "2026-11-21 00:01:01 UTC, about 2 writes per second, 60 writes in this bar, backup before",
    );
    expect(target()).toBe(`/us-east-1/restore-to-point-in-time?table=Music&at=${START + 61}`);
  });

  it("marks the ends of what can be restored, where they are in the picture", async () => {
    const slider = await open();
    expect(within(slider).getByText("Earliest")).toBeDefined();
    expect(within(slider).getByText("Latest")).toBeDefined();
    answers[ADDRESS] = { ...HISTORY, from_seconds: START + 1_800 };
    await userEvent.click(screen.getByRole("button", { name: "Zoom in" }));
    await expect.poll(() => within(slider).queryByText("Earliest")).toBeNull();
    expect(within(slider).getByText("Latest")).toBeDefined();
  });

  it("takes the second that is clicked", async () => {
    const slider = await open();
    vi.spyOn(slider, "getBoundingClientRect").mockReturnValue({ left: 100, width: 800 } as DOMRect);
    fireEvent.pointerDown(slider, { clientX: 300, button: 0 });
    fireEvent.pointerUp(slider, { clientX: 301, button: 0 });
    expect(time()).toBe("00:15:05");
    expect(Number(slider.getAttribute("aria-valuenow"))).toBe(START + 905);
  });

  it("asks for the range that is drawn over, in whole microseconds", async () => {
    const slider = await open(historyFrom(START + 0.123457));
    vi.spyOn(slider, "getBoundingClientRect").mockReturnValue({ left: 0, width: 800 } as DOMRect);
    fireEvent.pointerDown(slider, { clientX: 101.3, button: 0 });
    fireEvent.pointerMove(slider, { clientX: 222.7 });
    fireEvent.pointerUp(slider, { clientX: 222.7, button: 0 });
    await expect.poll(() => server.asked.at(-1)).toContain("from=");
    const asked = new URLSearchParams(server.asked.at(-1)?.split("?")[1]);
    expect([asked.get("from"), asked.get("to")]).toEqual([
      `${START + 455}.973457`,
      `${START + 1_002}.273457`,
    ]);
  });

  it("leads on with the microseconds that are typed", async () => {
    await open();
    const field = screen.getByRole("textbox", { name: "Time (UTC)" });
    await userEvent.clear(field);
    expect(screen.getByText(/Type a time as/)).toBeDefined();
    expect(screen.queryByRole("link", { name: "Restore to this instant" })).toBeNull();
    await userEvent.type(field, "00:20:00.000125");
    expect(target()).toContain(`at=${START + 1_200}.000125`);
  });
});

describe("a history that cannot be read", () => {
  const button = (name: string) => screen.getByRole("button", { name });

  it("leaves the picture before and the chosen instant, and the way back", async () => {
    const slider = await open();
    slider.focus();
    await userEvent.keyboard("{Home}{ArrowRight}");
    answers[ADDRESS] = [400, "ValidationException", "Too fine"];
    await userEvent.click(button("Zoom in"));
    expect(await screen.findByText("Too fine")).toBeDefined();
    expect(screen.getByRole("slider", { name: "Instant to restore" }).isConnected).toBe(true);
    expect(time()).toBe("00:00:30");
    expect(target()).toContain(`at=${START + 30}`);

    answers[ADDRESS] = HISTORY;
    await userEvent.click(button("Show all"));
    await expect.poll(() => screen.queryByText("Too fine")).toBeNull();
    expect(target()).toContain(`at=${START + 30}`);
  });

  it("leaves an instant to be typed also where there was none before", async () => {
    answers = { [ADDRESS]: [400, "ValidationException", "Not now"] };
    madeUpServer({ admin: answers });
    renderPart(
      <HistoryPanel
        tableName="Music"
        restoreWindow={{ earliest: microsOf(START), latest: microsOf(END) }}
      />,
    );
    expect(await screen.findByText("Not now")).toBeDefined();
    await userEvent.clear(timeField());
    await userEvent.type(timeField(), "00:20:00");
    expect(target()).toContain(`at=${START + 1_200}`);
  });
});

describe("where the clocks are put back", () => {
  const zoneBefore = process.env["TZ"];
  beforeEach(() => {
    process.env["TZ"] = "Europe/Berlin";
    setPreferences({ timeZone: "local" });
  });
  afterEach(() => {
    if (zoneBefore === undefined) {
      delete process.env["TZ"];
    } else {
      process.env["TZ"] = zoneBefore;
    }
  });

  /** 2026-10-25 01:00 UTC, when the clocks of Berlin show 02:00 for the second time. */
  const SECOND_TWO = Date.UTC(2026, 9, 25, 1) / 1_000;

  it("leads on with the instant that was clicked or stepped to, not an hour before", async () => {
    const slider = await open(historyFrom(SECOND_TWO));
    vi.spyOn(slider, "getBoundingClientRect").mockReturnValue({ left: 0, width: 800 } as DOMRect);
    fireEvent.pointerDown(slider, { clientX: 400, button: 0 });
    fireEvent.pointerUp(slider, { clientX: 400, button: 0 });
    expect(time()).toBe("02:30:00");
    expect(target()).toContain(`at=${SECOND_TWO + 1_800}`);
    expect(screen.getByRole("radio", { name: /UTC\+01:00/ })).toHaveProperty("checked", true);
    slider.focus();
    await userEvent.keyboard("{Shift>}{ArrowRight}{/Shift}");
    expect(target()).toContain(`at=${SECOND_TWO + 1_801}`);
    setPreferences({ timeZone: "utc" });
    expect(await screen.findByDisplayValue("01:30:01")).toBeDefined();
    expect(target()).toContain(`at=${SECOND_TWO + 1_801}`);
  });

  it("has the person choose which of the two a typed time is", async () => {
    await open(historyFrom(SECOND_TWO + 3_600));
    await userEvent.clear(timeField());
    await userEvent.type(timeField(), "02:30");
    expect(screen.getByRole("textbox", { name: "Time (UTC+02:00 or UTC+01:00)" })).toBeDefined();
    expect(screen.getByText("02:30 comes twice on this day")).toBeDefined();
    expect(screen.queryByRole("link", { name: "Restore to this instant" })).toBeNull();
    await userEvent.click(screen.getByRole("radio", { name: /UTC\+02:00/ }));
    expect(target()).toContain(`at=${SECOND_TWO - 1_800}`);
    await userEvent.click(screen.getByRole("radio", { name: /UTC\+01:00/ }));
    expect(target()).toContain(`at=${SECOND_TWO + 1_800}`);
  });
});
