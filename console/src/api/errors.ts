/**
 * What went wrong, in one shape, whoever said it: the public API, the admin API or the network.
 *
 * A message is never shortened or reworded. `messagesByMember` finds which members of the request
 * it names, so that a form can also show it next to the field.
 */

export interface Failure {
  /** The error's name, such as `ValidationException`. */
  code: string;
  message: string;
  /** HTTP status; absent if no answer came. */
  status?: number;
  requestId?: string;
}

/** The server was not reached, or its answer broke off. Made only where it is asked. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** What `asking` the server gives. What fails there is no answer, unless nobody wants one now. */
export async function answerOf<T>(
  asking: Promise<T>,
  signal: { readonly aborted: boolean } | null | undefined,
): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    // The SDK looks into the cause for whether to try again.
    throw new NoAnswerError(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

interface SdkError {
  name: string;
  message: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  status?: number;
  requestId?: string;
  /** Of a cancelled transaction. */
  CancellationReasons?: { Code?: string; Message?: string }[];
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) {
    return { code: "Error", message: String(error) };
  }
  const { name, message, $metadata, status, requestId } = error as SdkError;
  if (error instanceof NoAnswerError) {
    return {
      code: "No answer",
      message: `The server at ${window.location.host} did not answer (${message}).`,
    };
  }
  const httpStatus = $metadata?.httpStatusCode ?? status;
  const id = $metadata?.requestId ?? requestId;
  return {
    code: name,
    message,
    ...(httpStatus === undefined ? {} : { status: httpStatus }),
    ...(id === undefined ? {} : { requestId: id }),
  };
}

export function isNotFound(error: unknown): boolean {
  return failureOf(error).code === "ResourceNotFoundException";
}

/** Whether asking again could help: not where the request itself was refused. */
export function isWorthRetrying(error: unknown): boolean {
  const { status } = failureOf(error);
  return status === undefined || status >= 500;
}

const CONSTRAINT = /at '([^']+)' failed to satisfy constraint/g;

/**
 * Which of `members` the message names, each with the whole message.
 *
 * Constraint errors name a path in camel case (`provisionedThroughput.readCapacityUnits`); others
 * name members as they are spelled in the API (`ReadCapacityUnits for ...`). `members` are such
 * names, a path with dots if the last name alone would be ambiguous. The longest match wins: an
 * error of `provisionedThroughput.readCapacityUnits` is not one of `provisionedThroughput` too.
 */
export function messagesByMember<Member extends string>(
  error: unknown,
  members: readonly Member[],
): Partial<Record<Member, string>> {
  const found: Partial<Record<Member, string>> = {};
  if (error === null || error === undefined) {
    return found;
  }
  const { code, message } = failureOf(error);
  const paths = [...message.matchAll(CONSTRAINT)].map((match) => (match[1] ?? "").toLowerCase());
  const longestFirst = [...members].sort((a, b) => b.length - a.length);
  if (paths.length > 0) {
    for (const path of paths) {
      const member = longestFirst.find((name) => isSuffix(path, name.toLowerCase()));
      if (member !== undefined) {
        found[member] = message;
      }
    }
    return found;
  }
  if (code === "ResourceInUseException" && members.includes("TableName" as Member)) {
    found["TableName" as Member] = message;
    return found;
  }
  const member = longestFirst.find((name) =>
    new RegExp(`(?<![A-Za-z])${lastName(name)}(?![A-Za-z])`).test(message),
  );
  if (member !== undefined) {
    found[member] = message;
  }
  return found;
}

/** `tags.1.member.key` ends with `key` and with `tags.key`: list positions do not count. */
function isSuffix(path: string, member: string): boolean {
  const names = path.replace(/\.\d+\.member/g, "");
  return names === member || names.endsWith(`.${member}`) || names.startsWith(`${member}.`);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
