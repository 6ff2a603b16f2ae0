/**
 * Attribute values as the SDK has them: what they are, whether two are the same, a short text of
 * one. A number is a text everywhere, because 38 digits do not fit into a number of JavaScript.
 */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

export const VALUE_TYPES = ["S", "N", "BOOL", "B", "NULL", "M", "L", "SS", "NS", "BS"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export const VALUE_TYPE_NAMES: Record<ValueType, string> = {
  S: "String",
  N: "Number",
  BOOL: "Boolean",
  B: "Binary",
  NULL: "Null",
  M: "Map",
  L: "List",
  SS: "String set",
  NS: "Number set",
  BS: "Binary set",
};

/** The attribute of that name, and nothing that every object has, such as `constructor`. */
export function attributeOf(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

export function isValueType(text: string): text is ValueType {
  return (VALUE_TYPES as readonly string[]).includes(text);
}

export function typeOf(value: AttributeValue): ValueType {
  const type = readableTypeOf(value);
  if (type === undefined) {
    throw new Error(`No attribute value: ${JSON.stringify(value)}`);
  }
  return type;
}

/** Undefined of what this console cannot read, such as a type that it does not know. */
export function readableTypeOf(value: unknown): ValueType | undefined {
  return typeof value === "object" && value !== null
    ? VALUE_TYPES.find((one) => (value as Partial<Record<ValueType, unknown>>)[one] !== undefined)
    : undefined;
}

/** Whether all of a value can be read, also what it holds. */
export function isReadable(value: AttributeValue): boolean {
  switch (readableTypeOf(value)) {
    case undefined:
      return false;
    case "M":
      return Object.values(contentOf(value) as Item).every(isReadable);
    case "L":
      return (contentOf(value) as AttributeValue[]).every(isReadable);
    default:
      return true;
  }
}

/** Names of the attributes that cannot be read, without which the item is not to be written. */
export function unreadableNames(item: Item): string[] {
  return Object.keys(item).filter((name) => !isReadable(item[name] as AttributeValue));
}

/** What stands for a value whose text is empty. */
export const EMPTY = "(empty)";
/** What stands for a value that cannot be read. */
const UNREADABLE = "(cannot be read)";

/** The member of a value that its type names, such as the text of `{ S: "text" }`. */
export function contentOf(value: AttributeValue): unknown {
  return (value as unknown as Record<ValueType, unknown>)[typeOf(value)];
}

/** Beyond this many bytes at once the call of `fromCharCode` has too many arguments. */
const BYTES_AT_ONCE = 0x2000;

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + BYTES_AT_ONCE));
  }
  return btoa(binary);
}

/** Undefined if the text is not base64. Blanks and line breaks in it do not count. */
export function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/\s+/g, "");
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) {
    return undefined;
  }
  return Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
}

/** As the server compares: the order in a map or a set does not count. Numbers by their digits. */
export function sameValue(
  one: AttributeValue | undefined,
  other: AttributeValue | undefined,
): boolean {
  return one === other || canonical(one) === canonical(other);
}

function canonical(value: AttributeValue | undefined): string {
  if (value === undefined) {
    return "";
  }
  const type = readableTypeOf(value);
  if (type === undefined) {
    return JSON.stringify(value);
  }
  const content = contentOf(value);
  switch (type) {
    case "M": {
      const members = Object.entries(content as Item).sort(([a], [b]) => (a < b ? -1 : 1));
      return `M{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`)}}`;
    }
    case "L":
      return `L[${(content as AttributeValue[]).map(canonical)}]`;
    case "B":
      return `B${toBase64(content as Uint8Array)}`;
    case "BS":
      return `BS${JSON.stringify((content as Uint8Array[]).map(toBase64).sort())}`;
    case "SS":
    case "NS":
      return `${type}${JSON.stringify([...(content as string[])].sort())}`;
    default:
      return `${type}${JSON.stringify(content)}`;
  }
}

/** Thrown by the writer of a preview when it has enough. */
const ENOUGH = Symbol();

/**
 * The beginning of a value on one line, for the cell of a table. What is not shown is not looked
 * at either, so that a value of 400 KB costs no more than a short one.
 */
export function preview(value: AttributeValue, limit = 120): string {
  let text = "";
  const write = (part: string) => {
    text += part.slice(0, limit + 1);
    if (text.length > limit) {
      throw ENOUGH;
    }
  };
  try {
    writeValue(value, write, false);
    return text;
  } catch (thrown) {
    if (thrown !== ENOUGH) {
      throw thrown;
    }
    return `${text.slice(0, limit)}…`;
  }
}

function writeValue(value: AttributeValue, write: (part: string) => void, nested: boolean): void {
  const each = <T>(all: Iterable<T>, [open, close]: [string, string], one: (it: T) => void) => {
    write(open);
    let isFirst = true;
    for (const it of all) {
      write(isFirst ? "" : ", ");
      one(it);
      isFirst = false;
    }
    write(close);
  };
  const writeText = (text: string) => write(nested ? `"${text}"` : text);

  const type = readableTypeOf(value);
  if (type === undefined) {
    write(UNREADABLE);
    return;
  }
  const content = contentOf(value);
  switch (type) {
    case "S":
      writeText(content as string);
      break;
    case "N":
      write(content as string);
      break;
    case "BOOL":
      write(String(content));
      break;
    case "NULL":
      write("null");
      break;
    case "B":
      write(bytesText(content as Uint8Array));
      break;
    case "SS":
      each(content as string[], ["{", "}"], (text) => write(`"${text}"`));
      break;
    case "NS":
      each(content as string[], ["{", "}"], write);
      break;
    case "BS":
      each(content as Uint8Array[], ["{", "}"], (bytes) => write(bytesText(bytes)));
      break;
    case "L":
      each(content as AttributeValue[], ["[", "]"], (one) => writeValue(one, write, true));
      break;
    case "M": {
      const members = content as Item;
      each(Object.keys(members), ["{", "}"], (name) => {
        write(`${name}: `);
        writeValue(members[name] as AttributeValue, write, true);
      });
      break;
    }
  }
}

/** Base64 of the beginning: more is never shown. */
function bytesText(bytes: Uint8Array): string {
  return toBase64(bytes.subarray(0, 300));
}
