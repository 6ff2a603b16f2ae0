/** The form that restores a table from a backup. */

import { type BackupDescription, RestoreTableFromBackupCommand } from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useSearchParams } from "react-router";
import { paths } from "../app/links";
import { Page } from "../app/page";
import { useRegion } from "../app/region";
import { useTimeFormat } from "../format/time";
import { formatBytes, formatCount } from "../format/units";
import { restoreBackupInput, sourceOfBackup } from "../forms/restore";
import { BILLING_NAMES } from "../tables/describe";
import { Copyable } from "../widgets/copyable";
import { Facts } from "../widgets/facts";
import { FailureAlert } from "../widgets/failure";
import { Section } from "../widgets/section";
import { Status } from "../widgets/status";
import { backupTypeName } from "./list-query";
import { useBackup } from "./queries";
import { RestoreFormFrame } from "./restore-form";
import { NameField } from "./restore-sections";

export function Component() {
  const region = useRegion();
  const [search] = useSearchParams();
  const arn = search.get("arn") ?? "";
  return (
    <Page
      title="Restore table from backup"
      kind="form"
      above={[{ text: "Backups", path: paths.backups(region) }]}
    >
      {arn === "" ? (
        <Alert type="info">Choose the backup to restore in the list of backups.</Alert>
      ) : (
        <RestoreBackup key={arn} arn={arn} />
      )}
    </Page>
  );
}

function RestoreBackup({ arn }: { arn: string }) {
  const region = useRegion();
  const { data: backup, error, refetch } = useBackup(arn);
  if (backup === undefined) {
    return error === null ? (
      <Spinner size="large" />
    ) : (
      <FailureAlert
        header="The backup cannot be described"
        error={error}
        onRetry={() => refetch()}
      />
    );
  }
  const source = sourceOfBackup(backup);
  return (
    <RestoreFormFrame
      source={source}
      cancelPath={paths.backups(region)}
      send={(client, form) =>
        client.send(new RestoreTableFromBackupCommand(restoreBackupInput(arn, source, form)))
      }
      above={(section) => (
        <SpaceBetween size="l">
          <Section title="Restored table" message={section.messages.backup}>
            <NameField {...section} />
          </Section>
          <BackupFacts backup={backup} />
        </SpaceBetween>
      )}
    />
  );
}

/** What is about to be restored, to be looked over. */
function BackupFacts({ backup }: { backup: BackupDescription }) {
  const formatTime = useTimeFormat();
  const { BackupDetails: details, SourceTableDetails: table } = backup;
  return (
    <Facts
      title="Backup"
      facts={[
        { label: "Backup name", value: details?.BackupName ?? "-" },
        { label: "Status", value: <Status status={details?.BackupStatus} /> },
        { label: "Created", value: formatTime(details?.BackupCreationDateTime) },
        { label: "Type", value: backupTypeName(details?.BackupType) },
        { label: "Source table", value: table?.TableName ?? "-" },
        { label: "Items", value: formatCount(table?.ItemCount ?? 0) },
        { label: "Size", value: formatBytes(details?.BackupSizeBytes ?? 0) },
        { label: "Capacity mode", value: BILLING_NAMES[table?.BillingMode ?? "PROVISIONED"] },
        {
          label: "Keys",
          value: (table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName).join(", "),
        },
      ]}
    >
      {/* Too long for one column among several. */}
      <Box margin={{ top: "l" }}>
        <KeyValuePairs
          columns={1}
          items={[
            { label: "Backup ARN", value: <Copyable text={details?.BackupArn} what="ARN" /> },
          ]}
        />
      </Box>
    </Facts>
  );
}
