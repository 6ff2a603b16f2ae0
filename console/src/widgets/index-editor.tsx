/** The fields of one secondary index, global or local. */

import type { BillingMode, ProjectionType } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import { attributeNameProblem } from "../forms/fields";
import {
  emptyKeyAttribute,
  type IndexForm,
  type IndexProblems,
  KEY_ATTRIBUTES_MAX,
  type KeyAttribute,
  projectedNames,
} from "../forms/index-definition";
import { KeyAttributeField } from "./key-attribute-field";
import { CapacityFields } from "./throughput-fields";

export function IndexEditor({
  kind,
  index,
  onChange,
  problems,
  billingMode,
}: {
  kind: "global" | "local";
  index: IndexForm;
  onChange: (index: IndexForm) => void;
  problems?: IndexProblems | undefined;
  /** Of the table; a global index has capacity of its own. */
  billingMode: BillingMode;
}) {
  const change = (part: Partial<IndexForm>) => onChange({ ...index, ...part });
  return (
    <SpaceBetween size="m">
      {kind === "global" && (
        <KeyAttributesFields
          label="Partition key"
          attributes={index.partitionKeys}
          least={1}
          most={KEY_ATTRIBUTES_MAX}
          problems={problems?.partitionKeys}
          onChange={(partitionKeys) => change({ partitionKeys })}
        />
      )}
      <KeyAttributesFields
        label="Sort key"
        attributes={index.sortKeys}
        least={kind === "global" ? 0 : 1}
        most={kind === "global" ? KEY_ATTRIBUTES_MAX : 1}
        problems={problems?.sortKeys}
        onChange={(sortKeys) => change({ sortKeys })}
      />
      <FormField label="Index name" errorText={problems?.name}>
        <Input
          value={index.name}
          onChange={({ detail }) => change({ name: detail.value })}
          spellcheck={false}
          autoComplete={false}
        />
      </FormField>
      <FormField label="Attributes in the index">
        <RadioGroup
          value={index.projection}
          onChange={({ detail }) => change({ projection: detail.value as ProjectionType })}
          items={[
            { value: "ALL", label: "All", description: "Every attribute of the item." },
            {
              value: "KEYS_ONLY",
              label: "Only keys",
              description: "Keys of the index and the table.",
            },
            {
              value: "INCLUDE",
              label: "Include",
              description: "Keys, and the attributes you name.",
            },
          ]}
        />
      </FormField>
      {index.projection === "INCLUDE" && (
        <NamesField
          label="Included attributes"
          names={index.projectedAttributes}
          typed={index.typedAttribute}
          problem={problems?.projectedAttributes}
          onType={(typedAttribute) => change({ typedAttribute })}
          onAdd={() => change({ projectedAttributes: projectedNames(index), typedAttribute: "" })}
          onRemove={(position) =>
            change({ projectedAttributes: index.projectedAttributes.toSpliced(position, 1) })
          }
        />
      )}
      {kind === "global" && (
        <CapacityFields
          billingMode={billingMode}
          form={index.capacity}
          problems={problems?.capacity ?? {}}
          onChange={(capacity) => change({ capacity: { ...index.capacity, ...capacity } })}
        />
      )}
    </SpaceBetween>
  );
}

function KeyAttributesFields({
  label,
  attributes,
  least,
  most,
  problems,
  onChange,
}: {
  label: string;
  attributes: KeyAttribute[];
  least: number;
  most: number;
  problems?: (string | undefined)[] | undefined;
  onChange: (attributes: KeyAttribute[]) => void;
}) {
  return (
    <SpaceBetween size="xs">
      {attributes.map((attribute, position) => (
        <KeyAttributeField
          // The fields have no identity but their position.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={position}
          label={position === 0 ? label : `${label} attribute ${position + 1}`}
          attribute={attribute}
          problem={problems?.[position]}
          isTypeWrong={attributeNameProblem(attribute.name) === undefined}
          onChange={(changed) => onChange(attributes.with(position, changed))}
          onRemove={
            attributes.length > least
              ? () => onChange(attributes.toSpliced(position, 1))
              : undefined
          }
        />
      ))}
      {attributes.length < most && (
        <Button
          iconName="add-plus"
          formAction="none"
          onClick={() => onChange([...attributes, emptyKeyAttribute()])}
        >
          {attributes.length === 0
            ? `Add ${label.toLowerCase()}`
            : `Add ${label.toLowerCase()} attribute`}
        </Button>
      )}
    </SpaceBetween>
  );
}

/** A list of names, entered one by one. */
function NamesField({
  label,
  names,
  typed,
  problem,
  onType,
  onAdd,
  onRemove,
}: {
  label: string;
  names: string[];
  typed: string;
  problem: string | undefined;
  onType: (typed: string) => void;
  /** Of what is typed. */
  onAdd: () => void;
  onRemove: (position: number) => void;
}) {
  return (
    <FormField
      label={label}
      errorText={problem}
      secondaryControl={
        <Button
          formAction="none"
          onClick={onAdd}
          disabled={typed === ""}
          ariaLabel={`Add to ${label.toLowerCase()}`}
        >
          Add
        </Button>
      }
    >
      <Input
        value={typed}
        placeholder="Attribute name"
        onChange={({ detail }) => onType(detail.value)}
        onKeyDown={(event) => {
          if (event.detail.key === "Enter") {
            event.preventDefault();
            onAdd();
          }
        }}
        spellcheck={false}
        autoComplete={false}
      />
      <TokenGroup
        items={names.map((name) => ({ label: name, dismissLabel: `Remove ${name}` }))}
        onDismiss={({ detail }) => onRemove(detail.itemIndex)}
      />
    </FormField>
  );
}
