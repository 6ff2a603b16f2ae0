/** The key of a query: a value for each partition key, a condition on the sort keys. */

import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TYPE_NAMES } from "../forms/index-definition";
import {
  type KeyPart,
  NO_CONDITION,
  type SortCondition,
  sortOperatorsFor,
  type Target,
} from "./explore-form";
import type { SortOperator } from "./expressions";
import { OPERATOR_NAMES } from "./filter-form";

function replaced<T>(list: readonly T[], position: number, value: T, fill: T): T[] {
  return Array.from({ length: Math.max(list.length, position + 1) }, (_, at) =>
    at === position ? value : (list[at] ?? fill),
  );
}

const describe = ({ type }: KeyPart) => (type === "B" ? "Binary, in base64" : TYPE_NAMES[type]);

export function PartitionKeyFields({
  target,
  values,
  problems,
  onChange,
}: {
  target: Target;
  values: readonly string[];
  problems: readonly (string | undefined)[];
  onChange: (values: string[]) => void;
}) {
  return (
    <ColumnLayout columns={target.partitionKeys.length > 1 ? 2 : 1}>
      {target.partitionKeys.map((part, position) => (
        <FormField
          key={part.name}
          label={`Partition key: ${part.name}`}
          description={describe(part)}
          errorText={problems[position]}
        >
          <Input
            value={values[position] ?? ""}
            spellcheck={false}
            autoComplete={false}
            ariaRequired
            onChange={({ detail }) => onChange(replaced(values, position, detail.value, ""))}
          />
        </FormField>
      ))}
    </ColumnLayout>
  );
}

export function SortKeyFields({
  target,
  conditions,
  problems,
  onChange,
}: {
  target: Target;
  conditions: readonly SortCondition[];
  problems: readonly (string | undefined)[];
  onChange: (conditions: SortCondition[]) => void;
}) {
  return (
    <SpaceBetween size="m">
      {target.sortKeys.map((part, position) => (
        <SortKeyField
          key={part.name}
          part={part}
          condition={conditions[position] ?? NO_CONDITION}
          problem={problems[position]}
          onChange={(condition) =>
            onChange(replaced(conditions, position, condition, NO_CONDITION))
          }
        />
      ))}
    </SpaceBetween>
  );
}

function SortKeyField({
  part,
  condition,
  problem,
  onChange,
}: {
  part: KeyPart;
  condition: SortCondition;
  problem: string | undefined;
  onChange: (condition: SortCondition) => void;
}) {
  const label = `Sort key: ${part.name}`;
  const isBetween = condition.operator === "between";
  const width = { default: 12, xs: isBetween ? 4 : 8 };
  return (
    <FormField
      label={
        <>
          {label} - <i>optional</i>
        </>
      }
      description={describe(part)}
      errorText={problem}
      stretch
    >
      <Grid
        gridDefinition={[
          { colspan: { default: 12, xs: 4 } },
          { colspan: width },
          ...(isBetween ? [{ colspan: width }] : []),
        ]}
      >
        <Select
          ariaLabel={`${label}: condition`}
          options={sortOperatorsFor(part.type).map((value) => ({
            value,
            label: OPERATOR_NAMES[value],
          }))}
          selectedOption={{ value: condition.operator, label: OPERATOR_NAMES[condition.operator] }}
          onChange={({ detail }) =>
            onChange({ ...condition, operator: detail.selectedOption.value as SortOperator })
          }
        />
        <Input
          ariaLabel={isBetween ? `${label}: from` : `${label}: value`}
          {...(isBetween ? { placeholder: "From" } : {})}
          value={condition.text}
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => onChange({ ...condition, text: detail.value })}
        />
        {isBetween && (
          <Input
            ariaLabel={`${label}: to`}
            placeholder="To"
            value={condition.upper}
            spellcheck={false}
            autoComplete={false}
            onChange={({ detail }) => onChange({ ...condition, upper: detail.value })}
          />
        )}
      </Grid>
    </FormField>
  );
}
