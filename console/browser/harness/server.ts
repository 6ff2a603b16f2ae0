/**
 * A server process with directories of its own: start, kill -9, start again at the same address.
 *
 * ANYWHEN_BINARY names the server to run; without it, it is what `cargo build` made.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const READY = /^anywhen listening on (http:\/\/\S+)$/;
const LOG_LINES = 40;

export class Server {
  readonly #root = mkdtempSync(join(tmpdir(), "anywhen-console-"));
  readonly #log = join(this.#root, "server.log");
  #listen = "127.0.0.1:0";
  #process: ChildProcess | undefined;

  /** Such as `http://127.0.0.1:8000`; the same after every start. */
  get origin(): string {
    return `http://${this.#listen}`;
  }

  /** Returns when the server has said that it listens. */
  async start(environment: Record<string, string> = {}): Promise<this> {
    const log = openSync(this.#log, "a");
    const child = spawn(binary(), this.#arguments(), {
      stdio: ["ignore", "pipe", log],
      env: { ...process.env, ...environment },
    });
    closeSync(log);
    this.#process = child;
    const ended = once(child, "exit").then(([status]) => {
      throw new Error(`The server ended with ${status} instead of listening\n${this.logTail()}`);
    });
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdout as Readable }), "line"),
      ended,
    ]);
    ended.catch(() => {});
    const origin = READY.exec(String(line))?.[1];
    if (origin === undefined) {
      throw new Error(`The server says ${line} instead of where it listens\n${this.logTail()}`);
    }
    this.#listen = new URL(origin).host;
    return this;
  }

  /** What a crash leaves: SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child !== undefined && child.exitCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
  }

  async restart(environment: Record<string, string> = {}): Promise<void> {
    await this.kill();
    await this.start(environment);
  }

  /** Ends it for good. It may not have panicked. */
  async remove(): Promise<void> {
    await this.kill();
    const panicked = readFileSync(this.#log, "utf8").includes("panicked at");
    const tail = this.logTail();
    rmSync(this.#root, { recursive: true, force: true });
    if (panicked) {
      throw new Error(`The server panicked\n${tail}`);
    }
  }

  logTail(): string {
    return readFileSync(this.#log, "utf8").split("\n").slice(-LOG_LINES).join("\n");
  }

  #arguments(): string[] {
    const below = (name: string) => join(this.#root, name);
    return [
      "serve",
      ...["--listen", this.#listen],
      ...["--data-dir", below("data"), "--archive", below("archive")],
      ...["--master-key-file", below("master.key")],
      ...["--account-id", "123456789012", "--default-region", "us-east-1"],
    ];
  }
}

function binary(): string {
  const path = resolve(process.env["ANYWHEN_BINARY"] ?? join(REPOSITORY, "target/debug/anywhen"));
  if (!existsSync(path)) {
    throw new Error(`${path} is not there: build it with \`cargo build --package anywhen\``);
  }
  return path;
}
