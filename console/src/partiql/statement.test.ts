import { afterEach, describe, expect, it } from "vitest";
import {
  examplesFor,
  isRead,
  pastStatements,
  rememberStatement,
  statementInput,
} from "./statement";

afterEach(() => sessionStorage.clear());

describe("the input of a statement", () => {
  const page = { limit: 50, token: undefined };

  it("has parameters only if there are any, and the token of its page", () => {
    expect(statementInput({ text: "SELECT * FROM t", parameters: [] }, page)).toEqual({
      Statement: "SELECT * FROM t",
      Limit: 50,
      ReturnConsumedCapacity: "TOTAL",
    });
    expect(
      statementInput(
        { text: "select * from t where a = ?", parameters: [{ N: "1" }] },
        { limit: 25, token: "next" },
      ),
    ).toEqual({
      Statement: "select * from t where a = ?",
      Parameters: [{ N: "1" }],
      Limit: 25,
      NextToken: "next",
      ReturnConsumedCapacity: "TOTAL",
    });
  });

  it("limits what reads, and nothing that writes", () => {
    expect(isRead(" -- a comment\n /* one\n more */ SELECT 1")).toBe(true);
    for (const text of ["INSERT INTO t", "-- SELECT", "/* SELECT */ DELETE", "SELECTED"]) {
      expect(isRead(text)).toBe(false);
    }
    expect(statementInput({ text: "DELETE FROM t", parameters: [] }, page)).toEqual({
      Statement: "DELETE FROM t",
      ReturnConsumedCapacity: "TOTAL",
    });
  });
});

describe("the examples", () => {
  it("name table and keys so that neither is ever a keyword", () => {
    const examples = examplesFor({
      name: "Music.2026",
      keys: [
        { attribute_name: "Or'der", attribute_type: "S", key_type: "HASH" },
        { attribute_name: 'a"b', attribute_type: "N", key_type: "RANGE" },
      ],
    });
    expect(examples.map(({ statement }) => statement)).toEqual([
      'SELECT * FROM "Music.2026"',
      `SELECT * FROM "Music.2026" WHERE "Or'der" = 'text' AND "a""b" = 1`,
      `INSERT INTO "Music.2026" VALUE {'Or''der': 'text', 'a"b': 1, 'note': 'text'}`,
      `UPDATE "Music.2026" SET "note" = 'text' WHERE "Or'der" = 'text' AND "a""b" = 1`,
      `DELETE FROM "Music.2026" WHERE "Or'der" = 'text' AND "a""b" = 1`,
    ]);
  });
});

describe("the statements of a session", () => {
  const past = (text: string, at_seconds: number, digits = "1") => ({
    text,
    parameters: [{ N: digits }, { B: new Uint8Array([1]) }],
    at_seconds,
    outcome: "1 item",
  });

  it("are kept with their parameters, the newest first, each once", () => {
    rememberStatement(past("a", 1));
    rememberStatement(past("b", 2, "12345678901234567890123456789012345678"));
    const kept = rememberStatement(past("a", 3));
    expect(kept.map(({ text, at_seconds }) => [text, at_seconds])).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
    expect(pastStatements()).toEqual(kept);
    rememberStatement(past("a", 4, "2"));
    expect(pastStatements()).toHaveLength(3);
  });

  it("are at most fifty, and none if what is stored is none", () => {
    for (let at = 0; at < 60; at += 1) {
      rememberStatement(past(String(at), at));
    }
    expect(pastStatements()).toHaveLength(50);
    expect(pastStatements()[0]?.text).toBe("59");
    sessionStorage.setItem("anywhen.statements", "{");
    expect(pastStatements()).toEqual([]);
  });
});
