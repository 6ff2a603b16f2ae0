/**
 * RestoreTableToPointInTime to the microsecond.
 *
 * The API takes seconds with six decimals. The SDK takes a Date, which holds milliseconds; so the
 * number is written into the request after the SDK has made it, and before it is signed.
 */

import {
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeCommandInput,
} from "@aws-sdk/client-dynamodb";
import { type Micros, secondsOf } from "../forms/instant";

/** `latest` stands for the last instant that can be restored when the server gets to it. */
export type Moment = Micros | "latest";

export function pointInTimeCommand(
  input: RestoreTableToPointInTimeCommandInput,
  moment: Moment,
): RestoreTableToPointInTimeCommand {
  if (moment === "latest") {
    return new RestoreTableToPointInTimeCommand({ ...input, UseLatestRestorableTime: true });
  }
  const command = new RestoreTableToPointInTimeCommand({
    ...input,
    RestoreDateTime: new Date(moment / 1_000),
  });
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string | Uint8Array };
      const body = JSON.parse(textOf(request.body)) as object;
      request.body = JSON.stringify({ ...body, RestoreDateTime: secondsOf(moment) });
      return next(args);
    },
    // Behind the serializer, which belongs to the same step.
    { step: "serialize", priority: "low", name: "restoreDateTimeToTheMicrosecond" },
  );
  return command;
}

function textOf(body: string | Uint8Array): string {
  return typeof body === "string" ? body : new TextDecoder().decode(body);
}
