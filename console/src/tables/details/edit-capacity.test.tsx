import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { madeUpServer, type Reply, renderPart } from "../../testing/render-app";
import { EditCapacity } from "./edit-capacity";

const MUSIC = {
  TableName: "Music",
  TableStatus: "ACTIVE" as const,
  BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" as const },
  GlobalSecondaryIndexes: [{ IndexName: "by-genre" }],
};

function open(update: (input: Record<string, unknown>) => Reply) {
  const server = madeUpServer({
    operations: { DescribeTable: () => ({ Table: MUSIC }), UpdateTable: update },
  });
  renderPart(<EditCapacity table={MUSIC} tableName="Music" onDismiss={() => {}} />);
  return server;
}

const field = (name: string, position = 0) =>
  within(screen.getByRole("dialog")).getAllByRole("textbox", {
    name: new RegExp(`^${name}`),
  })[position] as HTMLElement;
const save = () => userEvent.click(screen.getByRole("button", { name: "Save changes" }));

describe("the form of capacity", () => {
  it("changes the bounds of the table first, then those of its indexes", async () => {
    const { calls } = open(() => ({}));
    await userEvent.type(field("Maximum reads"), "50");
    await userEvent.type(field("Maximum reads", 1), "20");
    await save();
    expect(await screen.findByText("Changed the capacity of Music")).toBeDefined();
    const updates = calls.filter(({ operation }) => operation === "UpdateTable");
    expect(updates.map(({ input }) => input)).toEqual([
      { TableName: "Music", OnDemandThroughput: { MaxReadRequestUnits: 50 } },
      {
        TableName: "Music",
        GlobalSecondaryIndexUpdates: [
          { Update: { IndexName: "by-genre", OnDemandThroughput: { MaxReadRequestUnits: 20 } } },
        ],
      },
    ]);
  });

  it("says that a part was changed when another is refused", async () => {
    open(({ GlobalSecondaryIndexUpdates: updates }) =>
      updates === undefined ? {} : [400, "LimitExceededException", "Not now."],
    );
    await userEvent.type(field("Maximum reads"), "50");
    expect(screen.queryByText(/A part of it has been changed/)).toBeNull();
    await userEvent.type(field("Maximum reads", 1), "20");
    await save();
    expect(await screen.findByText("Not now.")).toBeDefined();
    expect(screen.getByText(/A part of it has been changed/)).toBeDefined();
  });

  it("says at a field why it was refused after another was changed", async () => {
    const message = "Requested ReadUnitsPerSecond for WarmThroughput for index by-genre is lower";
    open(({ GlobalSecondaryIndexUpdates: updates }) =>
      updates === undefined ? {} : [400, "ValidationException", message],
    );
    for (const unfold of screen.getAllByRole("button", { name: /Warm throughput/ })) {
      await userEvent.click(unfold);
    }
    const [ofTable, ofIndex] = [field("Warm reads"), field("Warm reads", 1)];
    await userEvent.type(ofTable, "7");
    await userEvent.type(ofIndex, "5");
    await save();
    await expect.poll(() => ofIndex.getAttribute("aria-invalid")).toBe("true");
    expect(ofTable).toHaveProperty("value", "");
    await userEvent.type(ofIndex, "1");
    expect(ofIndex.getAttribute("aria-invalid")).not.toBe("true");
  });
});
