/** The two walkthroughs by clicking: from a backup, and to a point in time. */

import { DescribeContinuousBackupsCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  actOnItem,
  button,
  createSong,
  followNavigation,
  openItem,
  openTable,
  sees,
  seesInRow,
} from "./harness/actions";
import { TIME_ZONE } from "./harness/browser";
import { createSongs, inOrder, itemsOf, song, until } from "./harness/tables";
import { expect, test } from "./harness/test";

/** Long enough that a person, and a test, sees a table while a restore makes it. */
const SLOW_RESTORES = { ANYWHEN_FAILPOINTS: "restore::before_publish=sleep(2500)" };

test("a table that was deleted comes back from its backup", async ({
  server,
  page,
  watch,
  dynamodb,
}) => {
  await server.restart(SLOW_RESTORES);
  // The page of a table that is being deleted asks for it until it is gone.
  watch.allowRefusal("ResourceNotFoundException", "DescribeTable");
  watch.allowRefusal("TableNotFoundException", "DescribeContinuousBackups");
  await page.goto("/console/");
  await followNavigation(page, "Tables");
  await button(page, "Create table")
    .or(page.getByRole("link", { name: "Create table" }))
    .first()
    .click();
  await page.getByRole("textbox", { name: "Table name" }).fill("Music");
  await page.getByRole("textbox", { name: "Partition key: attribute name" }).fill("Artist");
  await page.getByRole("textbox", { name: "Sort key: attribute name" }).fill("SongTitle");
  await button(page, "Create table").click();
  await seesInRow(page, "Music", "Active");

  await openTable(page, "Music", "Explore items");
  await createSong(page, "No One You Know", "Call Me Today", [
    ["String", "AlbumTitle", "Somewhat Famous"],
    ["Number", "Awards", "12345678901234567890.5"],
  ]);
  await createSong(page, "Acme Band", "Happy Day", [["String", "AlbumTitle", "Songs About Life"]]);
  const items = inOrder([
    song("No One You Know", "Call Me Today", {
      AlbumTitle: { S: "Somewhat Famous" },
      Awards: { N: "12345678901234567890.5" },
    }),
    song("Acme Band", "Happy Day", { AlbumTitle: { S: "Songs About Life" } }),
  ]);
  expect(await itemsOf(dynamodb, "Music")).toEqual(items);

  await followNavigation(page, "Backups");
  await page.getByRole("link", { name: "Create backup" }).first().click();
  await page.getByRole("button", { name: "Source table" }).click();
  await page.getByRole("option", { name: "Music", exact: true }).click();
  await page.getByRole("textbox", { name: "Backup name" }).fill("MusicBackup");
  await button(page, "Create backup").click();
  await seesInRow(page, "MusicBackup", "Available", "Music");
  await sees(page.getByText("Created backup MusicBackup"));

  await openTable(page, "Music");
  await button(page, "Actions").click();
  await page.getByRole("menuitem", { name: "Delete table" }).click();
  const modal = page.getByRole("dialog", { name: "Delete table Music" });
  await modal
    .getByRole("checkbox", { name: "Create a backup before deleting" })
    .uncheck({ force: true });
  await modal.getByRole("textbox").fill("delete");
  await button(modal, "Delete").click();
  await sees(page.getByText("Deleted table Music"));
  await sees(page.getByText("There is no table in this Region."));

  await followNavigation(page, "Backups");
  await page.getByRole("checkbox", { name: "Select MusicBackup of Music" }).check({ force: true });
  await page.getByRole("link", { name: "Restore", exact: true }).click();
  await sees(page.getByText("MusicBackup", { exact: true }));
  // The ARN is long, and has the room to be read.
  const arn = page.getByText(/^arn:aws:dynamodb:.*\/backup\//);
  await sees(arn);
  await expect.poll(async () => (await arn.boundingBox())?.height).toBeLessThan(30);
  expect(await page.getByRole("radio", { name: "Another Region" }).isDisabled()).toBe(true);
  await page.getByRole("textbox", { name: "Name of restored table" }).fill("Music");
  await button(page, "Restore table").click();
  await seesInRow(page, "Music", "Creating", "Active");
  await sees(page.getByText("Restored table Music"));

  expect(await itemsOf(dynamodb, "Music")).toEqual(items);
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "Music" }));
  expect(Table?.TableStatus).toBe("ACTIVE");
});

test("a table whose data was broken is restored to a moment before", async ({ page, dynamodb }) => {
  const items = [
    song("Acme Band", "Happy Day", { Genre: { S: "Country" } }),
    song("Acme Band", "PartiQL Rocks", { Genre: { S: "Rock" }, Awards: { N: "8" } }),
  ];
  await createSongs(dynamodb, "MusicCollection", items);
  await page.goto("/console/us-east-1");
  await openTable(page, "MusicCollection");
  await page
    .getByRole("button", { name: "Enable point-in-time recovery" })
    .or(page.getByRole("link", { name: "Enable point-in-time recovery" }))
    .click();
  await sees(page.getByText("Point-in-time recovery is on for MusicCollection"));
  await page.getByRole("tab", { name: "Explore items" }).click();
  await createSong(page, "No One You Know", "My Dog Spot", [["String", "Genre", "Country"]]);
  const good = inOrder([
    ...items,
    song("No One You Know", "My Dog Spot", { Genre: { S: "Country" } }),
  ]);
  expect(await itemsOf(dynamodb, "MusicCollection")).toEqual(good);

  // The next write is later than this, and within reach before it is asked for.
  const moment = Date.now();
  await until("the clock moves on", async () => Date.now() > moment);
  const modal = await openItem(page, "Acme Band", "Happy Day");
  await modal.getByRole("textbox", { name: "Value of Genre" }).fill("Broken");
  await button(modal, "Save changes").click();
  await modal.waitFor({ state: "hidden" });
  await actOnItem(page, "Acme Band, PartiQL Rocks", "Delete item");
  await button(page.getByRole("dialog"), "Delete").click();
  await sees(page.getByText("Deleted 1 item"));
  expect(await itemsOf(dynamodb, "MusicCollection")).toEqual(
    inOrder([
      song("Acme Band", "Happy Day", { Genre: { S: "Broken" } }),
      song("No One You Know", "My Dog Spot", { Genre: { S: "Country" } }),
    ]),
  );
  await until("the moment can be restored", async () => {
    const { ContinuousBackupsDescription } = await dynamodb.send(
      new DescribeContinuousBackupsCommand({ TableName: "MusicCollection" }),
    );
    const latest =
      ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.LatestRestorableDateTime;
    return latest !== undefined && latest.getTime() > moment;
  });

  await page.getByRole("tab", { name: "Backups", exact: true }).click();
  await sees(page.getByText("Earliest restore date"));
  await page.getByRole("link", { name: "Restore to point in time" }).click();
  await page.getByRole("textbox", { name: "Name of restored table" }).fill("MusicCollectionBefore");
  await page.getByRole("radio", { name: "Date and time" }).check({ force: true });
  const [day, time] = typedMoment(moment);
  await page.getByRole("textbox", { name: "Day" }).fill(day);
  await page.getByRole("textbox", { name: /^Time/ }).fill(time);
  await button(page, "Restore table").click();
  await seesInRow(page, "MusicCollectionBefore", "Restoring", "Active");
  await sees(page.getByText("Restored table MusicCollectionBefore"));

  expect(await itemsOf(dynamodb, "MusicCollectionBefore")).toEqual(good);
  const { Table } = await dynamodb.send(
    new DescribeTableCommand({ TableName: "MusicCollectionBefore" }),
  );
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(["by-genre"]);
});

/** Day and time as a person in the zone of the browser types them, to the millisecond. */
function typedMoment(milliseconds: number): [day: string, time: string] {
  const text = new Date(milliseconds).toLocaleString("sv-SE", { timeZone: TIME_ZONE });
  const [day = "", time = ""] = text.split(" ");
  const thousandths = String(milliseconds % 1000).padStart(3, "0");
  return [day.replaceAll("-", "/"), `${time}.${thousandths}`];
}
