import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { examplesFor, isRead, statementInput, tableOf } from "./statement";

describe("the input of a statement", () => {
  const reading = { limit: 50, consistent: false };

  it("has parameters only if there are any, and the token of its page", () => {
    expect(statementInput({ text: "SELECT * FROM t", parameters: [] }, reading, undefined)).toEqual(
      {
        Statement: "SELECT * FROM t",
        Limit: 50,
        ReturnConsumedCapacity: "TOTAL",
      },
    );
    expect(
      statementInput(
        { text: "select * from t where a = ?", parameters: [{ N: "1" }] },
        { limit: 25, consistent: false },
        "next",
      ),
    ).toEqual({
      Statement: "select * from t where a = ?",
      Parameters: [{ N: "1" }],
      Limit: 25,
      NextToken: "next",
      ReturnConsumedCapacity: "TOTAL",
    });
  });

  it("limits what reads and has it strongly consistent if wanted, and nothing that writes", () => {
    expect(isRead(" -- a comment\n /* one\n more */ SELECT 1")).toBe(true);
    for (const text of ["INSERT INTO t", "-- SELECT", "/* SELECT */ DELETE", "SELECTED"]) {
      expect(isRead(text)).toBe(false);
    }
    const consistent = { limit: 50, consistent: true };
    expect(
      statementInput({ text: "SELECT * FROM t", parameters: [] }, consistent, undefined),
    ).toEqual({
      Statement: "SELECT * FROM t",
      Limit: 50,
      ConsistentRead: true,
      ReturnConsumedCapacity: "TOTAL",
    });
    expect(
      statementInput({ text: "DELETE FROM t", parameters: [] }, consistent, undefined),
    ).toEqual({
      Statement: "DELETE FROM t",
      ReturnConsumedCapacity: "TOTAL",
    });
  });
});

describe("the table of a statement", () => {
  it("is what it selects from, in quotes or not, also of an index", () => {
    expect(tableOf("select a\nfrom Music where b = 1")).toBe("Music");
    expect(tableOf('SELECT * FROM "Music.2026"')).toBe("Music.2026");
    expect(tableOf('SELECT * FROM "Mu""sic"."by-year"')).toBe('Mu"sic');
    expect(tableOf("INSERT INTO Music VALUE {}")).toBeUndefined();
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

  /** As when the console is loaded anew. */
  const load = () => {
    vi.resetModules();
    return import("./statement");
  };

  beforeEach(() => sessionStorage.clear());
  afterEach(() => vi.restoreAllMocks());

  it("are kept with their parameters, the newest first, each once", async () => {
    const { rememberStatement } = await load();
    rememberStatement(past("a", 1));
    rememberStatement(past("b", 2, "12345678901234567890123456789012345678"));
    const kept = rememberStatement(past("a", 3));
    expect(kept.map(({ text, at_seconds }) => [text, at_seconds])).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
    const { pastStatements } = await load();
    expect(pastStatements()).toEqual(kept);
    rememberStatement(past("a", 4, "2"));
    expect((await load()).pastStatements()).toHaveLength(3);
  });

  it("are at most fifty, and none if what is stored is none", async () => {
    const { rememberStatement } = await load();
    for (let at = 0; at < 60; at += 1) {
      rememberStatement(past(String(at), at));
    }
    const { pastStatements } = await load();
    expect(pastStatements()).toHaveLength(50);
    expect(pastStatements()[0]?.text).toBe("59");
    sessionStorage.setItem("anywhen.statements", "{");
    expect((await load()).pastStatements()).toEqual([]);
  });

  it("are all kept while the console is open, also where storage is full", async () => {
    const { pastStatements, rememberStatement } = await load();
    rememberStatement(past("stored", 1));
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    rememberStatement(past("large", 2));
    rememberStatement(past("larger", 3));
    const texts = (list: { text: string }[]) => list.map(({ text }) => text);
    expect(texts(pastStatements())).toEqual(["larger", "large", "stored"]);
    expect(texts((await load()).pastStatements())).toEqual(["stored"]);
  });
});
