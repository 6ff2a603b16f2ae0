/** Statements: their exact API input, examples to begin with, and those of this session. */

import type { AttributeValue, ExecuteStatementCommandInput } from "@aws-sdk/client-dynamodb";
import type { TableRow } from "../api/admin";
import { valueFromJson, valueToJson } from "../values/item-json";

export interface Statement {
  text: string;
  /** For the question marks, in their order. */
  parameters: AttributeValue[];
}

/** How a statement that reads is to be answered. */
export interface Reading {
  /** Items a page. */
  limit: number;
  /** Whether with all writes that were confirmed before. */
  consistent: boolean;
}

export function statementInput(
  { text, parameters }: Statement,
  { limit, consistent }: Reading,
  token: string | undefined,
): ExecuteStatementCommandInput {
  return {
    Statement: text,
    // The API refuses an empty list, and a limit of anything that does not read.
    ...(parameters.length === 0 ? {} : { Parameters: parameters }),
    ...(isRead(text) ? { Limit: limit, ...(consistent ? { ConsistentRead: true } : {}) } : {}),
    ...(token === undefined ? {} : { NextToken: token }),
    ReturnConsumedCapacity: "TOTAL",
  };
}

/** Comments may come before the first word. */
export function isRead(text: string): boolean {
  return /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*select\b/i.test(text);
}

/** The table that a statement selects from, as far as that can be seen without a parser. */
export function tableOf(text: string): string | undefined {
  const [, inQuotes, word] = /\bfrom\s+(?:"((?:[^"]|"")+)"|(\w+))/i.exec(text) ?? [];
  return inQuotes?.replaceAll('""', '"') ?? word;
}

/** A name in double quotes is never a keyword; one in it is doubled. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const SAMPLES = { S: "'text'", N: "1", B: "?" } as const;

export interface Example {
  id: string;
  text: string;
  statement: string;
}

export function examplesFor(table: Pick<TableRow, "name" | "keys">): Example[] {
  const name = quoted(table.name);
  const where = table.keys
    .map((key) => `${quoted(key.attribute_name)} = ${SAMPLES[key.attribute_type]}`)
    .join(" AND ");
  const members = table.keys.map(
    (key) => `'${key.attribute_name.replaceAll("'", "''")}': ${SAMPLES[key.attribute_type]}`,
  );
  return [
    { id: "all", text: "Select all items", statement: `SELECT * FROM ${name}` },
    { id: "one", text: "Select one item", statement: `SELECT * FROM ${name} WHERE ${where}` },
    {
      id: "insert",
      text: "Insert an item",
      statement: `INSERT INTO ${name} VALUE {${[...members, "'note': 'text'"].join(", ")}}`,
    },
    {
      id: "update",
      text: "Update an item",
      statement: `UPDATE ${name} SET "note" = 'text' WHERE ${where}`,
    },
    { id: "delete", text: "Delete an item", statement: `DELETE FROM ${name} WHERE ${where}` },
  ];
}

/** A statement that was run in this session of the browser. */
export interface PastStatement extends Statement {
  at_seconds: number;
  /** What came of it, for people. */
  outcome: string;
}

const STORAGE_KEY = "anywhen.statements";
const KEPT_MAX = 50;

/** Storage may hold fewer: it is read when the first is asked for, and written to survive a reload. */
let past: PastStatement[] | undefined;

export function pastStatements(): PastStatement[] {
  past ??= storedStatements();
  return past;
}

function storedStatements(): PastStatement[] {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]") as StoredStatement[];
    return stored.map(({ text, parameters, at_seconds, outcome }) => ({
      text,
      parameters: parametersFrom(parameters),
      at_seconds,
      outcome,
    }));
  } catch {
    return [];
  }
}

type StoredStatement = Omit<PastStatement, "parameters"> & {
  /** As DynamoDB JSON of a list. */
  parameters: string;
};

function parametersFrom(json: string): AttributeValue[] {
  const { value } = valueFromJson(json) as { value?: AttributeValue };
  return value?.L ?? [];
}

/** The newest first, each statement once. Answers what is kept now. */
export function rememberStatement(statement: PastStatement): PastStatement[] {
  const parametersText = ({ parameters }: Statement) => valueToJson({ L: parameters });
  const others = pastStatements().filter(
    (one) => one.text !== statement.text || parametersText(one) !== parametersText(statement),
  );
  past = [statement, ...others].slice(0, KEPT_MAX);
  const stored = past.map((one): StoredStatement => ({ ...one, parameters: parametersText(one) }));
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(stored));
  } catch {
    // Storage is full or forbidden: what it lacks lasts until the console is left.
  }
  return past;
}
