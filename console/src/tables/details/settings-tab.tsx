/** The settings of a table, each with the button that changes it. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ComponentType, useState } from "react";
import {
  isTimeToLiveOn,
  useResourcePolicy,
  useTags,
  useTimeToLive,
} from "../../api/table-settings";
import { formatCount } from "../../format/units";
import { Copyable } from "../../widgets/copyable";
import { type Fact, Facts } from "../../widgets/facts";
import { FailureAlert } from "../../widgets/failure";
import { OnOff, Status } from "../../widgets/status";
import { BILLING_NAMES, billingModeOf, classText, encryptionText, STREAM_VIEWS } from "../describe";
import { ReplicasSection } from "../replicas";
import { EditCapacity } from "./edit-capacity";
import { EditPolicy } from "./edit-policy";
import {
  EditDeletionProtection,
  EditEncryption,
  EditStream,
  EditTableClass,
  EditTimeToLive,
} from "./edit-settings";
import { EditTags } from "./edit-tags";
import type { TabProps } from "./tabs";
import type { EditorProps } from "./use-save";

export function Tab(props: TabProps) {
  return (
    <SpaceBetween size="l">
      <Capacity {...props} />
      <Protection {...props} />
      <Encryption {...props} />
      <TimeToLive {...props} />
      <Stream {...props} />
      <Tags {...props} />
      <Policy {...props} />
      <ReplicasSection />
    </SpaceBetween>
  );
}

/** A button, and what it opens. */
interface Editor {
  text: string;
  Modal: ComponentType<EditorProps>;
  /** Why it cannot be opened now. */
  disabledReason?: string;
}

/** A panel of facts with a button for each editor. */
function Setting({
  title,
  description,
  facts,
  editors,
  error,
  columns,
  table,
  tableName,
}: TabProps & {
  title: string;
  description?: string;
  facts: Fact[];
  editors: Editor[];
  error?: unknown;
  columns?: number;
}) {
  const [open, setOpen] = useState<string>();
  // By the text: a form that would turn on what somebody else turned on meanwhile is closed.
  const Modal = editors.find(({ text }) => text === open)?.Modal;
  return (
    <Facts
      title={title}
      description={description}
      facts={facts}
      {...(columns === undefined ? {} : { columns })}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {editors.map(({ text, disabledReason }) => (
            <Button
              key={text}
              onClick={() => setOpen(text)}
              ariaLabel={`${text}: ${title}`}
              disabled={disabledReason !== undefined}
              {...(disabledReason === undefined ? {} : { disabledReason })}
            >
              {text}
            </Button>
          ))}
        </SpaceBetween>
      }
    >
      <FailureAlert error={error} />
      {Modal !== undefined && (
        <Modal table={table} tableName={tableName} onDismiss={() => setOpen(undefined)} />
      )}
    </Facts>
  );
}

function Capacity(props: TabProps) {
  const { table } = props;
  const units = table.ProvisionedThroughput;
  const bounds = table.OnDemandThroughput;
  const warm = table.WarmThroughput;
  const onDemand = billingModeOf(table) === "PAY_PER_REQUEST";
  const bound = (value: number | undefined) =>
    value === undefined || value < 0 ? "No maximum" : `${formatCount(value)} units per second`;
  return (
    <Setting
      {...props}
      title="Read and write capacity"
      editors={[{ text: "Edit", Modal: EditCapacity }]}
      facts={[
        { label: "Capacity mode", value: BILLING_NAMES[billingModeOf(table)] },
        onDemand
          ? { label: "Maximum reads", value: bound(bounds?.MaxReadRequestUnits) }
          : {
              label: "Read capacity",
              value: `${formatCount(units?.ReadCapacityUnits ?? 0)} units`,
            },
        onDemand
          ? { label: "Maximum writes", value: bound(bounds?.MaxWriteRequestUnits) }
          : {
              label: "Write capacity",
              value: `${formatCount(units?.WriteCapacityUnits ?? 0)} units`,
            },
        {
          label: "Warm throughput",
          value:
            warm === undefined
              ? "-"
              : `${formatCount(warm.ReadUnitsPerSecond ?? 0)} reads, ${formatCount(
                  warm.WriteUnitsPerSecond ?? 0,
                )} writes per second`,
        },
      ]}
    />
  );
}

function Protection(props: TabProps) {
  const { table } = props;
  return (
    <Setting
      {...props}
      title="Protection and class"
      editors={[
        {
          text:
            table.DeletionProtectionEnabled === true ? "Turn off protection" : "Turn on protection",
          Modal: EditDeletionProtection,
        },
        { text: "Edit class", Modal: EditTableClass },
      ]}
      facts={[
        { label: "Deletion protection", value: <OnOff on={table.DeletionProtectionEnabled} /> },
        { label: "Table class", value: classText(table) },
      ]}
    />
  );
}

function Encryption(props: TabProps) {
  const description = props.table.SSEDescription;
  return (
    <Setting
      {...props}
      title="Encryption at rest"
      columns={3}
      editors={[{ text: "Edit", Modal: EditEncryption }]}
      facts={[
        { label: "Key", value: encryptionText(props.table) },
        ...(description?.Status === undefined
          ? []
          : [{ label: "Status", value: <Status status={description.Status} /> }]),
        ...(description?.KMSMasterKeyArn === undefined
          ? []
          : [
              {
                label: "Key ARN",
                value: <Copyable text={description.KMSMasterKeyArn} what="Key ARN" />,
              },
            ]),
      ]}
    />
  );
}

function TimeToLive(props: TabProps) {
  const { data, error } = useTimeToLive(props.tableName);
  const editor: Editor = {
    text: isTimeToLiveOn(data) ? "Turn off" : "Turn on",
    Modal: EditTimeToLive,
    ...(data?.TimeToLiveStatus === "DISABLING"
      ? { disabledReason: "It is being turned off. It can be turned on again afterwards." }
      : {}),
  };
  return (
    <Setting
      {...props}
      title="Time to live (TTL)"
      description="Deletes items once the time in an attribute has passed."
      editors={data === undefined ? [] : [editor]}
      error={error}
      facts={[
        { label: "Status", value: <Status status={data?.TimeToLiveStatus} /> },
        { label: "Attribute", value: data?.AttributeName ?? "-" },
      ]}
    />
  );
}

function Stream(props: TabProps) {
  const { StreamSpecification: stream, LatestStreamArn: arn } = props.table;
  const on = stream?.StreamEnabled === true;
  return (
    <Setting
      {...props}
      title="DynamoDB stream"
      columns={3}
      description="The changes of items, in their order, kept for 24 hours."
      editors={[{ text: on ? "Turn off" : "Turn on", Modal: EditStream }]}
      facts={[
        { label: "Status", value: <OnOff on={on} /> },
        {
          label: "Records hold",
          value:
            stream?.StreamViewType === undefined ? "-" : STREAM_VIEWS[stream.StreamViewType][0],
        },
        { label: "Latest stream ARN", value: <Copyable text={arn} what="Stream ARN" /> },
      ]}
    />
  );
}

function Tags(props: TabProps) {
  const { data, error } = useTags(props.tableName, props.table.TableArn ?? "");
  const tags = data ?? [];
  return (
    <Setting
      {...props}
      title={`Tags (${formatCount(tags.length)})`}
      editors={data === undefined ? [] : [{ text: "Manage tags", Modal: EditTags }]}
      error={error}
      facts={
        tags.length === 0
          ? [{ label: "Tags", value: data === undefined ? "-" : "None" }]
          : tags.map((tag) => ({ label: tag.Key ?? "", value: tag.Value || "-" }))
      }
    />
  );
}

function Policy(props: TabProps) {
  const { data, error } = useResourcePolicy(props.tableName, props.table.TableArn ?? "");
  return (
    <Setting
      {...props}
      title="Resource policy"
      editors={
        data === undefined ? [] : [{ text: data === null ? "Create" : "Edit", Modal: EditPolicy }]
      }
      error={error}
      facts={
        data === null || data === undefined
          ? [{ label: "Policy", value: data === null ? "None" : "-" }]
          : [
              { label: "Revision", value: <Copyable text={data.revisionId} what="Revision id" /> },
              {
                label: "Document",
                value: (
                  <Box variant="code">
                    <span className="preformatted">{data.policy}</span>
                  </Box>
                ),
              },
            ]
      }
    />
  );
}
