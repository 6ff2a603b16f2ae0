import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Notification, Notify } from "../app/notifications";
import { madeUpServer } from "../testing/render-app";
import { finishRestore } from "./finish-restore";

const CREATING = { Table: { TableStatus: "CREATING" } };
const ACTIVE = { Table: { TableStatus: "ACTIVE" } };
const refusal = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name} it is`), { name, $metadata: { httpStatusCode } });

/** Follows a restore while DescribeTable answers so, one after the other; what was said about it. */
async function follow(answers: (object | Error)[]): Promise<(string | undefined)[]> {
  const said: (string | undefined)[] = [];
  const notify: Notify = Object.assign(
    ({ type, header, content }: Notification) => {
      said.push([type, header, content].filter((part) => part !== undefined).join(": "));
    },
    {
      failure: (header: string, error: unknown) => {
        said.push(`failure: ${header}: ${(error as Error).message}`);
      },
      dismiss: () => {},
    },
  );
  const client = {
    send: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) {
        throw answer;
      }
      return answer;
    },
  } as unknown as DynamoDBClient;
  const changed = vi.fn(async () => {});
  const followed = finishRestore(
    client,
    { region: "us-east-1", tableName: "Music" },
    notify,
    changed,
  );
  await vi.runAllTimersAsync();
  await followed;
  expect(changed).toHaveBeenCalledExactlyOnceWith("Music");
  expect(answers).toEqual([]);
  return said;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RUNNING = "in-progress: Restoring table Music";
const SILENT = `${RUNNING}: The server does not answer. The restore goes on when it does.`;

describe("following a restore", () => {
  it("says once that it runs, and that it is done", async () => {
    expect(await follow([CREATING, CREATING, ACTIVE])).toEqual([
      RUNNING,
      "success: Restored table Music",
    ]);
  });

  it("goes on when the server is started again in the middle", async () => {
    const down = new TypeError("Failed to fetch");
    const starting = refusal("InternalServerError", 500);
    expect(await follow([CREATING, down, down, starting, CREATING, ACTIVE])).toEqual([
      RUNNING,
      SILENT,
      RUNNING,
      "success: Restored table Music",
    ]);
  });

  it.each(["failed", "running"])(
    "gives the server's reason when the table vanished, told as %s",
    async (state) => {
      madeUpServer({
        admin: {
          "regions/us-east-1/restores": {
            restores: [
              { table_name: "Other", state: "failed", reason: "Not this." },
              { table_name: "Music", state, reason: "The object 17 is damaged." },
              { table_name: "Music", state: "failed", reason: "An older one." },
            ],
          },
        },
      });
      expect(await follow([CREATING, refusal("ResourceNotFoundException", 400)])).toEqual([
        RUNNING,
        "error: The table Music was not restored: The object 17 is damaged.",
      ]);
    },
  );

  it("says that nobody knows the reason if the server lost it", async () => {
    madeUpServer({ admin: { "regions/us-east-1/restores": { restores: [] } } });
    const said = await follow([refusal("ResourceNotFoundException", 400)]);
    expect(said.at(-1)).toContain("the server does not know why");
  });

  it("stops at a refusal that asking again cannot change", async () => {
    expect(await follow([refusal("AccessDeniedException", 400)])).toEqual([
      RUNNING,
      "failure: The table Music cannot be described: AccessDeniedException it is",
    ]);
  });
});
