/**
 * Items and values as text: DynamoDB JSON (`{"Year": {"N": "1973"}}`) and plain JSON
 * (`{"Year": 1973}`).
 *
 * DynamoDB JSON holds every item exactly. Plain JSON has neither sets nor binary values, so an
 * item with one has no plain text.
 */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  contentOf,
  fromBase64,
  type Item,
  isValueType,
  readableTypeOf,
  toBase64,
  typeOf,
  VALUE_TYPES,
} from "./attribute-value";
import { type JsonNode, JsonNumber, JsonTextError, parseJson } from "./json-text";

/** What came of a text: something, or the sentence that says why not. */
export type Parsed<T> = { value: T; problem?: undefined } | { problem: string };

/** Pretty: an attribute value that holds no others is on one line. */
export function itemToJson(item: Item): string {
  return writeObject(item, valueToJson, "");
}

export function itemsToJson(items: readonly Item[]): string {
  return writeList(
    items.map((item) => (indent) => writeObject(item, valueToJson, indent)),
    "",
  );
}

/** What cannot be read is written as it came, or as null. */
export function valueToJson(value: AttributeValue, indent = ""): string {
  if (readableTypeOf(value) === undefined) {
    return JSON.stringify(value ?? null);
  }
  const type = typeOf(value);
  const content = contentOf(value);
  switch (type) {
    case "M":
      return `{ "M": ${writeObject(content as Item, valueToJson, indent)} }`;
    case "L":
      return `{ "L": ${writeList(
        (content as AttributeValue[]).map((one) => (inner) => valueToJson(one, inner)),
        indent,
      )} }`;
    case "B":
      return `{ "B": ${JSON.stringify(toBase64(content as Uint8Array))} }`;
    case "BS":
      return `{ "BS": ${writeTexts((content as Uint8Array[]).map(toBase64))} }`;
    case "SS":
    case "NS":
      return `{ "${type}": ${writeTexts(content as string[])} }`;
    default:
      return `{ "${type}": ${JSON.stringify(content)} }`;
  }
}

function writeTexts(texts: string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}

function writeObject<T>(
  members: Record<string, T>,
  write: (value: T, indent: string) => string,
  indent: string,
): string {
  const inner = `${indent}  `;
  const lines = Object.entries(members).map(
    ([name, value]) => `${inner}${JSON.stringify(name)}: ${write(value, inner)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${indent}}`;
}

function writeList(elements: ((indent: string) => string)[], indent: string): string {
  const inner = `${indent}  `;
  const texts = elements.map((write) => write(inner));
  const lines = texts.length > PACKED_FROM ? packed(texts) : texts;
  return lines.length === 0 ? "[]" : `[\n${inner}${lines.join(`,\n${inner}`)}\n${indent}]`;
}

/** A text area takes seconds for the 100,000 lines that a list of 400 KB could have. */
const PACKED_FROM = 50;
const LINE_CHARACTERS = 100;

/** Several elements on a line, where they are short. */
function packed(texts: readonly string[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const text of texts) {
    if (line !== "" && line.length + text.length > LINE_CHARACTERS) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? text : `, ${text}`;
  }
  return line === "" ? lines : [...lines, line];
}

export function itemFromJson(text: string): Parsed<Item> {
  return parse(text, (node) => readItem(node, readValue));
}

export function valueFromJson(text: string): Parsed<AttributeValue> {
  return parse(text, (node) => readValue(node, "The value"));
}

function parse<T>(text: string, read: (node: JsonNode) => T): Parsed<T> {
  try {
    return { value: read(parseJson(text)) };
  } catch (error) {
    if (error instanceof JsonTextError) {
      return { problem: error.message };
    }
    throw error;
  }
}

function readItem(node: JsonNode, read: (node: JsonNode, path: string) => AttributeValue): Item {
  if (!(node instanceof Map)) {
    throw new JsonTextError("An item is an object: { attribute name: value, ... }.");
  }
  return readMembers(node, "", read);
}

function readMembers(
  members: Map<string, JsonNode>,
  path: string,
  read: (node: JsonNode, path: string) => AttributeValue,
): Item {
  const prefix = path === "" ? "" : `${path}.`;
  return Object.fromEntries(
    [...members].map(([name, node]) => [name, read(node, `${prefix}${name}`)]),
  );
}

function readValue(node: JsonNode, path: string): AttributeValue {
  const [member, ...more] = node instanceof Map ? [...node] : [];
  if (member === undefined || more.length > 0 || !isValueType(member[0])) {
    throw new JsonTextError(
      `${path} must be an object with exactly one of ${VALUE_TYPES.join(", ")}, such as { "S": "text" }.`,
    );
  }
  const [type, content] = member;
  const refuse = (what: string): never => {
    throw new JsonTextError(`${path}: "${type}" must be ${what}.`);
  };
  const readTexts = (): string[] => {
    if (!Array.isArray(content) || !content.every((one) => typeof one === "string")) {
      return refuse("a list of texts in double quotes");
    }
    return content as string[];
  };
  const readBytes = (base64: string): Uint8Array => fromBase64(base64) ?? refuse("base64");

  switch (type) {
    case "S":
    case "N":
      return typeof content === "string"
        ? ({ [type]: content } as unknown as AttributeValue)
        : refuse("a text in double quotes");
    case "B":
      return { B: readBytes(typeof content === "string" ? content : refuse("base64")) };
    case "BOOL":
      return { BOOL: typeof content === "boolean" ? content : refuse("true or false") };
    case "NULL":
      return { NULL: content === true ? content : refuse("true") };
    case "SS":
      return { SS: readTexts() };
    case "NS":
      return { NS: readTexts() };
    case "BS":
      return { BS: readTexts().map(readBytes) };
    case "L":
      return {
        L: Array.isArray(content)
          ? content.map((one, position) => readValue(one, `${path}[${position}]`))
          : refuse("a list"),
      };
    case "M":
      return {
        M: content instanceof Map ? readMembers(content, path, readValue) : refuse("an object"),
      };
  }
}

/** Undefined if plain JSON cannot hold the item. */
export function itemToPlainJson(item: Item): string | undefined {
  try {
    return writeObject(item, writePlain, "");
  } catch (thrown) {
    if (thrown === NOT_PLAIN) {
      return undefined;
    }
    throw thrown;
  }
}

const NOT_PLAIN = Symbol();
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function writePlain(value: AttributeValue, indent: string): string {
  if (readableTypeOf(value) === undefined) {
    throw NOT_PLAIN;
  }
  const content = contentOf(value);
  switch (typeOf(value)) {
    case "S":
    case "BOOL":
      return JSON.stringify(content);
    case "NULL":
      return "null";
    case "N":
      if (JSON_NUMBER.test(content as string)) {
        return content as string;
      }
      throw NOT_PLAIN;
    case "M":
      return writeObject(content as Item, writePlain, indent);
    case "L":
      return writeList(
        (content as AttributeValue[]).map((one) => (inner) => writePlain(one, inner)),
        indent,
      );
    default:
      throw NOT_PLAIN;
  }
}

export function itemFromPlainJson(text: string): Parsed<Item> {
  return parse(text, (node) => readItem(node, readPlain));
}

function readPlain(node: JsonNode): AttributeValue {
  if (node === null) {
    return { NULL: true };
  }
  if (typeof node === "string") {
    return { S: node };
  }
  if (typeof node === "boolean") {
    return { BOOL: node };
  }
  if (node instanceof JsonNumber) {
    return { N: node.text };
  }
  return Array.isArray(node) ? { L: node.map(readPlain) } : { M: readMembers(node, "", readPlain) };
}
