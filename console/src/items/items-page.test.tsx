import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { madeUpServer, renderApp, renderInBrowserHistory } from "../testing/render-app";

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

  it.each(["items?table=Music&", "tables/Music/items?"])(
    "reads what the address %s asks for, and has it ask for what is read",
    async (address) => {
      window.history.replaceState(null, "", `/us-east-1/${address}operation=Query&partition=Nina`);
      const { calls } = madeUpServer({
        admin: { "regions/us-east-1/tables": { tables: [], total: 0 } },
        operations: {
          DescribeTable: () => ({ Table: table }),
          Query: () => ({ Items: [{ Artist: { S: "Nina Simone" } }], ScannedCount: 1 }),
        },
      });
      renderInBrowserHistory();
      expect(await screen.findByText("Nina Simone")).toBeDefined();
      const key = screen.getByRole("textbox", { name: "Partition key: Artist" });
      expect((key as HTMLInputElement).value).toBe("Nina");
      await userEvent.type(key, "!");
      await userEvent.click(screen.getByRole("button", { name: "Run" }));
      await waitFor(() =>
        expect(window.location.href).toMatch(
          `/us-east-1/${address}operation=Query&partition=Nina%21`,
        ),
      );
      await waitFor(() =>
        expect(
          calls
            .filter(({ operation }) => /Query|Scan/.test(operation))
            .map(({ operation, input }) => [operation, input["ExpressionAttributeValues"]]),
        ).toEqual([
          ["Query", { ":v0": { S: "Nina" } }],
          ["Query", { ":v0": { S: "Nina!" } }],
        ]),
      );
    },
  );

  it("begins with the choice of a table", async () => {
    madeUpServer({ admin: { "regions/us-east-1/tables": { tables: [], total: 0 } } });
    renderApp("/us-east-1/items");
    expect(await screen.findByText("Choose a table")).toBeDefined();
  });
});
