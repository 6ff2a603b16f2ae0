import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { madeUpServer, type Reply, renderApp } from "../../testing/render-app";

const MUSIC = {
  TableName: "Music",
  TableArn: "arn:aws:dynamodb:us-east-1:123456789012:table/Music",
  TableStatus: "ACTIVE",
  BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
  KeySchema: [{ AttributeName: "Artist", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "Artist", AttributeType: "S" }],
};

describe("a table that somebody else deletes meanwhile", () => {
  const GONE: Reply = [400, "ResourceNotFoundException", "Requested resource not found"];
  let isGone = false;
  const orGone = (reply: Reply) => () => (isGone ? GONE : reply);
  const operations = {
    DescribeTable: orGone({ Table: MUSIC }),
    DescribeTimeToLive: orGone({ TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } }),
    ListTagsOfResource: orGone({ Tags: [] }),
    GetResourcePolicy: orGone([400, "PolicyNotFoundException", "None."]),
    UpdateTable: orGone({}),
    UpdateTimeToLive: orGone({}),
    TagResource: orGone({}),
    PutResourcePolicy: orGone({}),
    CreateBackup: () => [400, "TableNotFoundException", "Table not found: Music"] as Reply,
  };
  const press = async (name: string | RegExp) =>
    userEvent.click(
      within(await screen.findByRole("dialog")).getByRole("button", { name, hidden: true }),
    );
  const type = async (name: RegExp, text: string) => {
    const [field] = within(await screen.findByRole("dialog")).getAllByRole("textbox", { name });
    await userEvent.click(field as HTMLElement);
    await userEvent.paste(text);
  };
  const choose = async (name: RegExp) =>
    userEvent.click(within(await screen.findByRole("dialog")).getByRole("radio", { name }));
  const save = () => press("Save changes");

  it.each<[string, RegExp, () => Promise<unknown>]>([
    [
      "settings",
      /Edit: Read and write/,
      async () => {
        await type(/Maximum reads/, "7");
        await save();
      },
    ],
    ["settings", /Turn on protection/, () => press("Turn on")],
    [
      "settings",
      /Edit class/,
      async () => {
        await choose(/Standard-IA/);
        await save();
      },
    ],
    [
      "settings",
      /Edit: Encryption/,
      async () => {
        await choose(/AWS managed/);
        await save();
      },
    ],
    [
      "settings",
      /Turn on: Time to live/,
      async () => {
        await type(/Attribute/, "expires");
        await press("Turn on");
      },
    ],
    ["settings", /Turn on: DynamoDB stream/, () => press("Turn on")],
    [
      "settings",
      /Create: Resource policy/,
      async () => {
        await type(/Policy/, "{}");
        await save();
      },
    ],
    [
      "indexes",
      /^Create index$/,
      async () => {
        await type(/^Partition key/, "Title");
        await type(/Index name/, "by-title");
        await press("Create index");
      },
    ],
  ])("is told in %s when it is changed with %s", async (tab, button, change) => {
    isGone = false;
    madeUpServer({ operations });
    renderApp(`/us-east-1/tables/Music/${tab}`);
    await userEvent.click(await screen.findByRole("button", { name: button }));
    await screen.findByRole("dialog");
    isGone = true;
    await change();
    expect(await screen.findByText("Requested resource not found")).toBeDefined();
    expect(await screen.findByText("There is no table Music in us-east-1")).toBeDefined();
    expect(screen.queryByText(/This page cannot be shown/)).toBeNull();
  });

  it("is told when it is deleted", async () => {
    isGone = false;
    madeUpServer({ operations });
    renderApp("/us-east-1/tables/Music");
    await screen.findByText("Table details");
    await userEvent.click(screen.getByRole("button", { name: "Actions" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Delete table" }));
    await screen.findByRole("dialog");
    isGone = true;
    await type(/To confirm/, "delete");
    await press("Delete");
    expect(await screen.findByText("Table not found: Music")).toBeDefined();
  });
});
