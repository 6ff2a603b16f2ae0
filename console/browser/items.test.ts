/** Items by clicking: create, duplicate, change, delete, and what happens when two write at once. */

import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  actOnItem,
  addAttribute,
  button,
  createSong,
  openItem,
  openTable,
  sees,
} from "./harness/actions";
import { createSongs, inOrder, itemsOf, song } from "./harness/tables";
import { expect, test } from "./harness/test";

test("an item is created, duplicated, changed and deleted", async ({ page, dynamodb }) => {
  await createSongs(dynamodb, "Edited");
  await page.goto("/console/us-east-1/items?table=Edited");
  await createSong(page, "Acme Band", "Happy Day", [
    ["Number", "Awards", "10"],
    ["Binary", "Cover", "AAEC/w=="],
  ]);
  const cover = new Uint8Array([0, 1, 2, 255]);
  const first = song("Acme Band", "Happy Day", { Awards: { N: "10" }, Cover: { B: cover } });
  expect(await itemsOf(dynamodb, "Edited")).toEqual([first]);

  await actOnItem(page, "Acme Band, Happy Day", "Duplicate item");
  const duplicate = page.getByRole("dialog", { name: "Duplicate item" });
  await duplicate.getByRole("textbox", { name: "Value of SongTitle" }).fill("Sad Day");
  await addAttribute(duplicate, "String", "Genre", "Blues");
  await button(duplicate, "Create item").click();
  await duplicate.waitFor({ state: "hidden" });
  await sees(button(page, "Acme Band, Sad Day"));
  const second = { ...first, ...song("Acme Band", "Sad Day", { Genre: { S: "Blues" } }) };
  expect(await itemsOf(dynamodb, "Edited")).toEqual(inOrder([first, second]));

  const edit = await openItem(page, "Acme Band", "Happy Day");
  await edit.getByRole("textbox", { name: "Value of Awards" }).fill("1E+3");
  await button(edit, "Remove Cover").click();
  await button(edit, "Save changes").click();
  await edit.waitFor({ state: "hidden" });
  const changed = song("Acme Band", "Happy Day", { Awards: { N: "1000" } });
  expect(await itemsOf(dynamodb, "Edited")).toEqual(inOrder([changed, second]));

  await actOnItem(page, "Acme Band, Sad Day", "Delete item");
  await button(page.getByRole("dialog", { name: "Delete this item?" }), "Delete").click();
  await sees(page.getByText("Deleted 1 item"));
  expect(await itemsOf(dynamodb, "Edited")).toEqual([changed]);
});

test("an item is created as JSON, and none is overwritten by creating it", async ({
  page,
  watch,
  dynamodb,
}) => {
  watch.allowRefusal("ConditionalCheckFailedException", "PutItem");
  const there = song("Acme Band", "Happy Day", { Genre: { S: "Country" } });
  await createSongs(dynamodb, "Typed", [there]);
  await page.goto("/console/us-east-1/tables/Typed/items");
  await button(page, "Create item").click();
  const modal = page.getByRole("dialog", { name: "Create item" });
  await button(modal, "DynamoDB JSON").click();
  const typed = song("Acme Band", "Happy Day", {
    Tags: { SS: ["a", "b"] },
    Deep: { L: [{ NULL: true }] },
  });
  const text = modal.getByRole("textbox", { name: "Item as DynamoDB JSON" });
  await text.fill(JSON.stringify(typed));
  await button(modal, "Create item").click();
  await sees(modal.getByText("There is an item with this key already"));
  expect(await itemsOf(dynamodb, "Typed")).toEqual([there]);

  const free = { ...typed, SongTitle: { S: "New Day" } };
  await text.fill(JSON.stringify(free));
  await button(modal, "Create item").click();
  await modal.waitFor({ state: "hidden" });
  expect(await itemsOf(dynamodb, "Typed")).toEqual(inOrder([there, free]));
});

test("a change of another writer is shown, and neither is lost", async ({
  page,
  watch,
  dynamodb,
}) => {
  watch.allowRefusal("ConditionalCheckFailedException", "UpdateItem");
  await createSongs(dynamodb, "Shared", [song("Acme Band", "Happy Day", { Genre: { S: "Rock" } })]);
  await page.goto("/console/us-east-1/tables/Shared/items");
  const modal = await openItem(page, "Acme Band", "Happy Day");
  await addAttribute(modal, "Number", "Awards", "3");
  const theirs = song("Acme Band", "Happy Day", { Genre: { S: "Country" } });
  await dynamodb.send(new PutItemCommand({ TableName: "Shared", Item: theirs }));
  await button(modal, "Save changes").click();
  await sees(modal.getByText("The item was changed since it was opened"));
  await sees(modal.getByText(/Genre: .*Rock.* became .*Country/));
  expect(await itemsOf(dynamodb, "Shared")).toEqual([theirs]);

  await button(modal, "Put my changes on top").click();
  await button(modal, "Save changes").click();
  await modal.waitFor({ state: "hidden" });
  expect(await itemsOf(dynamodb, "Shared")).toEqual([{ ...theirs, Awards: { N: "3" } }]);
});

test("an item that was changed is not left by going back once", async ({ page, dynamodb }) => {
  await createSongs(dynamodb, "Left", [song("Acme Band", "Happy Day", { Genre: { S: "Rock" } })]);
  await page.goto("/console/us-east-1/tables");
  await openTable(page, "Left", "Explore items");
  const modal = await openItem(page, "Acme Band", "Happy Day");
  const genre = modal.getByRole("textbox", { name: "Value of Genre" });
  await genre.fill("Country");
  await page.goBack();
  await sees(modal.getByText("Leave without saving?"));
  expect(page.url()).toMatch(/\/tables\/Left\/items$/);
  expect(await genre.inputValue()).toBe("Country");

  const asked = page.waitForEvent("dialog");
  await page.evaluate(() => {
    setTimeout(() => window.location.reload());
  });
  const question = await asked;
  expect(question.type()).toBe("beforeunload");
  await question.dismiss();
  expect(await genre.inputValue()).toBe("Country");

  await page.goBack();
  await modal.waitFor({ state: "hidden" });
  expect(page.url()).not.toMatch(/items$/);
});

test("an item with the attribute __proto__ is shown, changed and saved", async ({
  page,
  dynamodb,
}) => {
  const evil = (text: string) =>
    song("Acme Band", "Happy Day", JSON.parse(`{"__proto__":{"S":"${text}"}}`));
  await createSongs(dynamodb, "Evil");
  await page.goto("/console/us-east-1/tables/Evil/items");
  await button(page, "Create item").click();
  const created = page.getByRole("dialog", { name: "Create item" });
  await button(created, "DynamoDB JSON").click();
  await created
    .getByRole("textbox", { name: "Item as DynamoDB JSON" })
    .fill(JSON.stringify(evil("evil")));
  await button(created, "Create item").click();
  await created.waitFor({ state: "hidden" });
  await sees(page.getByText("evil", { exact: true }));

  const modal = await openItem(page, "Acme Band", "Happy Day");
  await modal.getByRole("textbox", { name: "Value of __proto__" }).fill("good");
  await button(modal, "Save changes").click();
  await modal.waitFor({ state: "hidden" });
  await sees(page.getByText("good", { exact: true }));
});

test("the first field that is not right gets the focus, wherever it is", async ({
  page,
  dynamodb,
}) => {
  const scores = { L: Array.from({ length: 80 }, (_, at) => ({ N: String(at) })) };
  await createSongs(dynamodb, "Long", [song("Acme Band", "Happy Day", { Scores: scores })]);
  await page.goto("/console/us-east-1/tables/Long/items");
  const modal = await openItem(page, "Acme Band", "Happy Day");
  await button(modal, "Unfold 80 values of Scores").click();
  await button(modal, "Show 30 more of 30").click();
  const field = modal.getByRole("textbox", { name: "Value of Scores[70]" });
  await field.fill("x");
  await button(modal, "Fold 80 values of Scores").click();
  await button(modal, "Save changes").click();
  await sees(field);
  await page.waitForFunction(
    () => document.activeElement?.getAttribute("aria-label") === "Value of Scores[70]",
  );
  await sees(modal.getByText("Enter a number, such as 12.5 or 1E10."));
});
