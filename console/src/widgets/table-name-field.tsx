/** The name of a table that is to be made. */

import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

export function TableNameField({
  label,
  description,
  name,
  problem,
  onChange,
}: {
  label: string;
  description?: string;
  name: string;
  /** What is wrong with it. */
  problem: string | undefined;
  onChange: (name: string) => void;
}) {
  return (
    <FormField
      label={label}
      description={description}
      constraintText="3 to 255 characters: A-Z, a-z, 0-9, underscore, hyphen and dot."
      errorText={problem}
    >
      <Input
        value={name}
        onChange={({ detail }) => onChange(detail.value)}
        spellcheck={false}
        autoComplete={false}
        autoFocus
        ariaRequired
      />
    </FormField>
  );
}
