import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import {
  click,
  DIGITS,
  dialog,
  inputsOf,
  keyOfSong,
  openMusic as open,
  openItem,
  song,
} from "../testing/music";
import type { Reply } from "../testing/render-app";

describe("the items of a table", () => {
  it("fill a page with as many requests as it takes", async () => {
    const server = open({
      Scan: ({ ExclusiveStartKey }) =>
        ExclusiveStartKey === undefined
          ? {
              Items: [song(1965)],
              ScannedCount: 1,
              LastEvaluatedKey: keyOfSong(1965),
              ConsumedCapacity: { CapacityUnits: 0.5 },
            }
          : { Items: [], ScannedCount: 0 },
    });
    // Asks until the page is full or the table at its end: the end comes with the second request.
    expect(await screen.findByText("1965")).toBeDefined();
    expect(screen.getByText("1 item examined, 0.5 read capacity units consumed")).toBeDefined();
    expect(inputsOf(server, "Scan")).toEqual([
      { TableName: "Music", Limit: 50, ReturnConsumedCapacity: "TOTAL" },
      {
        TableName: "Music",
        Limit: 49,
        ReturnConsumedCapacity: "TOTAL",
        ExclusiveStartKey: keyOfSong(1965),
      },
    ]);
  });

  it("stop after some requests where a filter leaves nothing, and go on when asked", async () => {
    let scans = 0;
    const server = open({
      Scan: ({ FilterExpression }) => {
        if (FilterExpression === undefined) {
          return { Items: [song(1965)], ScannedCount: 1 };
        }
        scans += 1;
        const isLast = scans >= 14;
        return {
          Items: isLast ? [song(1999)] : [],
          ScannedCount: 1000,
          ...(isLast ? {} : { LastEvaluatedKey: keyOfSong(scans) }),
        };
      },
    });
    await screen.findByText("1965");
    await click(/^Filters/);
    await click("Add filter");
    await userEvent.type(
      screen.getByRole("textbox", { name: "Filter 1: attribute name" }),
      "Plays",
    );
    await click("Run");
    expect(await screen.findByText(/left 0 items of 12,000 examined/)).toBeDefined();
    expect(screen.getByText("No item on this page matches the filter.")).toBeDefined();
    await click("Look on");
    expect(await screen.findByText("1999")).toBeDefined();
    const inputs = () => inputsOf(server, "Scan").slice(1);
    expect(inputs()[12]?.["ExclusiveStartKey"]).toEqual(keyOfSong(12));
    await click("Previous page");
    expect(await screen.findByText("1999")).toBeDefined();
    expect(inputs()[14]?.["ExclusiveStartKey"]).toBeUndefined();
  });

  it("stop after some requests where they are large, and say so", async () => {
    let year = 0;
    open({
      Scan: () => {
        year += 1;
        return { Items: [song(year)], ScannedCount: 1, LastEvaluatedKey: keyOfSong(year) };
      },
    });
    expect(await screen.findByText(/so large that this page ends after 12 items/)).toBeDefined();
    expect(screen.queryByText(/filter left/)).toBeNull();
    await click("Look on");
    expect(await screen.findByText("13")).toBeDefined();
  });

  it("say how many of their attributes are shown, and show the others when asked", async () => {
    const more = Array.from({ length: 11 }, (_, at) => [`Extra${at}`, { S: `text ${at}` }]);
    const wide = { ...song(1965), ...Object.fromEntries(more) };
    open({ Scan: () => ({ Items: [wide], ScannedCount: 1 }) });
    expect(await screen.findByText(/^12 of 14 attributes shown/)).toBeDefined();
    expect(screen.queryByText("text 10")).toBeNull();
    await click("Preferences");
    const modal = within(await dialog());
    await userEvent.click(modal.getByRole("checkbox", { name: "Extra9" }));
    await userEvent.click(modal.getByRole("checkbox", { name: "Extra10" }));
    await userEvent.click(modal.getByRole("button", { name: "Confirm" }));
    expect(await screen.findByText("text 10")).toBeDefined();
    expect(screen.queryByText(/attributes shown/)).toBeNull();
  });

  it("show an error whole", async () => {
    open({ Scan: () => [400, "ValidationException", "It is not valid."] });
    expect(await screen.findByText("It is not valid.")).toBeDefined();
  });
});

describe("the editor", () => {
  it("saves what was edited if the item is as it was read, numbers to the digit", async () => {
    const server = open({ UpdateItem: () => ({}) });
    await openItem();
    const modal = within(await dialog());
    expect(await modal.findByDisplayValue(DIGITS)).toBeDefined();
    const plays = modal.getByRole("textbox", { name: "Value of Plays" });
    await userEvent.clear(plays);
    await userEvent.type(plays, "7");
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    expect(await screen.findByText("Saved the item")).toBeDefined();
    expect(inputsOf(server, "UpdateItem")).toEqual([
      {
        TableName: "Music",
        Key: keyOfSong(1965),
        UpdateExpression: "SET #n0 = :v0",
        ConditionExpression: "#n1 = :v1 AND #n2 = :v2 AND #n0 = :v3",
        ExpressionAttributeNames: { "#n0": "Plays", "#n1": "Artist", "#n2": "Year" },
        ExpressionAttributeValues: {
          ":v0": { N: "7" },
          ":v1": { S: "Nina" },
          ":v2": { N: "1965" },
          ":v3": { N: DIGITS },
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    ]);
  });

  const theirs = { ...song(1965), Title: { S: "theirs" } };
  /** Refuses the first update, because the item is theirs by then. */
  const overtaken = () => {
    let tries = 0;
    return (): Reply => {
      tries += 1;
      return tries > 1
        ? {}
        : [
            400,
            "ConditionalCheckFailedException",
            "The conditional request failed",
            { Item: theirs },
          ];
    };
  };

  it("says what another writer changed, and puts the edits on top if wanted", async () => {
    const server = open({ UpdateItem: overtaken() });
    await openItem();
    const modal = within(await dialog());
    const plays = await modal.findByRole("textbox", { name: "Value of Plays" });
    await userEvent.clear(plays);
    await userEvent.type(plays, "7");
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    expect(await modal.findByText('Title: (nothing) became "theirs"')).toBeDefined();
    await userEvent.click(modal.getByRole("button", { name: "Put my changes on top" }));
    expect(await modal.findByDisplayValue("theirs")).toBeDefined();
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    expect(await screen.findByText("Saved the item")).toBeDefined();
    const [, last] = inputsOf(server, "UpdateItem");
    expect(last?.["UpdateExpression"]).toBe("SET #n0 = :v0");
    expect(Object.values(last?.["ExpressionAttributeNames"] ?? {})).toContain("Title");
  });

  it("puts nothing on top of another writer's item until it can be read", async () => {
    const server = open({ UpdateItem: overtaken() });
    await openItem();
    const modal = within(await dialog());
    await userEvent.click(await modal.findByRole("button", { name: "DynamoDB JSON" }));
    const text = () => modal.findByRole("textbox", { name: "Item as DynamoDB JSON" });
    const enter = async (json: string) => {
      await userEvent.clear(await text());
      await userEvent.click(await text());
      await userEvent.paste(json);
    };
    const edited = JSON.stringify({ ...song(1965), Plays: { N: "7" } });
    await enter(edited);
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    await modal.findByText('Title: (nothing) became "theirs"');
    await enter(edited.slice(0, -1));
    await userEvent.click(modal.getByRole("button", { name: "Put my changes on top" }));
    // By the field, and by the button.
    expect(await modal.findAllByText(/expected/i)).toHaveLength(2);
    await enter(edited);
    await userEvent.click(modal.getByRole("button", { name: "Put my changes on top" }));
    expect(((await text()) as HTMLTextAreaElement).value).toContain("theirs");
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    expect(await screen.findByText("Saved the item")).toBeDefined();
    const [, last] = inputsOf(server, "UpdateItem");
    expect(last?.["UpdateExpression"]).toBe("SET #n0 = :v0");
    expect(last?.["ExpressionAttributeNames"]).toMatchObject({ "#n0": "Plays" });
  });

  it("takes a new attribute whose name begins as that of a key", async () => {
    const server = open({ UpdateItem: () => ({}) });
    await openItem();
    const modal = within(await dialog());
    await userEvent.click(await modal.findByRole("button", { name: "Add attribute" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "String" }));
    const name = modal.getAllByPlaceholderText("Attribute name").at(-1) as HTMLElement;
    await userEvent.type(name, "Yearly");
    await userEvent.type(modal.getByRole("textbox", { name: "Value of Yearly" }), "x");
    expect(modal.getByRole("button", { name: "Remove Yearly" })).toBeDefined();
    expect(modal.queryByRole("button", { name: "Remove Year" })).toBeNull();
    const year = modal.getByRole("textbox", { name: "Value of Year" }) as HTMLInputElement;
    expect(year.readOnly).toBe(true);
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    expect(await screen.findByText("Saved the item")).toBeDefined();
    expect(inputsOf(server, "UpdateItem")).toEqual([
      expect.objectContaining({
        UpdateExpression: "SET #n0 = :v0",
        ExpressionAttributeNames: expect.objectContaining({ "#n0": "Yearly" }),
        ExpressionAttributeValues: expect.objectContaining({ ":v0": { S: "x" } }),
      }),
    ]);
  });

  it("creates an item from JSON, and refuses to take the place of another", async () => {
    const server = open({
      PutItem: () => [400, "ConditionalCheckFailedException", "The conditional request failed"],
    });
    await click("Create item");
    const modal = within(await dialog());
    await userEvent.click(modal.getByRole("button", { name: "Create item" }));
    expect(await modal.findByText(/Some fields are not right yet/)).toBeDefined();
    expect(modal.getByText("Enter a number, such as 12.5 or 1E10.")).toBeDefined();
    await userEvent.type(modal.getByRole("textbox", { name: "Value of Year" }), "1");
    await userEvent.click(modal.getByRole("button", { name: "DynamoDB JSON" }));
    const text = await modal.findByRole("textbox", { name: /DynamoDB JSON/ });
    await userEvent.clear(text);
    await userEvent.click(text);
    await userEvent.paste(
      `{"Artist": {"S": "Nina"}, "Year": {"N": "${DIGITS}"}, "size": {"NS": ["1"]}}`,
    );
    await userEvent.click(modal.getByRole("button", { name: "Create item" }));
    expect(await modal.findByText("There is an item with this key already")).toBeDefined();
    expect(inputsOf(server, "PutItem")).toEqual([
      {
        TableName: "Music",
        Item: { Artist: { S: "Nina" }, Year: { N: DIGITS }, size: { NS: ["1"] } },
        ConditionExpression: "attribute_not_exists(#key)",
        ExpressionAttributeNames: { "#key": "Artist" },
      },
    ]);
  });
});

describe("deleting several items", () => {
  const deleteAll = async () => {
    await userEvent.click(
      await screen.findByRole("checkbox", { name: "Select all items of this page" }),
    );
    await click("Actions");
    await userEvent.click(await screen.findByRole("menuitem", { name: "Delete items" }));
    const modal = within(await dialog());
    await userEvent.type(modal.getByRole("textbox", { name: /To confirm/ }), "delete");
    await userEvent.click(modal.getByRole("button", { name: "Delete" }));
    return modal;
  };

  it("needs the word, and sends again what the server left over", async () => {
    const left = { Music: [{ DeleteRequest: { Key: keyOfSong(2) } }] };
    let batches = 0;
    const server = open({
      Scan: () => ({ Items: [song(1), song(2)], ScannedCount: 2 }),
      BatchWriteItem: () => {
        batches += 1;
        return { UnprocessedItems: batches === 1 ? left : {} };
      },
    });
    await deleteAll();
    expect(await screen.findByText("Deleted 2 items")).toBeDefined();
    expect(inputsOf(server, "BatchWriteItem").map((input) => input["RequestItems"])).toEqual([
      { Music: [1, 2].map((year) => ({ DeleteRequest: { Key: keyOfSong(year) } })) },
      left,
    ]);
  });

  it("reads the page again when it failed, because some are gone", async () => {
    let left = Array.from({ length: 30 }, (_, year) => song(1900 + year));
    let batches = 0;
    open({
      Scan: () => ({ Items: left, ScannedCount: left.length }),
      BatchWriteItem: () => {
        batches += 1;
        if (batches > 1) {
          return [500, "InternalServerError", "Something is broken"];
        }
        left = left.slice(25);
        return { UnprocessedItems: {} };
      },
    });
    const modal = await deleteAll();
    expect(await modal.findByText("Something is broken")).toBeDefined();
    await waitFor(() => expect(screen.queryByText("1900")).toBeNull());
    expect(screen.getByText("1929")).toBeDefined();
    expect(screen.getByText("(5)")).toBeDefined();
  });
});
