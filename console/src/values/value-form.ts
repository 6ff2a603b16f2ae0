/**
 * A value while a person edits it: a tree in which every field holds text, also text that is not
 * (yet) right. Every part has an id that stays while it is changed, moved or renamed.
 *
 * `formOf` and `valueOfForm` are each other's inverse; `problemsOf` says what stands in the way.
 */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  contentOf,
  fromBase64,
  type Item,
  toBase64,
  typeOf,
  type ValueType,
} from "./attribute-value";

export interface ValueForm {
  readonly id: number;
  readonly type: ValueType;
  /** Of S and N as it is, of B in base64, of BOOL `true` or `false`. */
  readonly text: string;
  /** Of M, L and sets. */
  readonly members: readonly MemberForm[];
}

export interface MemberForm {
  readonly id: number;
  /** Empty in lists and sets. */
  readonly name: string;
  readonly value: ValueForm;
}

let lastId = 0;
const nextId = () => {
  lastId += 1;
  return lastId;
};

/** What a set holds; undefined if the type is no set. */
export function elementTypeOf(type: ValueType): ValueType | undefined {
  return type === "SS" ? "S" : type === "NS" ? "N" : type === "BS" ? "B" : undefined;
}

export function hasMembers(type: ValueType): boolean {
  return type === "M" || type === "L" || elementTypeOf(type) !== undefined;
}

export function emptyForm(type: ValueType): ValueForm {
  return {
    id: nextId(),
    type,
    text: type === "BOOL" ? "false" : "",
    members: [],
  };
}

export function newMember(name: string, type: ValueType): MemberForm {
  return { id: nextId(), name, value: emptyForm(type) };
}

function member(name: string, value: ValueForm): MemberForm {
  return { id: nextId(), name, value };
}

export function formOfItem(item: Item): ValueForm {
  return formOf({ M: item });
}

export function formOf(value: AttributeValue): ValueForm {
  const type = typeOf(value);
  const content = contentOf(value);
  const empty = emptyForm(type);
  switch (type) {
    case "S":
    case "N":
      return { ...empty, text: content as string };
    case "B":
      return { ...empty, text: toBase64(content as Uint8Array) };
    case "BOOL":
      return { ...empty, text: String(content) };
    case "NULL":
      return empty;
    case "M":
      return {
        ...empty,
        members: Object.entries(content as Item).map(([name, one]) => member(name, formOf(one))),
      };
    case "L":
      return {
        ...empty,
        members: (content as AttributeValue[]).map((one) => member("", formOf(one))),
      };
    case "SS":
    case "NS":
      return {
        ...empty,
        members: (content as string[]).map((text) =>
          member("", { ...emptyForm(type === "SS" ? "S" : "N"), text }),
        ),
      };
    case "BS":
      return {
        ...empty,
        members: (content as Uint8Array[]).map((bytes) => member("", formOf({ B: bytes }))),
      };
  }
}

/** Of a form without problems. */
export function valueOfForm(form: ValueForm): AttributeValue {
  const texts = () => form.members.map(({ value }) => value.text);
  switch (form.type) {
    case "S":
      return { S: form.text };
    case "N":
      return { N: form.text.trim() };
    case "B":
      return { B: bytesOf(form.text) };
    case "BOOL":
      return { BOOL: form.text === "true" };
    case "NULL":
      return { NULL: true };
    case "SS":
      return { SS: texts() };
    case "NS":
      return { NS: texts().map((text) => text.trim()) };
    case "BS":
      return { BS: texts().map(bytesOf) };
    case "L":
      return { L: form.members.map(({ value }) => valueOfForm(value)) };
    case "M":
      return { M: itemOf(form) };
  }
}

/** Of a form of type M without problems. */
export function itemOf(form: ValueForm): Item {
  return Object.fromEntries(form.members.map(({ name, value }) => [name, valueOfForm(value)]));
}

function bytesOf(base64: string): Uint8Array {
  const bytes = fromBase64(base64);
  if (bytes === undefined) {
    throw new Error("A form with problems has no value");
  }
  return bytes;
}

/** By id: of a member what is wrong with its name, of a value what is wrong with the value. */
export type Problems = ReadonlyMap<number, string>;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SIGNIFICANT_DIGITS_MAX = 38;

/** What a number may look like; its range is the server's to check. */
export function numberProblem(text: string): string | undefined {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) {
    return "Enter a number, such as 12.5 or 1E10.";
  }
  const digits = trimmed
    .replace(/[eE].*$/, "")
    .replace(/[+\-.]/g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "");
  return digits.length > SIGNIFICANT_DIGITS_MAX
    ? `A number has at most ${SIGNIFICANT_DIGITS_MAX} significant digits; this has ${digits.length}.`
    : undefined;
}

/** Without `complete` a field that is still empty is none. */
export function problemsOf(form: ValueForm, { complete = true } = {}): Problems {
  const problems = new Map<number, string>();
  collectProblems(form, problems, complete);
  return problems;
}

function collectProblems(form: ValueForm, problems: Map<number, string>, complete: boolean): void {
  if (form.type === "N" && (complete || form.text !== "")) {
    note(problems, form.id, numberProblem(form.text));
  } else if (form.type === "B" && fromBase64(form.text) === undefined) {
    problems.set(form.id, "Enter base64.");
  }
  const isSet = elementTypeOf(form.type) !== undefined;
  if (complete && isSet && form.members.length === 0) {
    problems.set(form.id, "A set has at least one value.");
  }
  const names = new Set<string>();
  for (const { id, name, value } of form.members) {
    const key = form.type === "M" ? name : value.text;
    if (key === "" && !complete) {
      // Still to be typed.
    } else if (form.type === "M" && name === "") {
      problems.set(id, "Enter a name.");
    } else if ((form.type === "M" || isSet) && names.has(key)) {
      note(
        problems,
        form.type === "M" ? id : value.id,
        isSet ? "This value comes twice." : "This name comes twice.",
      );
    }
    names.add(key);
    collectProblems(value, problems, complete);
  }
}

function note(problems: Map<number, string>, id: number, problem: string | undefined): void {
  if (problem !== undefined) {
    problems.set(id, problem);
  }
}

/** Ids of members and values that are to be shown. */
export type Wanted = ReadonlySet<number>;
export const NOTHING_WANTED: Wanted = new Set();

/** The first part that has a problem, and all that it is in. Empty if there is none. */
export function wayToFirstProblem(form: ValueForm, problems: Problems): Wanted {
  return new Set(wayTo(form, problems) ?? []);
}

function wayTo(form: ValueForm, problems: Problems): number[] | undefined {
  if (problems.has(form.id)) {
    return [form.id];
  }
  for (const { id, value } of form.members) {
    const way = problems.has(id) ? [] : wayTo(value, problems);
    if (way !== undefined) {
      return [form.id, id, ...way];
    }
  }
  return undefined;
}

/** A change of one part of the tree, found by its id; the rest is the same as before. */
export type FormChange =
  | { kind: "text"; id: number; text: string }
  | { kind: "type"; id: number; type: ValueType }
  | { kind: "name"; id: number; name: string }
  | { kind: "add"; id: number; type: ValueType }
  | { kind: "remove"; id: number };

/** `text`, `type` and `add` name a value, `name` and `remove` a member. */
export function changeForm(form: ValueForm, change: FormChange): ValueForm {
  if (form.id === change.id) {
    switch (change.kind) {
      case "text":
        return { ...form, text: change.text };
      case "type":
        return withType(form, change.type);
      case "add":
        return { ...form, members: [...form.members, newMember("", change.type)] };
      default:
        return form;
    }
  }
  let changed = false;
  const members = form.members.flatMap((one) => {
    const next = changeMember(one, change);
    changed ||= next !== one;
    return next === undefined ? [] : [next];
  });
  return changed ? { ...form, members } : form;
}

function changeMember(one: MemberForm, change: FormChange): MemberForm | undefined {
  if (one.id === change.id) {
    if (change.kind === "remove") {
      return undefined;
    }
    return change.kind === "name" ? { ...one, name: change.name } : one;
  }
  const value = changeForm(one.value, change);
  return value === one.value ? one : { ...one, value };
}

/** Keeps of the old value what the new type can hold. */
function withType(form: ValueForm, type: ValueType): ValueForm {
  const empty = { ...emptyForm(type), id: form.id };
  if (!hasMembers(type)) {
    const keeps = ["S", "N", "B"].includes(type) && ["S", "N", "B"].includes(form.type);
    return keeps ? { ...empty, text: form.text } : empty;
  }
  const elementType = elementTypeOf(type);
  const members = form.members
    .filter(({ value }) => elementType === undefined || !hasMembers(value.type))
    .map((one) => ({
      ...one,
      name: type === "M" ? one.name : "",
      value: elementType === undefined ? one.value : { ...one.value, type: elementType },
    }));
  return { ...empty, members };
}
