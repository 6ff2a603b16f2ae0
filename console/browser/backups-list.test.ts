/** The filter of the list of backups stays when the page is loaded anew, and when one comes back. */

import { button, sees } from "./harness/actions";
import { backUp, createSongs } from "./harness/tables";
import { expect, test } from "./harness/test";

test("the filter is still there after loading the page anew and after Back", async ({
  page,
  dynamodb,
}) => {
  for (const table of ["Songs", "Albums"]) {
    await createSongs(dynamodb, table);
    await backUp(dynamodb, table, `${table}Backup`);
  }
  await page.goto("/console/us-east-1/backups");
  await sees(page.getByRole("link", { name: "AlbumsBackup" }));
  const table = page.getByRole("combobox", { name: "Source table" });
  await table.fill("Songs");
  await table.press("Enter");
  await page.getByRole("button", { name: /All types/ }).click();
  await page.getByRole("option", { name: "User" }).click();
  await page.getByRole("button", { name: /Any time/ }).click();
  await page.getByRole("radio", { name: /hour/ }).check({ force: true });
  await button(page, "Apply").click();

  const filtered = async () => {
    await sees(page.getByRole("link", { name: "SongsBackup" }));
    expect(await page.getByRole("link", { name: "AlbumsBackup" }).count()).toBe(0);
    expect(await table.inputValue()).toBe("Songs");
    await sees(page.getByRole("button", { name: /User/ }));
    await sees(page.getByRole("button", { name: /1 hour/ }));
  };
  await expect.poll(() => page.getByRole("link", { name: "AlbumsBackup" }).count()).toBe(0);
  await filtered();
  await page.reload();
  await filtered();

  await page.getByRole("link", { name: "SongsBackup" }).click();
  await sees(page.getByRole("textbox", { name: "Name of restored table" }));
  await page.goBack();
  await filtered();
});
