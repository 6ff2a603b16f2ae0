/** What a person does on many pages. Everything is found as they find it: by role and by name. */

import type { Locator, Page } from "playwright-core";

/** Waits until it can be seen. */
export function sees(what: Locator): Promise<void> {
  return what.filter({ visible: true }).first().waitFor();
}

export const button = (place: Page | Locator, name: string | RegExp) =>
  place.getByRole("button", { name, exact: true });

export async function followNavigation(page: Page, name: string): Promise<void> {
  await page
    .getByRole("navigation", { name: "Navigation" })
    .getByRole("link", { name, exact: true })
    .click();
  await sees(page.getByRole("heading", { level: 1, name }));
}

/** From the list of tables to one of its tabs. */
export async function openTable(page: Page, tableName: string, tab?: string): Promise<void> {
  await followNavigation(page, "Tables");
  await page.getByRole("link", { name: tableName, exact: true }).first().click();
  await sees(page.getByRole("heading", { level: 1, name: tableName }));
  if (tab !== undefined) {
    await page.getByRole("tab", { name: tab, exact: true }).click();
  }
}

/** In the row of a table, a backup or an item: the words that are to be there, in this order. */
export async function seesInRow(page: Page, row: string, ...words: string[]): Promise<void> {
  const place = page.getByRole("row").filter({
    has: page.getByRole("rowheader", { name: row, exact: true }),
  });
  for (const word of words) {
    await sees(place.getByText(word, { exact: true }));
  }
}

/** Adds attributes of a type to the form of an item: name and value. */
export async function addAttribute(
  modal: Locator,
  type: string,
  name: string,
  value: string,
): Promise<void> {
  await modal.getByRole("button", { name: "Add attribute", exact: true }).click();
  await modal.page().getByRole("menuitem", { name: type, exact: true }).click();
  await modal.getByPlaceholder("Attribute name").last().fill(name);
  await modal.getByRole("textbox", { name: `Value of ${name}`, exact: true }).fill(value);
}

/** Creates a song by the form, in the tab or page that explores items. */
export async function createSong(
  page: Page,
  artist: string,
  title: string,
  attributes: [type: string, name: string, value: string][],
): Promise<void> {
  await button(page, "Create item").click();
  const modal = page.getByRole("dialog", { name: "Create item" });
  await modal.getByRole("textbox", { name: "Value of Artist" }).fill(artist);
  await modal.getByRole("textbox", { name: "Value of SongTitle" }).fill(title);
  for (const [type, name, value] of attributes) {
    await addAttribute(modal, type, name, value);
  }
  await button(modal, "Create item").click();
  await modal.waitFor({ state: "hidden" });
  await sees(button(page, `${artist}, ${title}`));
}

/** Opens an item's form by the link on its first attribute. */
export async function openItem(page: Page, artist: string, title: string): Promise<Locator> {
  await button(page, `${artist}, ${title}`).click();
  const modal = page.getByRole("dialog", { name: "Edit item" });
  await sees(modal.getByRole("textbox", { name: "Value of Artist" }));
  return modal;
}

/** Chooses something of the menu Actions for one item. */
export async function actOnItem(page: Page, item: string, action: string): Promise<void> {
  await page.getByRole("checkbox", { name: `Select ${item}`, exact: true }).check({ force: true });
  await page.getByRole("button", { name: "Actions", exact: true }).last().click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

/** What a screen reader says of a field besides its name. */
export async function descriptionOf(field: Locator): Promise<string> {
  const ids = await field.getAttribute("aria-describedby");
  const texts = (ids ?? "").split(" ").filter((id) => id !== "");
  const found = texts.map((id) => field.page().locator(`[id="${id}"]`).textContent());
  return (await Promise.all(found)).join("\n");
}
