/** The fields of billing mode and capacity, for creating, changing and restoring a table. */

import type { BillingMode } from "@aws-sdk/client-dynamodb";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import type { CapacityForm, CapacityProblems, ThroughputForm } from "../forms/throughput";

export function ThroughputFields({
  form,
  onChange,
  problems = {},
  warm = true,
}: {
  form: ThroughputForm;
  onChange: (change: Partial<ThroughputForm>) => void;
  problems?: CapacityProblems;
  /** Whether warm throughput can be asked for here. */
  warm?: boolean;
}) {
  return (
    <SpaceBetween size="m">
      <FormField label="Capacity mode" stretch>
        <Tiles
          value={form.billingMode}
          onChange={({ detail }) => onChange({ billingMode: detail.value as BillingMode })}
          items={[
            {
              value: "PAY_PER_REQUEST",
              label: "On-demand",
              description: "Takes whatever load comes, within bounds you may set.",
            },
            {
              value: "PROVISIONED",
              label: "Provisioned",
              description: "Reserves the reads and writes per second that you name.",
            },
          ]}
        />
      </FormField>
      <CapacityFields
        billingMode={form.billingMode}
        form={form}
        onChange={onChange}
        problems={problems}
        warm={warm}
      />
    </SpaceBetween>
  );
}

/** The capacity of a table or of one index, in a given billing mode. */
export function CapacityFields({
  billingMode,
  form,
  onChange,
  problems = {},
  warm = true,
}: {
  billingMode: BillingMode;
  form: CapacityForm;
  onChange: (change: Partial<CapacityForm>) => void;
  problems?: CapacityProblems;
  warm?: boolean;
}) {
  const field = (name: keyof CapacityForm, label: string, unit: string) => (
    <UnitsField
      label={label}
      unit={unit}
      value={form[name]}
      problem={problems[name]}
      optional={name !== "readUnits" && name !== "writeUnits"}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  const [isWarmOpen, setWarmOpen] = useState(false);
  const isWarmWrong = (problems.warmReadUnits ?? problems.warmWriteUnits) !== undefined;
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        {billingMode === "PROVISIONED"
          ? field("readUnits", "Read capacity", "units per second")
          : field("maxReadUnits", "Maximum reads", "request units per second")}
        {billingMode === "PROVISIONED"
          ? field("writeUnits", "Write capacity", "units per second")
          : field("maxWriteUnits", "Maximum writes", "request units per second")}
      </ColumnLayout>
      {warm && (
        <ExpandableSection
          // What has a problem is shown.
          expanded={isWarmOpen || isWarmWrong}
          onChange={({ detail }) => setWarmOpen(detail.expanded)}
          headerText="Warm throughput"
          headerDescription="What the table can take at once, without warming up. It is never lowered."
        >
          <ColumnLayout columns={2}>
            {field("warmReadUnits", "Warm reads", "units per second")}
            {field("warmWriteUnits", "Warm writes", "units per second")}
          </ColumnLayout>
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

function UnitsField({
  label,
  unit,
  value,
  problem,
  optional,
  onChange,
}: {
  label: string;
  unit: string;
  value: string;
  problem: string | undefined;
  optional: boolean;
  onChange: (value: string) => void;
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
      description={unit}
      errorText={problem}
    >
      <Input
        value={value}
        inputMode="numeric"
        onChange={({ detail }) => onChange(detail.value)}
        ariaRequired={!optional}
      />
    </FormField>
  );
}
