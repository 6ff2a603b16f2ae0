/**
 * The picture of a table's history, with a pointer: a range is drawn over, an instant in it chosen,
 * and the table restored to it.
 */

import {
  DescribeContinuousBackupsCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import type { Locator, Page } from "playwright-core";
import { button, sees } from "./harness/actions";
import { createSongs, itemsOf, song, until } from "./harness/tables";
import { expect, test } from "./harness/test";

const GOOD = [song("Acme Band", "Happy Day", { Genre: { S: "Country" } })];
const BROKEN = [song("Acme Band", "Happy Day", { Genre: { S: "Broken" } })];

test("a range is drawn over, and the table restored to an instant clicked in it", async ({
  page,
  watch,
  dynamodb,
}) => {
  // The API says so of what is not there, but never of the history.
  watch.allow(/responded with a status of 40[04](?!.*\/history)/);
  await createSongs(dynamodb, "Drawn", GOOD);
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName: "Drawn",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  await page.goto("/console/us-east-1/tables/Drawn/backups");
  const picture = page.getByRole("slider", { name: "Instant to restore" });
  await sees(picture);
  // A range has 20 seconds at least, so that all there is has to be longer, with room at either side;
  // what is drawn of it may be ten seconds old.
  await expect.poll(() => secondsOf(picture), { timeout: 60_000 }).toBeGreaterThan(36);
  await dynamodb.send(new PutItemCommand({ TableName: "Drawn", Item: BROKEN[0] }));
  const broken = Date.now();
  await until("the broken table can be restored", async () => {
    const latest = await latestOf(dynamodb, "Drawn");
    return latest > broken;
  });

  const startOfAll = await atLeftEdge(page, picture);
  await draw(page, picture, 0.31, 0.72);
  await sees(page.getByRole("button", { name: "Show all", disabled: false }));
  await until("the closer range is there", async () => {
    return (await atLeftEdge(page, picture)) > startOfAll;
  });
  expect(await button(page, "Zoom in").isDisabled()).toBe(true);
  expect(await page.getByText("The history cannot be read").count()).toBe(0);

  const box = await boxOf(picture);
  await page.mouse.click(box.x + box.width * 0.3, box.y + box.height / 2);
  const time = page.getByRole("textbox", { name: /^Time/ });
  const clicked = await time.inputValue();
  const chosen = Number(await picture.getAttribute("aria-valuenow"));
  expect(chosen * 1_000).toBeLessThan(broken);
  await page.getByRole("link", { name: "Restore to this instant" }).click();
  await page.getByRole("textbox", { name: "Name of restored table" }).fill("DrawnBefore");
  expect(await time.inputValue()).toBe(clicked);
  await button(page, "Restore table").click();
  await sees(page.getByText("Restored table DrawnBefore"));
  expect(await itemsOf(dynamodb, "DrawnBefore")).toEqual(GOOD);
  expect(await itemsOf(dynamodb, "Drawn")).toEqual(BROKEN);
});

async function latestOf(dynamodb: DynamoDBClient, TableName: string): Promise<number> {
  const { ContinuousBackupsDescription } = await dynamodb.send(
    new DescribeContinuousBackupsCommand({ TableName }),
  );
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return recovery?.LatestRestorableDateTime?.getTime() ?? 0;
}

/** How long the time is in which an instant can be chosen. */
async function secondsOf(picture: Locator): Promise<number> {
  const [first, last] = await Promise.all(
    ["aria-valuemin", "aria-valuemax"].map((name) => picture.getAttribute(name)),
  );
  return Number(last) - Number(first);
}

async function boxOf(picture: Locator) {
  const box = await picture.boundingBox();
  if (box === null) {
    throw new Error("There is no picture");
  }
  return box;
}

/** The instant at the left edge, as the pointer tells it there. */
async function atLeftEdge(page: Page, picture: Locator): Promise<string> {
  const { x, y, height } = await boxOf(picture);
  await page.mouse.move(x + 10, y + height / 2);
  await page.mouse.move(x + 1, y + height / 2);
  const told = page.getByText(/ in this bar/);
  return (await told.textContent())?.slice(0, "2026-11-21 20:17:34".length) ?? "";
}

/** Draws over the picture, from one place in it to another. */
async function draw(page: Page, picture: Locator, from: number, to: number): Promise<void> {
  const { x, y, width, height } = await boxOf(picture);
  await page.mouse.move(x + width * from, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * ((from + to) / 2), y + height / 2);
  await page.mouse.move(x + width * to, y + height / 2);
  await page.mouse.up();
}
