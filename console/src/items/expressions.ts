/** What expressions are made of: placeholders, comparisons and the values to compare with. */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { fromBase64 } from "../values/attribute-value";
import { numberProblem } from "../values/value-form";

/** Names and values of an expression, each under a name that nothing can clash with. */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  name(attribute: string): string {
    const known = this.#names.get(attribute);
    if (known !== undefined) {
      return known;
    }
    const placeholder = `#n${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  value(value: AttributeValue): string {
    this.#values.push(value);
    return `:v${this.#values.length - 1}`;
  }

  /** The API refuses them when they are empty. */
  members() {
    return {
      ...(this.#names.size === 0
        ? {}
        : {
            ExpressionAttributeNames: Object.fromEntries(
              [...this.#names].map(([attribute, placeholder]) => [placeholder, attribute]),
            ),
          }),
      ...(this.#values.length === 0
        ? {}
        : {
            ExpressionAttributeValues: Object.fromEntries(
              this.#values.map((value, position) => [`:v${position}`, value]),
            ),
          }),
    };
  }
}

/** Types of a value to compare with. */
export const COMPARABLE_TYPES = ["S", "N", "B", "BOOL", "NULL"] as const;
export type ComparableType = (typeof COMPARABLE_TYPES)[number];

/** What a sort key can be compared by. */
export const SORT_OPERATORS = ["=", "<", "<=", ">", ">=", "between", "begins_with"] as const;
export type SortOperator = (typeof SORT_OPERATORS)[number];

export function comparison(
  name: string,
  operator: SortOperator | "<>",
  value: () => string,
  upper: () => string,
): string {
  switch (operator) {
    case "between":
      return `${name} BETWEEN ${value()} AND ${upper()}`;
    case "begins_with":
      return `begins_with(${name}, ${value()})`;
    default:
      return `${name} ${operator} ${value()}`;
  }
}

export function scalar(type: ComparableType, text: string): AttributeValue {
  switch (type) {
    case "S":
      return { S: text };
    case "N":
      return { N: text.trim() };
    case "B":
      return { B: fromBase64(text) ?? new Uint8Array() };
    case "BOOL":
      return { BOOL: text === "true" };
    case "NULL":
      return { NULL: true };
  }
}

/** An empty text or binary value is one; a key is never empty, which the server says. */
export function scalarProblem(type: ComparableType, text: string): string | undefined {
  switch (type) {
    case "N":
      return numberProblem(text);
    case "B":
      return fromBase64(text) === undefined ? "Enter base64." : undefined;
    case "BOOL":
      return text === "" ? "Choose true or false." : undefined;
    default:
      return undefined;
  }
}
