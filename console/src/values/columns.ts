/** The columns of a table of items: whatever attributes the items have. */

import type { CollectionPreferencesProps } from "@cloudscape-design/components/collection-preferences";
import type { Item } from "./attribute-value";

/** An item can have thousands of attributes; a table with as many columns helps nobody. */
export const COLUMNS_MAX = 200;
const VISIBLE_AT_FIRST = 12;

/** `first`, then the others in the order in which they come up. */
export function columnsOf(items: readonly Item[], first: readonly string[]): string[] {
  const names = new Set(first);
  for (const item of items) {
    for (const name of Object.keys(item)) {
      if (names.size >= COLUMNS_MAX) {
        return [...names];
      }
      names.add(name);
    }
  }
  return [...names];
}

type Display = CollectionPreferencesProps.ContentDisplayItem;

/** What a person chose, without columns that are gone and with those that are new. */
export function displayOf(columns: readonly string[], chosen: readonly Display[]): Display[] {
  const known = new Set(chosen.map(({ id }) => id));
  const kept = chosen.filter(({ id }) => columns.includes(id));
  let visible = kept.filter((one) => one.visible).length;
  const added = columns
    .filter((id) => !known.has(id))
    .map((id) => {
      visible += 1;
      return { id, visible: visible <= VISIBLE_AT_FIRST };
    });
  return [...kept, ...added];
}

/** What a table says of columns that it does not show. Undefined if it shows all. */
export function hiddenText(display: readonly Display[]): string | undefined {
  const shown = display.filter(({ visible }) => visible).length;
  const first = display.length < COLUMNS_MAX ? "" : "the first ";
  return shown === display.length
    ? undefined
    : `${shown} of ${first}${display.length} attributes shown. The preferences, behind the gear, have the others.`;
}
