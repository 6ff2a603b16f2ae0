/** Random attribute values, with the texts, numbers and names that are easily got wrong. */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Item, VALUE_TYPES } from "../values/attribute-value";
import type { Random } from "./random";

const TEXTS = [
  "",
  "Nina Simone",
  "two\nlines",
  "\r\n",
  'quotes " and \\ backslash',
  "\u0000\u001f\u2028",
  "日本語 🎵",
  "S",
  "null",
  " blank ",
];
const NAMES = [
  ...TEXTS.slice(1),
  "__proto__",
  "constructor",
  "a.b",
  "a[0]",
  "#n",
  "size",
  "1",
  "0",
];
const NUMBERS = [
  "0",
  "-1",
  "12345678901234567890123456789012345678",
  "0.0000000000000000000000000000000000001",
  "1E+125",
  "9.9999999999999999999999999999999999999E+125",
  "-3.14",
  "1e-130",
];

export function randomItem(random: Random): Item {
  return randomMap(random, 4);
}

function randomMap(random: Random, depth: number): Item {
  return Object.fromEntries(
    random.many(5, () => [random.pick(NAMES), randomValue(random, depth - 1)]),
  );
}

export function randomValue(random: Random, depth = 4): AttributeValue {
  const type = random.pick(depth > 0 ? VALUE_TYPES : (["S", "N", "B", "NULL"] as const));
  switch (type) {
    case "S":
      return { S: random.pick(TEXTS) };
    case "N":
      return { N: random.pick(NUMBERS) };
    case "B":
      return { B: randomBytes(random) };
    case "BOOL":
      return { BOOL: random.next() < 0.5 };
    case "NULL":
      return { NULL: true };
    case "M":
      return { M: randomMap(random, depth) };
    case "L":
      return { L: random.many(4, () => randomValue(random, depth - 1)) };
    case "SS":
      return { SS: distinct(random, () => random.pick(TEXTS)) };
    case "NS":
      return { NS: distinct(random, () => random.pick(NUMBERS)) };
    case "BS":
      return { BS: [...new Map(randomByteStrings(random)).values()] };
  }
}

function randomBytes(random: Random): Uint8Array {
  return Uint8Array.from(random.many(10, () => random.below(256)));
}

function randomByteStrings(random: Random): [string, Uint8Array][] {
  return [randomBytes(random), ...random.many(3, () => randomBytes(random))].map((bytes) => [
    bytes.join(),
    bytes,
  ]);
}

function distinct(random: Random, make: () => string): string[] {
  return [...new Set([make(), ...random.many(3, make)])];
}
