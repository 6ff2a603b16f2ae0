/** The parts of the form that creates a table, with their problems and what the server said. */

import type { StreamViewType, TableClass } from "@aws-sdk/client-dynamodb";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useServer } from "../api/server";
import { recoveryPeriod } from "../forms/recovery";
import {
  policyMessage,
  refusedIndex,
  streamMessage,
  tableCapacityMessages,
} from "../forms/refusals";
import { indexNames, type TableForm, type TableProblems } from "../forms/table-definition";
import { EncryptionFields } from "../widgets/encryption-fields";
import { KeyAttributeField } from "../widgets/key-attribute-field";
import { Section } from "../widgets/section";
import { TableNameField } from "../widgets/table-name-field";
import { ThroughputFields } from "../widgets/throughput-fields";
import { CLASS_NAMES, STREAM_VIEWS } from "./describe";

/** Members of the request that have a field or a section of their own. */
export const MEMBERS = [
  "TableName",
  "KeySchema",
  "AttributeDefinitions",
  "GlobalSecondaryIndexes",
  "LocalSecondaryIndexes",
  "ProvisionedThroughput",
  "OnDemandThroughput",
  "WarmThroughput",
  "SSESpecification",
  "KMSMasterKeyId",
  "TableClass",
] as const;

type Messages = Partial<Record<(typeof MEMBERS)[number], string>>;

export interface SectionProps {
  form: TableForm;
  change: (part: Partial<TableForm>) => void;
  /** Empty until the person first tried to submit. */
  problems: Partial<TableProblems>;
  messages: Messages;
  /** Why the server refused the table; for the messages about one index or one capacity. */
  error: unknown;
}

export function KeysSection({ form, change, problems, messages }: SectionProps) {
  return (
    <Section
      title="Table"
      description="The keys tell the items apart. They cannot be changed later."
      message={messages.KeySchema ?? messages.AttributeDefinitions}
    >
      <TableNameField
        label="Table name"
        name={form.name}
        problem={problems.name ?? messages.TableName}
        onChange={(name) => change({ name })}
      />
      <KeyAttributeField
        label="Partition key"
        description="Items are spread by its hash and found by its value."
        attribute={form.partitionKey}
        problem={problems.partitionKey}
        onChange={(partitionKey) => change({ partitionKey })}
      />
      <KeyAttributeField
        label="Sort key"
        optional
        description="Orders the items of one partition key, so that ranges can be read."
        attribute={form.sortKey}
        problem={problems.sortKey}
        onChange={(sortKey) => change({ sortKey })}
      />
    </Section>
  );
}

export function CapacitySection({ form, change, problems, messages, error }: SectionProps) {
  const names = indexNames(form);
  const refused = tableCapacityMessages(error, names);
  const isSaidElsewhere =
    Object.keys(refused).length > 0 || refusedIndex(error, names) !== undefined;
  return (
    <Section
      title="Capacity and class"
      message={
        isSaidElsewhere
          ? undefined
          : (messages.ProvisionedThroughput ??
            messages.OnDemandThroughput ??
            messages.WarmThroughput)
      }
    >
      <ThroughputFields
        form={form.throughput}
        problems={{ ...refused, ...problems.capacity }}
        onChange={(part) => change({ throughput: { ...form.throughput, ...part } })}
      />
      <FormField label="Table class" errorText={messages.TableClass}>
        <RadioGroup
          value={form.tableClass}
          onChange={({ detail }) => change({ tableClass: detail.value as TableClass })}
          items={[
            { value: "STANDARD", label: CLASS_NAMES.STANDARD },
            {
              value: "STANDARD_INFREQUENT_ACCESS",
              label: CLASS_NAMES.STANDARD_INFREQUENT_ACCESS,
              description: "For data that is rarely read.",
            },
          ]}
        />
      </FormField>
    </Section>
  );
}

export function RecoverySection({ form, change, problems }: SectionProps) {
  const { data: server } = useServer();
  const { least, most } = recoveryPeriod(server);
  return (
    <Section title="Protection and recovery">
      <Checkbox
        checked={form.pointInTimeRecovery}
        onChange={({ detail }) => change({ pointInTimeRecovery: detail.checked })}
        description="The table can then be restored as it was at any second of the recovery period."
      >
        Turn on point-in-time recovery
      </Checkbox>
      {form.pointInTimeRecovery && (
        <FormField
          label="Recovery period"
          description={`Days, ${least} to ${most}`}
          errorText={problems.recoveryPeriodDays}
        >
          <Input
            value={form.recoveryPeriodDays ?? String(most)}
            inputMode="numeric"
            onChange={({ detail }) => change({ recoveryPeriodDays: detail.value })}
          />
        </FormField>
      )}
      <Checkbox
        checked={form.deletionProtection}
        onChange={({ detail }) => change({ deletionProtection: detail.checked })}
        description="The table cannot be deleted until this is turned off."
      >
        Turn on deletion protection
      </Checkbox>
    </Section>
  );
}

export function SettingsSection({ form, change, problems, messages, error }: SectionProps) {
  return (
    <SpaceBetween size="l">
      <Section title="Encryption at rest" message={messages.SSESpecification}>
        <EncryptionFields
          form={form.encryption}
          keyProblem={problems.keyId ?? messages.KMSMasterKeyId}
          onChange={(encryption) => change({ encryption })}
        />
      </Section>
      <Section title="Stream, time to live and policy">
        <FormField
          label="Stream"
          description="The changes of items, kept for 24 hours."
          errorText={streamMessage(error)}
        >
          <StreamSelect stream={form.stream} onChange={(stream) => change({ stream })} />
        </FormField>
        <FormField
          label={
            <>
              Time to live attribute - <i>optional</i>
            </>
          }
          description="A number: seconds since 1970 from which on the item is expired and will be deleted."
          errorText={problems.timeToLiveAttribute}
        >
          <Input
            value={form.timeToLiveAttribute}
            onChange={({ detail }) => change({ timeToLiveAttribute: detail.value })}
            spellcheck={false}
            autoComplete={false}
          />
        </FormField>
        <FormField
          label={
            <>
              Resource policy - <i>optional</i>
            </>
          }
          description="JSON"
          errorText={problems.resourcePolicy ?? policyMessage(error)}
          stretch
        >
          <Textarea
            value={form.resourcePolicy}
            rows={6}
            onChange={({ detail }) => change({ resourcePolicy: detail.value })}
            spellcheck={false}
          />
        </FormField>
      </Section>
    </SpaceBetween>
  );
}

function StreamSelect({
  stream,
  onChange,
}: {
  stream: StreamViewType | undefined;
  onChange: (stream: StreamViewType | undefined) => void;
}) {
  const off = { value: "", label: "Off" };
  const options = [
    off,
    ...Object.entries(STREAM_VIEWS).map(([value, [label, description]]) => ({
      value,
      label,
      description,
    })),
  ];
  return (
    <Select
      options={options}
      selectedOption={options.find(({ value }) => value === (stream ?? "")) ?? off}
      onChange={({ detail }) =>
        onChange(
          detail.selectedOption.value === ""
            ? undefined
            : (detail.selectedOption.value as StreamViewType),
        )
      }
    />
  );
}
