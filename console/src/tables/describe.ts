/** What a table description says, in the words of the pages. */

import type {
  AttributeDefinition,
  KeySchemaElement,
  KeyType,
  Projection,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import { encryptionOf, KEY_NAMES } from "../forms/encryption";
import { TYPE_NAMES } from "../forms/index-definition";

/** `Artist (String), Year (Number)`: the attributes of one half of a key, or `-`. */
export function keyText(
  schema: readonly KeySchemaElement[] | undefined,
  definitions: readonly AttributeDefinition[] | undefined,
  half: KeyType,
): string {
  const names = (schema ?? [])
    .filter(({ KeyType }) => KeyType === half)
    .map(({ AttributeName }) => {
      const definition = definitions?.find((one) => one.AttributeName === AttributeName);
      const type = definition?.AttributeType;
      return type === undefined ? AttributeName : `${AttributeName} (${TYPE_NAMES[type]})`;
    });
  return names.length === 0 ? "-" : names.join(", ");
}

export function projectionText(projection: Projection | undefined): string {
  switch (projection?.ProjectionType) {
    case "ALL":
      return "All";
    case "KEYS_ONLY":
      return "Only keys";
    case "INCLUDE":
      return `Include ${(projection.NonKeyAttributes ?? []).join(", ")}`;
    default:
      return "-";
  }
}

export function billingModeOf(table: TableDescription): "PROVISIONED" | "PAY_PER_REQUEST" {
  return table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST"
    ? "PAY_PER_REQUEST"
    : "PROVISIONED";
}

export const BILLING_NAMES = { PROVISIONED: "Provisioned", PAY_PER_REQUEST: "On-demand" } as const;

export const CLASS_NAMES = {
  STANDARD: "DynamoDB Standard",
  STANDARD_INFREQUENT_ACCESS: "DynamoDB Standard-IA",
} as const;

/** A table shows no class until one was chosen. */
export function classText(table: TableDescription): string {
  return CLASS_NAMES[table.TableClassSummary?.TableClass ?? "STANDARD"];
}

export const STREAM_VIEWS = {
  KEYS_ONLY: ["Key attributes only", "The keys of the changed item."],
  NEW_IMAGE: ["New image", "The whole item as it is after the change."],
  OLD_IMAGE: ["Old image", "The whole item as it was before the change."],
  NEW_AND_OLD_IMAGES: ["New and old images", "The whole item before and after the change."],
} as const;

/** In the words of the forms that choose it. */
export function encryptionText(table: TableDescription): string {
  return KEY_NAMES[encryptionOf(table).choice];
}
