/**
 * Random input for properties. The seed is fixed unless ANYWHEN_SEED gives another, and a failure
 * says the command that makes the same values again.
 */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 (inclusive) to 1; mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}

const FIRST_SEED = Number(process.env["ANYWHEN_SEED"] ?? 20_261_121);

/** Runs `check` for as many random values; the message of a failure tells how to see it again. */
export function forRandom(runs: number, check: (random: Random) => void): void {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + runs; seed += 1) {
    try {
      check(new Random(seed));
    } catch (error) {
      throw replayable(seed, error);
    }
  }
}

/** The same for a check that waits. */
export async function forRandomAsync(
  runs: number,
  check: (random: Random) => Promise<void>,
): Promise<void> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + runs; seed += 1) {
    try {
      await check(new Random(seed));
    } catch (error) {
      throw replayable(seed, error);
    }
  }
}

function replayable(seed: number, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`ANYWHEN_SEED=${seed} npm test\n${message}`, { cause: error });
}
