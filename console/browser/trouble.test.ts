/** What goes wrong is told where a person looks: refused and failed restores, a server that dies. */

import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { button, createSong, descriptionOf, openItem, sees } from "./harness/actions";
import { backUp, createSongs, itemsOf, song } from "./harness/tables";
import { expect, test } from "./harness/test";

const ITEMS = [song("Acme Band", "Happy Day", { Genre: { S: "Country" } })];

test("a restore under a name that is taken is refused next to the name", async ({
  page,
  watch,
  dynamodb,
}) => {
  watch.allowRefusal("TableAlreadyExistsException", "RestoreTableFromBackup");
  await createSongs(dynamodb, "Taken", ITEMS);
  const arn = await backUp(dynamodb, "Taken", "TakenBackup");
  await page.goto(`/console/us-east-1/restore-backup?arn=${encodeURIComponent(arn)}`);
  const name = page.getByRole("textbox", { name: "Name of restored table" });
  await name.fill("Taken");
  await button(page, "Restore table").click();
  await sees(page.locator("[aria-invalid=true]"));
  expect(await name.getAttribute("aria-invalid")).toBe("true");
  expect(await descriptionOf(name)).toContain("Table already exists: Taken");
  expect(await itemsOf(dynamodb, "Taken")).toEqual(ITEMS);
});

test("a restore that fails later says why, and where the table would be", async ({
  server,
  page,
  watch,
  dynamodb,
}) => {
  // The table whose restore failed is gone.
  watch.allowRefusal("ResourceNotFoundException", "DescribeTable");
  await createSongs(dynamodb, "Lost", ITEMS);
  const arn = await backUp(dynamodb, "Lost", "LostBackup");
  await server.restart({
    ANYWHEN_FAILPOINTS: "restore::before_publish=return(the disk broke in a test)",
  });
  await page.goto(`/console/us-east-1/restore-backup?arn=${encodeURIComponent(arn)}`);
  await page.getByRole("textbox", { name: "Name of restored table" }).fill("Found");
  await button(page, "Restore table").click();
  await sees(page.getByText("The table Found was not restored"));
  await sees(page.getByText(/the disk broke in a test/));

  await page.goto("/console/us-east-1/tables/Found");
  await sees(page.getByText(/^The restore of Found as of .* failed$/));
  await sees(page.getByText(/the disk broke in a test/));
  const { TableNames } = await dynamodb.send(new ListTablesCommand());
  expect(TableNames).not.toContain("Found");
  // The page may still be loading what it will need later.
  await page.goto("about:blank");
  await server.restart();
});

test("the page waits for a server that was killed, and goes on when it is back", async ({
  server,
  page,
  watch,
  dynamodb,
}) => {
  watch.allow(
    /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED/,
  );
  // How the API says that a table has no policy.
  watch.allowRefusal("PolicyNotFoundException", "GetResourcePolicy");
  await createSongs(dynamodb, "Session", ITEMS);
  await page.goto("/console/us-east-1/tables/Session/items");
  const edit = await openItem(page, "Acme Band", "Happy Day");
  await edit.getByRole("textbox", { name: "Value of Genre" }).fill("Folk");
  // The console loads all its parts in the background. Chromium never asks again for a script that
  // it could not get: whoever opens that part has to load the page again.
  await page.waitForLoadState("networkidle");
  await server.kill();
  await button(edit, "Save changes").click();
  await sees(edit.getByText("The item was not saved"));
  await sees(page.getByText("No answer"));

  await server.start();
  await sees(page.getByText("Healthy"));
  await button(edit, "Save changes").click();
  await edit.waitFor({ state: "hidden" });
  const kept = song("Acme Band", "Happy Day", { Genre: { S: "Folk" } });
  expect(await itemsOf(dynamodb, "Session")).toEqual([kept]);

  // Parts of the console that were not needed before are still to be had, and so is the table.
  await page.getByRole("tab", { name: "Additional settings" }).click();
  await sees(page.getByRole("heading", { name: "Resource policy" }));
  await page.getByRole("tab", { name: "Explore items" }).click();
  await createSong(page, "No One You Know", "Call Me Today", [["String", "Genre", "Rock"]]);
  expect(await itemsOf(dynamodb, "Session")).toEqual([
    kept,
    song("No One You Know", "Call Me Today", { Genre: { S: "Rock" } }),
  ]);
});
