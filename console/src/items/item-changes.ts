/**
 * What an edited item asks of the API, so that nobody else's change is overwritten unseen.
 *
 * An edit changes the attributes that differ and no others, on the condition that the item still
 * is what was read. An attribute that another writer added since then is in no condition, and it
 * stays: that is why this is an UpdateItem and not a PutItem of the whole.
 */

import type {
  BatchWriteItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { attributeOf, type Item, sameValue } from "../values/attribute-value";
import type { KeyPart } from "./explore-form";
import { Placeholders } from "./expressions";
import { keyOf } from "./item-pages";

/** An expression may have 300 operators: a comparison and an AND for each attribute. */
const COMPARED_ATTRIBUTES_MAX = 120;

/** With the comparisons of the key this is what one expression holds. */
export const CHANGED_ATTRIBUTES_MAX = 140;

/** Names of the attributes that are not the same in both. */
export function changedNames(before: Item, after: Item): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter(
    (name) => !sameValue(attributeOf(before, name), attributeOf(after, name)),
  );
}

/** A new item: refused if there is one with this key. */
export function createInput(
  tableName: string,
  keys: readonly KeyPart[],
  item: Item,
): PutItemCommandInput {
  return {
    TableName: tableName,
    Item: item,
    ConditionExpression: "attribute_not_exists(#key)",
    ExpressionAttributeNames: { "#key": keys[0]?.name ?? "" },
  };
}

/** Makes `before`, as it was read, into `after`, which has the same key and is not the same. */
export function updateInput(
  tableName: string,
  keys: readonly KeyPart[],
  before: Item,
  after: Item,
): UpdateItemCommandInput {
  const places = new Placeholders();
  const changed = changedNames(before, after);
  const set = changed.flatMap((name) => {
    const value = attributeOf(after, name);
    return value === undefined ? [] : [`${places.name(name)} = ${places.value(value)}`];
  });
  const remove = changed
    .filter((name) => attributeOf(after, name) === undefined)
    .map((name) => places.name(name));
  const conditions = comparedNames(keys, before, changed).map((name) => {
    const value = attributeOf(before, name);
    return value === undefined
      ? `attribute_not_exists(${places.name(name)})`
      : `${places.name(name)} = ${places.value(value)}`;
  });
  return {
    TableName: tableName,
    Key: keyOf(before, keys),
    UpdateExpression: [
      ...(set.length === 0 ? [] : [`SET ${set.join(", ")}`]),
      ...(remove.length === 0 ? [] : [`REMOVE ${remove.join(", ")}`]),
    ].join(" "),
    ConditionExpression: conditions.join(" AND "),
    ...places.members(),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

/**
 * The key, without which the item would come to life again, and all other attributes. Of an item
 * with too many for one expression only those that change: no other is overwritten.
 */
function comparedNames(keys: readonly KeyPart[], before: Item, changed: string[]): string[] {
  const keyNames = keys.map(({ name }) => name);
  const all = new Set([...keyNames, ...Object.keys(before), ...changed]);
  return all.size <= COMPARED_ATTRIBUTES_MAX ? [...all] : [...new Set([...keyNames, ...changed])];
}

/** What was edited in `before`, done to `current`: what was not edited is as it is now. */
export function editsOnto(before: Item, after: Item, current: Item): Item {
  const merged = new Map(Object.entries(current));
  for (const name of changedNames(before, after)) {
    const value = attributeOf(after, name);
    if (value === undefined) {
      merged.delete(name);
    } else {
      merged.set(name, value);
    }
  }
  return Object.fromEntries(merged);
}

/** What is wrong with the key of an item that is to be written. */
export function keyProblem(keys: readonly KeyPart[], item: Item): string | undefined {
  for (const { name, type } of keys) {
    const value = attributeOf(item, name);
    if (value === undefined) {
      return `The key attribute ${name} is missing.`;
    }
    if (!(type in value)) {
      return `The key attribute ${name} must be of type ${type}.`;
    }
  }
  return undefined;
}

/** Most that BatchWriteItem takes. */
export const BATCH_MAX = 25;

export function deleteInput(tableName: string, keys: Item[]): BatchWriteItemCommandInput {
  return { RequestItems: { [tableName]: keys.map((Key) => ({ DeleteRequest: { Key } })) } };
}
