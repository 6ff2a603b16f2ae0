/** One attribute of a key: its name and its type. */

import type { ScalarAttributeType } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import { type KeyAttribute, TYPE_NAMES } from "../forms/index-definition";

const TYPES = (Object.keys(TYPE_NAMES) as ScalarAttributeType[]).map((value) => ({
  value,
  label: TYPE_NAMES[value],
}));

const COLUMNS = [{ colspan: { default: 7, xs: 6 } }, { colspan: { default: 5, xs: 3 } }] as const;
const REMOVE_COLUMN = { colspan: { default: 12, xs: 3 } } as const;

export function KeyAttributeField({
  label,
  optional = false,
  description,
  attribute,
  problem,
  isTypeWrong = false,
  onChange,
  onRemove,
}: {
  label: string;
  optional?: boolean;
  description?: ReactNode;
  attribute: KeyAttribute;
  problem?: string | undefined;
  /** Whether the problem may be the type, and not only the name. */
  isTypeWrong?: boolean;
  onChange: (attribute: KeyAttribute) => void;
  /** Present if the attribute can be taken away. */
  onRemove?: (() => void) | undefined;
}) {
  return (
    <FormField
      label={
        optional ? (
          <>
            {label} - <i>optional</i>
          </>
        ) : (
          label
        )
      }
      description={description}
      errorText={problem}
      stretch
    >
      <Grid gridDefinition={onRemove === undefined ? COLUMNS : [...COLUMNS, REMOVE_COLUMN]}>
        <Input
          ariaLabel={`${label}: attribute name`}
          placeholder="Attribute name"
          value={attribute.name}
          onChange={({ detail }) => onChange({ ...attribute, name: detail.value })}
          spellcheck={false}
          autoComplete={false}
        />
        <Select
          ariaLabel={`${label}: type`}
          options={TYPES}
          invalid={isTypeWrong && problem !== undefined}
          selectedOption={{ value: attribute.type, label: TYPE_NAMES[attribute.type] }}
          onChange={({ detail }) =>
            onChange({ ...attribute, type: detail.selectedOption.value as ScalarAttributeType })
          }
        />
        {onRemove !== undefined && (
          <Button formAction="none" onClick={onRemove} ariaLabel={`Remove ${label}`}>
            Remove
          </Button>
        )}
      </Grid>
    </FormField>
  );
}
