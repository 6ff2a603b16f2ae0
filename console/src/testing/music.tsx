/** Explores the items of a table of songs, and does there what a person does. For tests. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Explorer } from "../items/explorer";
import { type MadeUpServer, madeUpServer, type Reply, renderPart } from "./render-app";

export const MUSIC: TableDescription = {
  TableName: "Music",
  TableStatus: "ACTIVE",
  KeySchema: [
    { AttributeName: "Artist", KeyType: "HASH" },
    { AttributeName: "Year", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "Artist", AttributeType: "S" },
    { AttributeName: "Year", AttributeType: "N" },
  ],
};
export const DIGITS = "12345678901234567890123456789012345678";
export const song = (year: number) => ({
  Artist: { S: "Nina" },
  Year: { N: String(year) },
  Plays: { N: DIGITS },
});
export const keyOfSong = (year: number) => ({ Artist: { S: "Nina" }, Year: { N: String(year) } });

export type Operations = Record<string, (input: Record<string, unknown>) => Reply>;

export function openMusic(operations: Operations): MadeUpServer {
  const server = madeUpServer({
    operations: {
      Scan: () => ({ Items: [song(1965)], ScannedCount: 1 }),
      GetItem: () => ({ Item: song(1965) }),
      ...operations,
    },
  });
  renderPart(<Explorer tableName="Music" table={MUSIC} />);
  return server;
}

export const inputsOf = ({ calls }: MadeUpServer, operation: string) =>
  calls.filter((call) => call.operation === operation).map(({ input }) => input);
export const click = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole("button", { name }));
export const openItem = async () =>
  userEvent.click((await screen.findAllByText("Nina"))[0] as HTMLElement);
export const dialog = () => screen.findByRole("dialog");
