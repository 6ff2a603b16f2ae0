/**
 * An item that is being edited, in the view that holds it now: a tree of fields, or text.
 *
 * Another view is made from the item that this one stands for, so a view can be left only when it
 * stands for one.
 */

import type { Item } from "../values/attribute-value";
import {
  itemFromJson,
  itemFromPlainJson,
  itemToJson,
  itemToPlainJson,
  type Parsed,
} from "../values/item-json";
import { formOfItem, itemOf, problemsOf, type ValueForm } from "../values/value-form";
import type { KeyPart } from "./explore-form";
import { keyOf } from "./item-pages";

export type View = "form" | "json" | "plain";

export type Draft = { touched: boolean } & (
  | { view: "form"; form: ValueForm }
  | { view: "json" | "plain"; text: string }
);

/** The key attributes, empty. */
export function newItem(keys: readonly KeyPart[]): Item {
  return Object.fromEntries(
    keys.map(({ name, type }) => [
      name,
      type === "B" ? { B: new Uint8Array() } : type === "N" ? { N: "" } : { S: "" },
    ]),
  );
}

/** The same item with its key in front, where a person looks for it. */
export function keyFirst(keys: readonly KeyPart[], item: Item): Item {
  return Object.fromEntries([...Object.entries(keyOf(item, keys)), ...Object.entries(item)]);
}

/** In the view that is wanted, or as DynamoDB JSON where plain JSON cannot hold the item. */
export function draftOf(item: Item, view: View = "form"): Draft {
  if (view === "form") {
    return { view, form: formOfItem(item), touched: false };
  }
  const plain = view === "plain" ? itemToPlainJson(item) : undefined;
  return plain === undefined
    ? { view: "json", text: itemToJson(item), touched: false }
    : { view: "plain", text: plain, touched: false };
}

export function itemOfDraft(draft: Draft): Parsed<Item> {
  switch (draft.view) {
    case "form":
      return problemsOf(draft.form).size === 0
        ? { value: itemOf(draft.form) }
        : { problem: "Some fields are not right yet. What is wrong is said next to them." };
    case "json":
      return itemFromJson(draft.text);
    case "plain":
      return itemFromPlainJson(draft.text);
  }
}

/** The same item in another view, or why that is not possible. */
export function switchView(draft: Draft, view: View): Parsed<Draft> {
  const item = itemOfDraft(draft);
  if (item.problem !== undefined) {
    return { problem: item.problem };
  }
  if (view === "plain" && itemToPlainJson(item.value) === undefined) {
    return {
      problem:
        "Plain JSON has no sets, no binary values and only numbers in its own notation, so it cannot hold this item.",
    };
  }
  return { value: { ...draftOf(item.value, view), touched: draft.touched } };
}
