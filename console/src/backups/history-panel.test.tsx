import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { setPreferences } from "../app/preferences";
import { microsOf } from "../forms/instant";
import { madeUpServer, renderPart } from "../testing/render-app";
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

async function open() {
  madeUpServer({ admin: { "regions/us-east-1/tables/Music/history": HISTORY } });
  renderPart(
    <HistoryPanel
      tableName="Music"
      restoreWindow={{ earliest: microsOf(START), latest: microsOf(END) }}
    />,
  );
  return screen.findByRole("slider", { name: "Instant to restore" });
}

const time = () => (screen.getByRole("textbox", { name: "Time (UTC)" }) as HTMLInputElement).value;
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

  it("takes the second that is clicked", async () => {
    const slider = await open();
    vi.spyOn(slider, "getBoundingClientRect").mockReturnValue({ left: 100, width: 800 } as DOMRect);
    fireEvent.pointerDown(slider, { clientX: 300, button: 0 });
    fireEvent.pointerUp(slider, { clientX: 301, button: 0 });
    expect(time()).toBe("00:15:05");
    expect(Number(slider.getAttribute("aria-valuenow"))).toBe(START + 905);
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
