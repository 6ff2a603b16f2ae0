/** The filters of a scan or a query. All of them must be true of an item. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { VALUE_TYPE_NAMES } from "../values/attribute-value";
import type { ExploreProblems } from "./explore-form";
import { COMPARABLE_TYPES, type ComparableType } from "./expressions";
import {
  ATTRIBUTE_TYPE_OPTIONS,
  type FilterForm,
  type FilterOperator,
  newFilter,
  OPERATOR_NAMES,
  operatorsFor,
  takesValue,
  withOperator,
  withType,
} from "./filter-form";
import { messageAbout } from "./named-attribute";

const TYPES = COMPARABLE_TYPES.map((value) => ({ value, label: VALUE_TYPE_NAMES[value] }));
const BOOLEANS = [
  { value: "true", label: "true" },
  { value: "false", label: "false" },
];
const MANY = 10;

export function FilterFields({
  filters,
  problems,
  error,
  onChange,
}: {
  filters: readonly FilterForm[];
  problems: ExploreProblems["filters"] | undefined;
  error: unknown;
  onChange: (filters: FilterForm[]) => void;
}) {
  return (
    <SpaceBetween size="m">
      {filters.map((filter, position) => (
        <FilterField
          key={filter.id}
          label={`Filter ${position + 1}`}
          filter={filter}
          nameProblem={problems?.get(filter.id)?.name ?? messageAbout(error, filter.name)}
          valueProblem={problems?.get(filter.id)?.value}
          onChange={(next) => onChange(filters.map((one) => (one.id === filter.id ? next : one)))}
          onRemove={() => onChange(filters.filter(({ id }) => id !== filter.id))}
        />
      ))}
      <Button
        formAction="none"
        iconName="add-plus"
        disabled={filters.length >= MANY}
        onClick={() => onChange([...filters, newFilter()])}
      >
        Add filter
      </Button>
      {filters.length > 1 && (
        <Box variant="small" color="text-body-secondary">
          An item must match all filters.
        </Box>
      )}
    </SpaceBetween>
  );
}

function FilterField({
  label,
  filter,
  nameProblem,
  valueProblem,
  onChange,
  onRemove,
}: {
  label: string;
  filter: FilterForm;
  nameProblem: string | undefined;
  valueProblem: string | undefined;
  onChange: (filter: FilterForm) => void;
  onRemove: () => void;
}) {
  const operators = operatorsFor(filter.type);
  return (
    <Grid
      gridDefinition={[
        { colspan: { default: 12, s: 3 } },
        { colspan: { default: 6, s: 2 } },
        { colspan: { default: 6, s: 3 } },
        { colspan: { default: 12, s: 3 } },
        { colspan: { default: 12, s: 1 } },
      ]}
    >
      <FormField errorText={nameProblem}>
        <Input
          ariaLabel={`${label}: attribute name`}
          placeholder="Attribute name"
          value={filter.name}
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => onChange({ ...filter, name: detail.value })}
        />
      </FormField>
      <Select
        ariaLabel={`${label}: type`}
        options={TYPES}
        disabled={!takesValue(filter.operator)}
        selectedOption={{ value: filter.type, label: VALUE_TYPE_NAMES[filter.type] }}
        onChange={({ detail }) =>
          onChange(withType(filter, detail.selectedOption.value as ComparableType))
        }
      />
      <Select
        ariaLabel={`${label}: condition`}
        options={operators.map((value) => ({ value, label: OPERATOR_NAMES[value] }))}
        selectedOption={{ value: filter.operator, label: OPERATOR_NAMES[filter.operator] }}
        onChange={({ detail }) =>
          onChange(withOperator(filter, detail.selectedOption.value as FilterOperator))
        }
      />
      <FormField errorText={valueProblem} stretch>
        <FilterValue label={label} filter={filter} onChange={onChange} />
      </FormField>
      <Button
        formAction="none"
        variant="icon"
        iconName="remove"
        ariaLabel={`Remove ${label}`}
        onClick={onRemove}
      />
    </Grid>
  );
}

function FilterValue({
  label,
  filter,
  onChange,
}: {
  label: string;
  filter: FilterForm;
  onChange: (filter: FilterForm) => void;
}) {
  const setText = (text: string | undefined) => onChange({ ...filter, text: text ?? "" });
  const select = (what: string, options: readonly { value: string; label: string }[]) => (
    <Select
      ariaLabel={`${label}: ${what}`}
      placeholder={`Choose a ${what}`}
      options={options}
      selectedOption={options.find(({ value }) => value === filter.text) ?? null}
      onChange={({ detail }) => setText(detail.selectedOption.value)}
    />
  );
  if (filter.operator === "type") {
    return select("type to be of", ATTRIBUTE_TYPE_OPTIONS);
  }
  if (!takesValue(filter.operator) || filter.type === "NULL") {
    return <Box color="text-body-secondary">No value</Box>;
  }
  if (filter.type === "BOOL") {
    return select("value", BOOLEANS);
  }
  if (filter.operator === "in") {
    return (
      <Textarea
        ariaLabel={`${label}: values, one a line`}
        placeholder="One value a line"
        rows={3}
        value={filter.text}
        spellcheck={false}
        onChange={({ detail }) => setText(detail.value)}
      />
    );
  }
  const isBetween = filter.operator === "between";
  return (
    <SpaceBetween size="xs">
      <Input
        ariaLabel={`${label}: ${isBetween ? "from" : "value"}`}
        placeholder={isBetween ? "From" : filter.type === "B" ? "Base64" : "Value"}
        value={filter.text}
        spellcheck={false}
        autoComplete={false}
        onChange={({ detail }) => setText(detail.value)}
      />
      {isBetween && (
        <Input
          ariaLabel={`${label}: to`}
          placeholder="To"
          value={filter.upper}
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => onChange({ ...filter, upper: detail.value })}
        />
      )}
    </SpaceBetween>
  );
}
