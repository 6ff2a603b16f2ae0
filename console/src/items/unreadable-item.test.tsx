import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { dialog, inputsOf, openMusic as open, openItem, song } from "../testing/music";

describe("an item with a value of a type that the console does not know", () => {
  const odd = { ...song(1965), Mood: { L: [{ XX: "blue" }] } } as Record<string, object>;

  it("is shown and says why it cannot be changed", async () => {
    open({
      Scan: () => ({ Items: [odd], ScannedCount: 1 }),
      GetItem: () => ({ Item: odd }),
    });
    expect(await screen.findByText("[(cannot be read)]")).toBeDefined();
    await openItem();
    const modal = within(await dialog());
    expect(await modal.findByText(/cannot read the value of Mood,/)).toBeDefined();
    const text = modal.getByRole("textbox", { name: "Item as DynamoDB JSON" });
    expect((text as HTMLTextAreaElement).value).toContain('{"XX":"blue"}');
    expect((text as HTMLTextAreaElement).readOnly).toBe(true);
    expect(modal.queryByRole("button", { name: "Save changes" })).toBeNull();
  });

  it("takes no edits on top when another writer made it so", async () => {
    open({
      UpdateItem: () => [400, "ConditionalCheckFailedException", "No", { Item: odd }],
    });
    await openItem();
    const modal = within(await dialog());
    const plays = await modal.findByRole("textbox", { name: "Value of Plays" });
    await userEvent.clear(plays);
    await userEvent.type(plays, "7");
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    expect(await modal.findByText("Mood: (nothing) became [(cannot be read)]")).toBeDefined();
    await userEvent.click(modal.getByRole("button", { name: "Put my changes on top" }));
    expect(await modal.findByText(/cannot read the value of Mood,/)).toBeDefined();
  });
});

describe("an item with the attribute __proto__", () => {
  it("is opened and saved as any other", async () => {
    const evil = JSON.parse('{"Artist":{"S":"Nina"},"Year":{"N":"1965"},"__proto__":{"S":"evil"}}');
    const server = open({
      Scan: () => ({ Items: [evil], ScannedCount: 1 }),
      GetItem: () => ({ Item: evil }),
      UpdateItem: () => ({}),
    });
    expect(await screen.findByText("evil")).toBeDefined();
    await openItem();
    const modal = within(await dialog());
    const field = await modal.findByRole("textbox", { name: "Value of __proto__" });
    await userEvent.type(field, "!");
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    expect(await screen.findByText("Saved the item")).toBeDefined();
    expect(inputsOf(server, "UpdateItem")).toEqual([
      expect.objectContaining({
        UpdateExpression: "SET #n0 = :v0",
        ExpressionAttributeNames: expect.objectContaining({ "#n0": "__proto__" }),
        ExpressionAttributeValues: expect.objectContaining({ ":v0": { S: "evil!" } }),
      }),
    ]);
  });
});
