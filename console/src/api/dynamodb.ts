/**
 * The public API: the AWS SDK's own client against the server that served this page.
 *
 * One client per Region, because the Region is the scope of the signature. Only lazily loaded
 * pages import this module, so the SDK is no part of the first paint.
 */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { useRegion } from "../app/region";
import { answerOf } from "./errors";
import { keepLostAttribute, textToRead } from "./lost-attribute";

/** What the SDK takes in a browser anyway; said here, it is the same in a test under Node. */
class RequestHandler extends FetchHttpHandler {
  override async handle(...[request, options]: Parameters<FetchHttpHandler["handle"]>) {
    const { response } = await answerOf(super.handle(request, options), options?.abortSignal);
    const body = await answerOf(new Response(response.body).text(), options?.abortSignal);
    const text = textToRead(response, body);
    response.body = new Uint8Array(await new Response(text).arrayBuffer());
    return { response };
  }
}

const clients = new Map<string, DynamoDBClient>();

export function dynamodbClient(region: string): DynamoDBClient {
  let client = clients.get(region);
  if (client === undefined) {
    client = new DynamoDBClient({
      region,
      endpoint: window.location.origin,
      // The server accepts any credentials; it takes the Region from the scope they sign.
      credentials: { accessKeyId: "console", secretAccessKey: "console" },
      requestHandler: new RequestHandler(),
      // Nothing is sent again by itself: a write may have been made although its answer was lost.
      // Queries ask again on their own.
      maxAttempts: 1,
    });
    keepLostAttribute(client);
    clients.set(region, client);
  }
  return client;
}

/** The client of the Region that the address of the page names. */
export function useDynamoDB(): DynamoDBClient {
  return dynamodbClient(useRegion());
}
