/**
 * Checks of single fields while a person types. Each answers what is wrong, or undefined.
 *
 * They hold only rules that never change with the server; everything else is the server's to say.
 */

export type Problem = string | undefined;

const NAME = /^[A-Za-z0-9_.-]*$/;

/** Name of a table, an index or a backup: 3 to 255 of `A-Z a-z 0-9 _ . -`. */
export function nameProblem(name: string): Problem {
  if (name === "") {
    return "Enter a name.";
  }
  if (!NAME.test(name)) {
    return "Use only A-Z, a-z, 0-9, underscore, hyphen and dot.";
  }
  return name.length < 3 || name.length > 255
    ? "The name must have 3 to 255 characters."
    : undefined;
}

/** Name of an attribute of a key: 1 to 255 bytes of UTF-8. */
export function attributeNameProblem(name: string): Problem {
  if (name === "") {
    return "Enter the name of an attribute.";
  }
  return new TextEncoder().encode(name).length > 255
    ? "The name must have at most 255 bytes."
    : undefined;
}

/** A whole number from `least` on. An empty field is a problem only if it is required. */
export function wholeNumberProblem(
  text: string,
  least: number,
  { required = true, most }: { required?: boolean; most?: number } = {},
): Problem {
  const trimmed = text.trim();
  if (trimmed === "") {
    return required ? "Enter a number." : undefined;
  }
  const value = Number(trimmed);
  if (!/^\d+$/.test(trimmed) || value < least || (most !== undefined && value > most)) {
    return most === undefined
      ? `Enter a whole number of ${least} or more.`
      : `Enter a whole number from ${least} to ${most}.`;
  }
  return undefined;
}

/** The number in a field, or undefined if it is empty. */
export function numberIn(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

/** A resource policy: JSON, at most 20 KB. Empty is no policy. */
export function policyProblem(text: string): Problem {
  if (text.trim() === "") {
    return undefined;
  }
  if (new TextEncoder().encode(text).length > 20_480) {
    return "A policy has at most 20,480 bytes.";
  }
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
