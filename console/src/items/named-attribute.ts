/**
 * Which attribute an error of the API is about, so that it can also be shown next to its field.
 *
 * Attributes may be called anything, also by a word that any message has: only texts are known
 * here that say where the name stands in them.
 */

import { failureOf } from "../api/errors";

const NAMING = [
  /^One or more parameter values were invalid: Type mismatch for (?:key|Index Key) (.+) [Ee]xpected: /s,
  /^One or more parameter values were invalid: Missing the key (.+) in the item$/s,
  / key attribute cannot contain an empty (?:string|binary) value\. (?:Key|IndexName: [\w.-]+, IndexKey): (.+)$/s,
  /^Filter Expression can only contain non-primary key attributes: Primary key attribute: (.+)$/s,
];

/** The whole message if it names this attribute. */
export function messageAbout(error: unknown, attribute: string): string | undefined {
  if (error === null || error === undefined) {
    return undefined;
  }
  const { message } = failureOf(error);
  return NAMING.some((text) => text.exec(message)?.[1] === attribute) ? message : undefined;
}
