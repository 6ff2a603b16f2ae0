/** The parts of the form of a restore that both kinds have: of a backup, and to a point in time. */

import type { BillingMode } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useCapability, useServer } from "../api/server";
import { useRegion } from "../app/region";
import {
  type IndexOfSource,
  keptIndexes,
  type RestoreForm,
  type RestoreProblems,
  type RestoreSource,
} from "../forms/restore";
import type { CapacityForm, CapacityProblems } from "../forms/throughput";
import { projectionText } from "../tables/describe";
import { EncryptionFields } from "../widgets/encryption-fields";
import { Section } from "../widgets/section";
import { TableNameField } from "../widgets/table-name-field";
import { CapacityFields, ThroughputFields } from "../widgets/throughput-fields";
import type { RestoreMessages } from "./restore-messages";

export interface RestoreSectionProps {
  source: RestoreSource;
  form: RestoreForm;
  change: (part: Partial<RestoreForm>) => void;
  /** Empty until the person first tried to submit. */
  problems: Partial<RestoreProblems>;
  messages: RestoreMessages;
}

export function NameField({ form, change, problems, messages }: RestoreSectionProps) {
  return (
    <TableNameField
      label="Name of restored table"
      description="A restore makes a new table. It never overwrites one."
      name={form.name}
      problem={problems.name ?? messages.name}
      onChange={(name) => change({ name })}
    />
  );
}

/** Everything that can be chosen about the new table. */
export function RestoreOptions(props: RestoreSectionProps) {
  return (
    <SpaceBetween size="l">
      <IndexesSection {...props} />
      <RegionSection {...props} />
      <CapacitySection {...props} />
      <Section title="Encryption at rest" message={props.messages.encryption}>
        {!props.source.featuresKnown && (
          <Box color="text-body-secondary">
            A system backup does not tell which key the table had.
          </Box>
        )}
        <EncryptionFields
          form={props.form.encryption}
          keyProblem={props.problems.keyId ?? props.messages.keyId}
          keepable={!props.source.featuresKnown}
          onChange={(encryption) => props.change({ encryption })}
        />
      </Section>
      <Section title="Not restored">
        <Box>
          The table class will be DynamoDB Standard. Streams, time to live, tags, the resource
          policy, deletion protection and point-in-time recovery are off in the new table; turn them
          on once it is Active.
        </Box>
      </Section>
    </SpaceBetween>
  );
}

function IndexesSection({ source, form, change, messages }: RestoreSectionProps) {
  const none = source.featuresKnown && source.indexes.length === 0;
  return (
    <Section title="Secondary indexes" message={messages.indexes}>
      {none ? (
        <Box color="text-body-secondary">The source has no secondary indexes.</Box>
      ) : (
        <RadioGroup
          ariaLabel="Secondary indexes"
          value={form.indexes}
          onChange={({ detail }) => change({ indexes: detail.value as RestoreForm["indexes"] })}
          items={[
            {
              value: "all",
              label: "Restore the entire table",
              description: source.featuresKnown
                ? `With all indexes: ${source.indexes.map(({ name }) => name).join(", ")}.`
                : "With all indexes there were. A system backup does not list them.",
            },
            ...(source.featuresKnown
              ? [
                  {
                    value: "some",
                    label: "Restore the table with some indexes",
                    description: "Those you choose.",
                  },
                ]
              : []),
            {
              value: "none",
              label: "Restore the table without secondary indexes",
              description: "Faster. Global indexes can be created later, local ones cannot.",
            },
          ]}
        />
      )}
      {form.indexes === "some" &&
        source.indexes.map((index) => (
          <Checkbox
            key={index.name}
            checked={form.chosen.includes(index.name)}
            onChange={({ detail }) =>
              change({
                chosen: detail.checked
                  ? [...form.chosen, index.name]
                  : form.chosen.filter((name) => name !== index.name),
              })
            }
            description={indexText(index)}
          >
            {index.name}
          </Checkbox>
        ))}
    </Section>
  );
}

function indexText({ kind, keySchema, projection }: IndexOfSource): string {
  const keys = keySchema.map(({ AttributeName }) => AttributeName).join(", ");
  return `${kind === "global" ? "Global" : "Local"}, keys ${keys}. Attributes: ${projectionText(projection)}.`;
}

function RegionSection({ form, change }: RestoreSectionProps) {
  const here = useRegion();
  const elsewhere = useCapability("restore_to_another_region");
  const { data: server } = useServer();
  const others = (server?.regions ?? []).filter((region) => region !== here);
  return (
    <Section title="Destination">
      <RadioGroup
        ariaLabel="Destination Region"
        value={form.region === undefined ? "same" : "other"}
        onChange={({ detail }) =>
          change({ region: detail.value === "same" ? undefined : (others[0] ?? here) })
        }
        items={[
          { value: "same", label: "Same Region", description: here },
          {
            value: "other",
            label: "Another Region",
            description: elsewhere.available
              ? "The table is made there; the source stays here."
              : elsewhere.reason,
            disabled: !elsewhere.available,
          },
        ]}
      />
      {form.region !== undefined && (
        <FormField label="Region">
          <Select
            selectedOption={{ value: form.region }}
            onChange={({ detail }) => change({ region: detail.selectedOption.value })}
            options={others.map((value) => ({ value }))}
          />
        </FormField>
      )}
    </Section>
  );
}

function CapacitySection({ source, form, change, problems, messages }: RestoreSectionProps) {
  const { billingMode } = form.throughput;
  const indexes = keptIndexes(source, form).filter(({ kind }) => kind === "global");
  return (
    <Section
      title="Capacity"
      description="It begins as the source has it."
      message={messages.capacity}
    >
      <ThroughputFields
        form={form.throughput}
        problems={{ ...messages.units, ...problems.capacity }}
        warm={false}
        onChange={(part) => change({ throughput: { ...form.throughput, ...part } })}
      />
      {indexes.map(({ name, capacity }) => {
        const wanted = form.indexCapacity[name] ?? capacity;
        return (
          <IndexCapacity
            key={name}
            name={name}
            billingMode={billingMode}
            form={wanted}
            problems={{ ...messages.indexUnits[name], ...problems.indexCapacity?.[name] }}
            onChange={(part) =>
              change({ indexCapacity: { ...form.indexCapacity, [name]: { ...wanted, ...part } } })
            }
          />
        );
      })}
    </Section>
  );
}

function IndexCapacity({
  name,
  billingMode,
  form,
  problems,
  onChange,
}: {
  name: string;
  billingMode: BillingMode;
  form: CapacityForm;
  problems: CapacityProblems;
  onChange: (part: Partial<CapacityForm>) => void;
}) {
  const [expanded, setExpanded] = useState(false);
  if (!expanded && Object.keys(problems).length > 0) {
    // What has a problem is shown, and stays while it is mended.
    setExpanded(true);
  }
  return (
    <ExpandableSection
      headerText={`Capacity of index ${name}`}
      expanded={expanded}
      onChange={({ detail }) => setExpanded(detail.expanded)}
    >
      <CapacityFields
        billingMode={billingMode}
        form={form}
        problems={problems}
        warm={false}
        onChange={onChange}
      />
    </ExpandableSection>
  );
}
