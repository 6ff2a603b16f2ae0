import { describe, expect, it } from "vitest";
import { forRandom } from "../testing/random";
import { randomItem, randomValue } from "../testing/random-items";
import { fromBase64, preview, sameValue, toBase64 } from "./attribute-value";
import {
  itemFromJson,
  itemFromPlainJson,
  itemToJson,
  itemToPlainJson,
  valueFromJson,
  valueToJson,
} from "./item-json";
import {
  changeForm,
  formOf,
  formOfItem,
  itemOf,
  numberProblem,
  problemsOf,
  valueOfForm,
} from "./value-form";

describe("an item", () => {
  it("is the same after the form", () => {
    forRandom(500, (random) => {
      const item = randomItem(random);
      const form = formOfItem(item);
      expect([...problemsOf(form).values()]).toEqual([]);
      expect(itemOf(form)).toEqual(item);
      expect(Object.keys(itemOf(form))).toEqual(Object.keys(item));
    });
  });

  it("is the same after DynamoDB JSON, and after the form between", () => {
    forRandom(500, (random) => {
      const item = randomItem(random);
      const text = itemToJson(item);
      expect(itemFromJson(text)).toEqual({ value: item });
      expect(itemToJson(itemOf(formOfItem(item)))).toBe(text);
      // The public API's own notation: what JSON.parse reads is what a script would be given.
      expect(Object.keys(JSON.parse(text) as object).length).toBe(Object.keys(item).length);
    });
  });

  it("is the same after plain JSON, where there is one", () => {
    let plain = 0;
    forRandom(500, (random) => {
      const item = randomItem(random);
      const text = itemToPlainJson(item);
      if (text !== undefined) {
        plain += 1;
        expect(itemFromPlainJson(text)).toEqual({ value: item });
      }
    });
    expect(plain).toBeGreaterThan(20);
  });

  it("has no plain JSON with a set, a binary value or a number that JSON cannot write", () => {
    expect(itemToPlainJson({ a: { L: [{ SS: ["x"] }] } })).toBeUndefined();
    expect(itemToPlainJson({ a: { B: new Uint8Array([1]) } })).toBeUndefined();
    expect(itemToPlainJson({ a: { N: "+.5" } })).toBeUndefined();
    expect(itemToPlainJson({ a: { N: "1E+125" } })).toBe('{\n  "a": 1E+125\n}');
  });
});

describe("a value", () => {
  it("is the same after form and text", () => {
    forRandom(500, (random) => {
      const value = randomValue(random);
      expect(valueOfForm(formOf(value))).toEqual(value);
      expect(valueFromJson(valueToJson(value))).toEqual({ value });
      expect(sameValue(value, valueOfForm(formOf(value)))).toBe(true);
    });
  });

  it("is written pretty, each scalar on its line", () => {
    expect(
      itemToJson({
        Artist: { S: "Nina" },
        Tags: { L: [{ N: "1" }, { M: {} }] },
        Sizes: { NS: ["1", "2"] },
      }),
    ).toBe(`{
  "Artist": { "S": "Nina" },
  "Tags": { "L": [
    { "N": "1" },
    { "M": {} }
  ] },
  "Sizes": { "NS": ["1", "2"] }
}`);
  });

  it("has a long list packed into lines, and is the same after", () => {
    const value = { L: Array.from({ length: 90_000 }, (_, at) => ({ N: String(at % 10) })) };
    const text = valueToJson(value);
    const lines = text.split("\n");
    expect(lines.length).toBeLessThan(15_000);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(120);
    expect(valueFromJson(text)).toEqual({ value });
  });

  it("is the same as another whatever the order of a set or a map", () => {
    expect(sameValue({ SS: ["a", "b"] }, { SS: ["b", "a"] })).toBe(true);
    expect(
      sameValue({ M: { a: { N: "1" }, b: { S: "" } } }, { M: { b: { S: "" }, a: { N: "1" } } }),
    ).toBe(true);
    expect(sameValue({ L: [{ N: "1" }, { N: "2" }] }, { L: [{ N: "2" }, { N: "1" }] })).toBe(false);
    expect(sameValue({ S: "1" }, { N: "1" })).toBe(false);
    expect(sameValue(undefined, { NULL: true })).toBe(false);
  });

  it("is cut short in a cell without being looked at as a whole", () => {
    expect(preview({ S: "x".repeat(400_000) }, 10)).toBe(`${"x".repeat(10)}…`);
    expect(preview({ M: { a: { L: [{ S: "b" }, { NULL: true }] }, c: { BOOL: false } } })).toBe(
      '{a: ["b", null], c: false}',
    );
    const endless = new Proxy([{ N: "7" }], {
      get: (target, name) => (name === Symbol.iterator ? forever : Reflect.get(target, name)),
    });
    function* forever() {
      for (;;) {
        yield { N: "7" };
      }
    }
    expect(preview({ L: endless }, 6)).toBe("[7, 7,…");
  });
});

describe("a text that is no item", () => {
  const problem = (text: string) => itemFromJson(text).problem;

  it("is refused with the place where it goes wrong", () => {
    expect(problem('{\n  "a": { "S": x }\n}')).toBe("Line 2, column 15: Expected a value.");
    expect(problem('{"a": {"S": "b"}')).toBe("Line 1, column 17: Expected a comma or }.");
    expect(problem('{"a": {"S": "b"}} x')).toContain("column 19");
    expect(problem("")).toBe("Line 1, column 1: The text ends too early.");
    expect(problem('{"a": {"S": "\\x"}}')).toContain("an escape");
    expect(problem('{"a": {"S": "b\n"}}')).toContain("line break");
    expect(problem("[".repeat(10_000))).toContain("nested");
  });

  it("is refused when a name comes twice, which JSON.parse would swallow", () => {
    expect(problem('{"a": {"S": "1"},\n "a": {"S": "2"}}')).toBe(
      'Line 2, column 2: The name "a" comes twice in one object.',
    );
  });

  it("is refused with the path of the value that is none", () => {
    expect(problem('{"a": {"L": [{"S": "x"}, {"M": {"b": 1}}]}}')).toContain("a[1].b must be");
    expect(problem('{"a": {"N": 1}}')).toBe('a: "N" must be a text in double quotes.');
    expect(problem('{"a": {"BOOL": "true"}}')).toBe('a: "BOOL" must be true or false.');
    expect(problem('{"a": {"NULL": false}}')).toBe('a: "NULL" must be true.');
    expect(problem('{"a": {"B": "?"}}')).toBe('a: "B" must be base64.');
    expect(problem('{"a": {"S": "x", "N": "1"}}')).toContain("exactly one of");
    expect(problem("[]")).toContain("An item is an object");
  });
});

describe("the form of a value", () => {
  it("says next to each field what is wrong with it", () => {
    const form = formOfItem({
      a: { N: "x" },
      b: { NS: ["1", "1"] },
      c: { SS: [] },
      d: { L: [{ N: "1" }] },
    });
    const named = changeForm(form, { kind: "name", id: form.members[3]?.id ?? 0, name: "a" });
    const problems = problemsOf(named);
    expect([...problems.values()].sort()).toEqual([
      "A set has at least one value.",
      "Enter a number, such as 12.5 or 1E10.",
      "This name comes twice.",
      "This value comes twice.",
    ]);
    expect(problems.get(form.members[3]?.id ?? 0)).toBe("This name comes twice.");
  });

  it("changes one part and shares all others", () => {
    const form = formOfItem({ a: { S: "x" }, b: { L: [{ S: "y" }] } });
    const [a, b] = form.members;
    const inner = b?.value.members[0]?.value.id ?? 0;
    const next = changeForm(form, { kind: "text", id: inner, text: "z" });
    expect(itemOf(next)).toEqual({ a: { S: "x" }, b: { L: [{ S: "z" }] } });
    expect(next.members[0]).toBe(a);
    const added = changeForm(next, { kind: "add", id: b?.value.id ?? 0, type: "N" });
    const removed = changeForm(added, { kind: "remove", id: a?.id ?? 0 });
    expect(itemOf(removed)).toEqual({ b: { L: [{ S: "z" }, { N: "" }] } });
  });

  it("keeps what it can when the type changes", () => {
    const form = formOf({ L: [{ S: "1" }, { N: "2" }, { M: {} }] });
    const set = changeForm(form, { kind: "type", id: form.id, type: "NS" });
    expect(valueOfForm(set)).toEqual({ NS: ["1", "2"] });
    const text = formOf({ N: "007" });
    expect(valueOfForm(changeForm(text, { kind: "type", id: text.id, type: "S" }))).toEqual({
      S: "007",
    });
  });

  it("takes numbers of 38 digits and none of 39", () => {
    expect(numberProblem("1".repeat(38))).toBeUndefined();
    expect(numberProblem("1".repeat(39))).toContain("38 significant digits");
    expect(numberProblem(`0.000${"1".repeat(38)}000`)).toBeUndefined();
    for (const text of ["", "-", ".", "1e", "0x10", "1,5", "NaN", "1 2"]) {
      expect(numberProblem(text)).toBeDefined();
    }
  });
});

describe("base64", () => {
  it("is read strictly but for blanks, and is exact", () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, at) => at % 251);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    expect(fromBase64("AQ\n ID")).toEqual(new Uint8Array([1, 2, 3]));
    for (const text of ["A", "AQ=", "=AQI", "A*==", "AQID="]) {
      expect(fromBase64(text)).toBeUndefined();
    }
  });
});
