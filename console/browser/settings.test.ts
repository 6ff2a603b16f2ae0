/** Settings of a table and filters of lists, by clicking: what is asked for is what is so. */

import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { button, sees, seesInRow } from "./harness/actions";
import { TIME_ZONE } from "./harness/browser";
import { backUp, createSongs, itemsOf, song, until } from "./harness/tables";
import { expect, test } from "./harness/test";

test("time to live is turned on and off", async ({ page, watch, dynamodb }) => {
  watch.allowRefusal("PolicyNotFoundException", "GetResourcePolicy");
  await createSongs(dynamodb, "Fleeting");
  const described = async () => {
    const command = new DescribeTimeToLiveCommand({ TableName: "Fleeting" });
    return (await dynamodb.send(command)).TimeToLiveDescription;
  };
  await page.goto("/console/us-east-1/tables/Fleeting/settings");
  await button(page, "Turn on: Time to live (TTL)").click();
  const on = page.getByRole("dialog", { name: "Turn on time to live" });
  await on.getByRole("textbox").fill("expires");
  await button(on, "Turn on").click();
  await on.waitFor({ state: "hidden" });
  await sees(button(page, "Turn off: Time to live (TTL)"));
  await sees(page.getByText("expires", { exact: true }));
  expect(await described()).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "expires" });

  await button(page, "Turn off: Time to live (TTL)").click();
  const off = page.getByRole("dialog", { name: "Turn off time to live" });
  await button(off, "Turn off").click();
  await off.waitFor({ state: "hidden" });
  await sees(button(page, "Turn on: Time to live (TTL)"));
  expect(await described()).toEqual({ TimeToLiveStatus: "DISABLED" });
});

test("an index is deleted, and the items stay", async ({ page, dynamodb }) => {
  const items = [song("Acme Band", "Happy Day", { Genre: { S: "Country" } })];
  await createSongs(dynamodb, "Indexed", items);
  await page.goto("/console/us-east-1/tables/Indexed/indexes");
  await page.getByRole("radio", { name: "Select by-genre" }).check({ force: true });
  await button(page, "Delete").click();
  const modal = page.getByRole("dialog", { name: "Delete index by-genre" });
  expect(await button(modal, "Delete").isDisabled()).toBe(true);
  await modal.getByRole("textbox").fill("delete");
  await button(modal, "Delete").click();
  await modal.waitFor({ state: "hidden" });
  await sees(page.getByText("This table has no global secondary index."));

  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "Indexed" }));
  expect(Table?.GlobalSecondaryIndexes).toBeUndefined();
  expect(await itemsOf(dynamodb, "Indexed")).toEqual(items);
  const query = new QueryCommand({
    TableName: "Indexed",
    IndexName: "by-genre",
    KeyConditionExpression: "Genre = :genre",
    ExpressionAttributeValues: { ":genre": { S: "Country" } },
  });
  await expect(dynamodb.send(query)).rejects.toThrow("by-genre");
});

test("backups are listed of a range of time that is typed", async ({ page, dynamodb }) => {
  await createSongs(dynamodb, "Dated");
  await backUp(dynamodb, "Dated", "earlier");
  // The range is typed to the second.
  const between = Math.ceil(Date.now() / 1000) + 1;
  await until("the second has begun", async () => Date.now() >= between * 1000);
  await backUp(dynamodb, "Dated", "later");

  await page.goto("/console/us-east-1/backups?table=Dated");
  await seesInRow(page, "earlier", "Dated");
  await seesInRow(page, "later", "Dated");
  await button(page, /^Created ./).click();
  const picker = page.getByRole("dialog");
  await button(picker, "Absolute mode").click();
  const type = async (side: "Start" | "End", seconds: number) => {
    const text = new Date(seconds * 1000).toLocaleString("sv-SE", { timeZone: TIME_ZONE });
    const [day = "", time = ""] = text.split(" ");
    await picker.getByRole("textbox", { name: `${side} date` }).fill(day.replaceAll("-", "/"));
    await picker.getByRole("textbox", { name: `${side} time` }).fill(time);
  };
  await type("Start", between - 3600);
  await type("End", between - 1);
  await button(picker, "Apply").click();
  await page.getByRole("rowheader", { name: "later" }).waitFor({ state: "hidden" });
  await seesInRow(page, "earlier", "Dated");

  await button(page, /^Created ./).click();
  await type("Start", between);
  await type("End", between + 3600);
  await button(picker, "Apply").click();
  await page.getByRole("rowheader", { name: "earlier" }).waitFor({ state: "hidden" });
  await seesInRow(page, "later", "Dated");
});
