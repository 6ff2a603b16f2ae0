/** The choice of the key that encrypts a table at rest, and the API input it stands for. */

import type { SSESpecification, TableDescription } from "@aws-sdk/client-dynamodb";

/** `kept` is the key of what is restored, whichever it is. */
export type KeyChoice = "kept" | "owned" | "managed" | "customer";

export const KEY_NAMES: Record<KeyChoice, string> = {
  kept: "As the table had it",
  owned: "Owned by Amazon DynamoDB",
  managed: "AWS managed key",
  customer: "Customer managed key",
};

export interface EncryptionForm {
  choice: KeyChoice;
  /** Id, ARN or alias of the customer managed key. */
  keyId: string;
}

export const KEPT_KEY: EncryptionForm = { choice: "kept", keyId: "" };
export const OWNED_KEY: EncryptionForm = { choice: "owned", keyId: "" };

/**
 * Undefined for the key that is used when nothing is asked for; `explicit` asks for it in words,
 * as a change of an existing table or a restore has to.
 */
export function encryptionInput(
  form: EncryptionForm,
  { explicit = false }: { explicit?: boolean } = {},
): SSESpecification | undefined {
  switch (form.choice) {
    case "kept":
      return undefined;
    case "owned":
      return explicit ? { Enabled: false } : undefined;
    case "managed":
      return { Enabled: true, SSEType: "KMS" };
    case "customer":
      return { Enabled: true, SSEType: "KMS", KMSMasterKeyId: form.keyId.trim() };
  }
}

/** What a table has; a description cannot tell the managed key from a customer's but by its alias. */
export function encryptionOf(table: Pick<TableDescription, "SSEDescription">): EncryptionForm {
  const description = table.SSEDescription;
  if (description === undefined || description.Status === "DISABLED") {
    return OWNED_KEY;
  }
  return { choice: "managed", keyId: description.KMSMasterKeyArn ?? "" };
}
