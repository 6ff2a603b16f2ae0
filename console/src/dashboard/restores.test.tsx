import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { madeUpServer, renderPart, SERVER } from "../testing/render-app";
import { Restores } from "./restores";

function restore(number: number, change: object) {
  return {
    table_name: `Music${number}`,
    source: "arn:aws:dynamodb:us-east-1:123456789012:table/Music",
    at_seconds: 1_795_292_254,
    started_at_seconds: 1_795_292_254 - number,
    ended_at_seconds: 1_795_292_300,
    bytes_done: 512,
    bytes_total: 2048,
    items_done: 12,
    ...change,
  };
}

describe("the recent restores", () => {
  it("begin with those under way, however many newer ones have ended", async () => {
    const ended = [0, 1, 2, 3, 4, 5].map((number) => restore(number, { state: "finished" }));
    const running = restore(9, { state: "running", phase: "loading" });
    madeUpServer({ admin: { "regions/us-east-1/restores": { restores: [...ended, running] } } });
    renderPart(<Restores />);
    expect(await screen.findByText(/^Restoring: 512 bytes of 2 KiB/)).toBeDefined();
    const shown = screen.getAllByRole("link").map((link) => link.textContent);
    expect(shown).toEqual(["Music9", "Music0", "Music1", "Music2", "Music3"]);
  });

  it("do not lead to tables that are gone since", async () => {
    const restores = [0, 1].map((number) => restore(number, { state: "finished" }));
    // This one is not in the list of tables yet.
    const later = { state: "finished", ended_at_seconds: 1_795_292_900 };
    madeUpServer({
      admin: {
        server: { ...SERVER, now_seconds: 1_795_292_800 },
        "regions/us-east-1/restores": { restores: [...restores, restore(2, later)] },
        "regions/us-east-1/tables": { tables: [{ name: "Music1", status: "ACTIVE" }] },
      },
    });
    renderPart(<Restores />);
    expect(await screen.findByText(/^Music0 \(deleted\) as of/)).toBeDefined();
    const links = screen.getAllByRole("link").map((link) => link.textContent);
    expect(links).toEqual(["Music1", "Music2"]);
  });
});
