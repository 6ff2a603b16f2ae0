/** The choice among the three kinds of encryption keys. What the server lacks says why. */

import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCapability } from "../api/server";
import { type EncryptionForm, KEY_NAMES, type KeyChoice } from "../forms/encryption";

export function EncryptionFields({
  form,
  onChange,
  problem,
  keyProblem,
  keepable = false,
}: {
  form: EncryptionForm;
  onChange: (form: EncryptionForm) => void;
  /** What is wrong with the choice, and with the key that was named. */
  problem?: string | undefined;
  keyProblem?: string | undefined;
  /** Whether the key can be left as the source of a restore has it, because nobody knows which. */
  keepable?: boolean;
}) {
  const customerKeys = useCapability("customer_managed_keys");
  return (
    <SpaceBetween size="m">
      <FormField label="Encryption key" errorText={problem}>
        <RadioGroup
          value={form.choice}
          onChange={({ detail }) => onChange({ ...form, choice: detail.value as KeyChoice })}
          items={[
            ...(keepable
              ? [
                  {
                    value: "kept",
                    label: KEY_NAMES.kept,
                    description: "Whichever key that was.",
                  },
                ]
              : []),
            {
              value: "owned",
              label: KEY_NAMES.owned,
              description: "The server's own key. Nothing to set up.",
            },
            {
              value: "managed",
              label: KEY_NAMES.managed,
              description: "A key of this account that the server keeps, alias/aws/dynamodb.",
            },
            {
              value: "customer",
              label: KEY_NAMES.customer,
              description: customerKeys.available ? "A key that you manage." : customerKeys.reason,
              disabled: !customerKeys.available,
            },
          ]}
        />
      </FormField>
      {form.choice === "customer" && (
        <FormField label="Key id, ARN or alias" errorText={keyProblem}>
          <Input
            value={form.keyId}
            onChange={({ detail }) => onChange({ ...form, keyId: detail.value })}
            spellcheck={false}
            autoComplete={false}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}
