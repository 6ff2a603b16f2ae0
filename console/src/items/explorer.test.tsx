import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ComponentProps, createElement } from "react";
import { describe, expect, it, vi } from "vitest";
import { madeUpServer, renderPart } from "../testing/render-app";
import type * as resultsModule from "./results";

const { drawn } = vi.hoisted(() => ({ drawn: vi.fn() }));
vi.mock("./results", async (load) => {
  const { Results } = await load<typeof resultsModule>();
  const Counted = (props: ComponentProps<typeof Results>) => {
    drawn();
    return createElement(Results, props);
  };
  return { Results: Counted };
});

const { Explorer } = await import("./explorer");

describe("typing in the form of a query", () => {
  it("does not draw the items again, which may be many", async () => {
    const { calls } = madeUpServer({
      operations: {
        Scan: () => ({ Items: [{ Artist: { S: "Nina" } }], ScannedCount: 1 }),
        Query: () => ({ Items: [{ Artist: { S: "Otis" } }], ScannedCount: 1 }),
      },
    });
    renderPart(
      <Explorer
        tableName="Music"
        table={{
          KeySchema: [{ AttributeName: "Artist", KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: "Artist", AttributeType: "S" }],
        }}
      />,
    );
    await screen.findByText("Nina");
    await userEvent.click(screen.getByRole("button", { name: /^Operation/ }));
    await userEvent.click(await screen.findByRole("option", { name: /^Query/ }));
    const before = drawn.mock.calls.length;
    await userEvent.type(screen.getByRole("textbox", { name: "Partition key: Artist" }), "Otis");
    expect(drawn.mock.calls.length).toBe(before);
    await userEvent.click(screen.getByRole("button", { name: "Run" }));
    expect(await screen.findByText("Otis")).toBeDefined();
    expect(calls.at(-1)?.input["ExpressionAttributeValues"]).toEqual({ ":v0": { S: "Otis" } });
  });
});
