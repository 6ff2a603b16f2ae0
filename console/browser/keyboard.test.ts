/** Without a mouse: everything is reached by Tab and done by keys. */

import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import type { Locator, Page } from "playwright-core";
import { button, sees, seesInRow } from "./harness/actions";
import { createSongs, itemsOf, song } from "./harness/tables";
import { expect, test } from "./harness/test";

/** More than any page has to walk through. */
const STEPS_MAX = 80;

test("a backup is created and restored by keyboard alone", async ({ page, dynamodb }) => {
  const items = [song("Acme Band", "Happy Day", { Genre: { S: "Country" } })];
  await createSongs(dynamodb, "Typed", items);
  await createSongs(dynamodb, "Other");
  await page.goto("/console/us-east-1/backups");
  await sees(page.getByText("There is no backup in this Region."));
  await tabTo(page, page.getByRole("link", { name: "Create backup" }).first());
  await page.keyboard.press("Enter");
  await sees(page.getByRole("heading", { level: 1, name: "Create backup" }));

  await tabTo(page, page.getByRole("button", { name: "Source table" }));
  await page.keyboard.press("Enter");
  await page.keyboard.type("Typ");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("textbox", { name: "Backup name" }));
  await page.keyboard.type("by-hand");
  await tabTo(page, button(page, "Create backup"));
  await page.keyboard.press("Enter");
  await seesInRow(page, "by-hand", "Available", "Typed");

  // Within a table the arrows move.
  await tabTo(page, page.getByRole("checkbox", { name: "Select all backups of this page" }));
  await page.keyboard.press("ArrowDown");
  const backup = page.getByRole("checkbox", { name: "Select by-hand of Typed" });
  expect(await hasFocus(backup)).toBe(true);
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("link", { name: "Restore", exact: true }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("textbox", { name: "Name of restored table" }));
  await page.keyboard.type("TypedAgain");
  await tabTo(page, page.getByRole("radio", { name: /^Restore the entire table/ }));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const none = page.getByRole("radio", { name: /^Restore the table without secondary indexes/ });
  expect(await none.isChecked()).toBe(true);
  await tabTo(page, button(page, "Restore table"));
  await page.keyboard.press("Enter");
  await seesInRow(page, "TypedAgain", "Active");
  expect(await itemsOf(dynamodb, "TypedAgain")).toEqual(items);
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "TypedAgain" }));
  expect(Table?.GlobalSecondaryIndexes).toBeUndefined();
});

/** Presses Tab until it has the focus. */
async function tabTo(page: Page, place: Locator): Promise<void> {
  await sees(place);
  const walked: string[] = [];
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (await hasFocus(place)) {
      return;
    }
    await page.keyboard.press("Tab");
    walked.push(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? ""));
  }
  throw new Error(`${place} is not reached by Tab:\n${walked.join("\n")}`);
}

const hasFocus = (place: Locator) =>
  place.evaluate((element) => element === document.activeElement);
