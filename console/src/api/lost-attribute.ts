/**
 * The attribute `__proto__`, whose value the SDK loses when it reads an answer: it reads it under
 * another name, and gets its own back when that is done.
 */

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

const LOST = "__proto__";
/** Where it is the name of a member: within a text the quotes are escaped. */
const AS_NAME = /([{,]\s*)"__proto__"(?=\s*:)/g;

/** The other name, by the answer in which it stands. */
const otherNames = new WeakMap<object, string>();

/** The text of an answer as the SDK is to read it. */
export function textToRead(response: object, text: string): string {
  if (!text.includes(`"${LOST}"`)) {
    return text;
  }
  let other = `${LOST}?`;
  while (text.includes(other)) {
    other += "?";
  }
  otherNames.set(response, other);
  return text.replace(AS_NAME, `$1"${other}"`);
}

export function keepLostAttribute(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        const result = await next(args);
        nameAgain(result.output, result.response);
        return result;
      } catch (error) {
        // A refusal can hold the item that did not meet its condition.
        nameAgain(error, (error as { $response?: unknown }).$response);
        throw error;
      }
    },
    // Around that of the SDK which reads the answer.
    { step: "deserialize", priority: "high", name: "keepLostAttribute" },
  );
}

function nameAgain(read: unknown, response: unknown): void {
  const other = otherNames.get(response as object);
  if (other !== undefined) {
    rename(read, other);
  }
}

function rename(read: unknown, other: string): void {
  if (typeof read !== "object" || read === null || read instanceof Uint8Array) {
    return;
  }
  for (const one of Object.values(read)) {
    rename(one, other);
  }
  if (Object.hasOwn(read, other)) {
    const value = (read as Record<string, unknown>)[other];
    Reflect.deleteProperty(read, other);
    // Assigned to, it would be the prototype.
    Object.defineProperty(read, LOST, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
}
