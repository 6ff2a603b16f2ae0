/**
 * A reader of JSON that loses nothing: numbers stay the text they are, a name that comes twice is
 * an error, and an error says line and column. `JSON.parse` does none of the three.
 */

/** A number as it was written. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object is a Map, which has the names in their order and none of its own. */
export type JsonNode = string | boolean | null | JsonNumber | JsonNode[] | Map<string, JsonNode>;

/** What is wrong with a text, with the place where. */
export class JsonTextError extends Error {}

/** Attribute values nest 32 levels, in DynamoDB JSON two objects for each. */
const DEPTH_MAX = 200;

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them unescaped.
const STRING_END = /(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const WORDS = { true: true, false: false, null: null } as const;

export function parseJson(text: string): JsonNode {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    const node = this.#node(0);
    this.#skipBlank();
    if (this.#at < this.#text.length) {
      this.#fail("Nothing may follow the value that ended here");
    }
    return node;
  }

  #node(depth: number): JsonNode {
    if (depth > DEPTH_MAX) {
      this.#fail(`Values may be nested ${DEPTH_MAX} deep`);
    }
    this.#skipBlank();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#numberOrWord();
    }
  }

  #object(depth: number): Map<string, JsonNode> {
    const members = new Map<string, JsonNode>();
    this.#list("}", () => {
      this.#skipBlank();
      if (this.#text[this.#at] !== '"') {
        this.#fail("Expected a name in double quotes");
      }
      const start = this.#at;
      const name = this.#string();
      if (members.has(name)) {
        this.#fail(`The name ${JSON.stringify(name)} comes twice in one object`, start);
      }
      this.#skipBlank();
      if (this.#text[this.#at] !== ":") {
        this.#fail("Expected a colon after the name");
      }
      this.#at += 1;
      members.set(name, this.#node(depth + 1));
    });
    return members;
  }

  #array(depth: number): JsonNode[] {
    const elements: JsonNode[] = [];
    this.#list("]", () => elements.push(this.#node(depth + 1)));
    return elements;
  }

  /** From the opening to the closing bracket, with commas between. */
  #list(close: string, element: () => void): void {
    this.#at += 1;
    this.#skipBlank();
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      element();
      this.#skipBlank();
      const next = this.#text[this.#at];
      if (next !== "," && next !== close) {
        this.#fail(`Expected a comma or ${close}`);
      }
      this.#at += 1;
      if (next === close) {
        return;
      }
    }
  }

  #string(): string {
    const start = this.#at;
    STRING_END.lastIndex = start + 1;
    const match = STRING_END.exec(this.#text);
    if (match === null) {
      this.#fail("This text does not end, or has a line break that is not written as \\n", start);
    }
    this.#at = STRING_END.lastIndex;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      return this.#fail("This text has an escape that JSON does not know", start);
    }
  }

  #numberOrWord(): JsonNode {
    for (const [word, value] of Object.entries(WORDS)) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) {
      this.#fail(this.#at < this.#text.length ? "Expected a value" : "The text ends too early");
    }
    this.#at = NUMBER.lastIndex;
    return new JsonNumber(match[0]);
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.#text);
    this.#at = BLANK.lastIndex;
  }

  #fail(what: string, at = this.#at): never {
    const before = this.#text.slice(0, at).split("\n");
    const column = (before[before.length - 1] ?? "").length + 1;
    throw new JsonTextError(`Line ${before.length}, column ${column}: ${what}.`);
  }
}
