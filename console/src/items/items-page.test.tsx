import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { madeUpServer, renderApp } from "../testing/render-app";

const table = {
  TableName: "Music",
  TableStatus: "ACTIVE",
  KeySchema: [{ AttributeName: "Artist", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "Artist", AttributeType: "S" }],
};

describe("exploring items", () => {
  it.each(["items?table=Music", "tables/Music/items"])("is at %s", async (address) => {
    madeUpServer({
      admin: { "regions/us-east-1/tables": { tables: [], total: 0 } },
      operations: {
        DescribeTable: () => ({ Table: table }),
        Scan: () => ({ Items: [{ Artist: { S: "Nina" } }], ScannedCount: 1 }),
      },
    });
    renderApp(`/us-east-1/${address}`);
    expect(await screen.findByText("Nina")).toBeDefined();
    expect(screen.getByText("Artist (String)")).toBeDefined();
  });

  it("begins with the choice of a table", async () => {
    madeUpServer({ admin: { "regions/us-east-1/tables": { tables: [], total: 0 } } });
    renderApp("/us-east-1/items");
    expect(await screen.findByText("Choose a table")).toBeDefined();
  });
});
