/** The form that makes a backup of a table. */

import { CreateBackupCommand } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useDynamoDB } from "../api/dynamodb";
import { failureOf, messagesByMember } from "../api/errors";
import { useTableRows } from "../api/table-rows";
import { paths, useLink } from "../app/links";
import { useNotify } from "../app/notifications";
import { Page } from "../app/page";
import { useRegion } from "../app/region";
import { nameProblem } from "../forms/fields";
import { FailureText } from "../widgets/failure";
import { finishBackup } from "./finish-backup";
import { useResetBackups } from "./queries";

export function Component() {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const navigate = useNavigate();
  const link = useLink();
  const reset = useResetBackups();
  const [search] = useSearchParams();
  const openedFrom = search.get("table");
  const [tableName, setTableName] = useState(openedFrom ?? "");
  const [backupName, setBackupName] = useState("");
  const [tried, setTried] = useState(false);
  const tables = useTableRows();

  const back =
    openedFrom === null ? paths.backups(region) : paths.table(region, openedFrom, "backups");
  const create = useMutation({
    mutationFn: (sent: Sent) => dynamodb.send(new CreateBackupCommand(sent)),
    onSuccess: async ({ BackupDetails }) => {
      await reset();
      void finishBackup(dynamodb, BackupDetails, notify, reset);
      navigate(back);
    },
  });
  const problems = {
    TableName: tableName === "" ? "Choose the table to back up." : undefined,
    BackupName: nameProblem(backupName),
  };
  const form = { TableName: tableName, BackupName: backupName };
  const messages = messagesOf(create.error, create.variables, form);

  const submit = () => {
    setTried(true);
    create.reset();
    if (problems.TableName === undefined && problems.BackupName === undefined) {
      create.mutate(form);
    }
  };

  return (
    <Page
      title="Create backup"
      kind="form"
      above={
        openedFrom === null
          ? [{ text: "Backups", path: back }]
          : [
              { text: "Tables", path: paths.tables(region) },
              { text: openedFrom, path: back },
            ]
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Form
          errorText={
            create.error === null ? undefined : <FailureText failure={failureOf(create.error)} />
          }
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" {...link(back)}>
                Cancel
              </Button>
              <Button variant="primary" loading={create.isPending}>
                Create backup
              </Button>
            </SpaceBetween>
          }
        >
          <Container
            header={
              <Header
                variant="h2"
                description="The backup holds every write that was acknowledged before, and no half of a transaction. The table stays in use meanwhile."
              >
                Backup
              </Header>
            }
          >
            <SpaceBetween size="m">
              <FormField
                label="Source table"
                errorText={(tried ? problems.TableName : undefined) ?? messages.TableName}
              >
                <Select
                  selectedOption={tableName === "" ? null : { value: tableName }}
                  onChange={({ detail }) => setTableName(detail.selectedOption.value ?? "")}
                  options={(tables.data ?? []).map(({ name }) => ({ value: name }))}
                  filteringType="auto"
                  filteringAriaLabel="Find a table"
                  virtualScroll
                  placeholder="Choose a table"
                  empty="There is no table in this Region."
                  statusType={
                    tables.isPending ? "loading" : tables.error === null ? "finished" : "error"
                  }
                  {...(tables.error === null ? {} : { errorText: tables.error.message })}
                  recoveryText="Try again"
                  onLoadItems={() => tables.error !== null && tables.refetch()}
                  ariaRequired
                />
              </FormField>
              <FormField
                label="Backup name"
                constraintText="3 to 255 characters: A-Z, a-z, 0-9, underscore, hyphen and dot. Names need not be unique."
                errorText={(tried ? problems.BackupName : undefined) ?? messages.BackupName}
              >
                <Input
                  value={backupName}
                  onChange={({ detail }) => setBackupName(detail.value)}
                  spellcheck={false}
                  autoComplete={false}
                  ariaRequired
                />
              </FormField>
            </SpaceBetween>
          </Container>
        </Form>
      </form>
    </Page>
  );
}

interface Sent {
  TableName: string;
  BackupName: string;
}

/** What the server said of a field, until the field is another than was sent. */
function messagesOf(error: unknown, sent: Sent | undefined, form: Sent): Partial<Sent> {
  const found = messagesByField(error);
  return {
    ...(sent?.TableName === form.TableName ? { TableName: found.TableName } : {}),
    ...(sent?.BackupName === form.BackupName ? { BackupName: found.BackupName } : {}),
  } as Partial<Sent>;
}

/** That a table is not there, or in no state to be backed up, has codes that name no member. */
function messagesByField(error: unknown): Partial<Sent> {
  if (error !== null) {
    const { code, message } = failureOf(error);
    if (code === "TableNotFoundException" || code === "TableInUseException") {
      return { TableName: message };
    }
  }
  return messagesByMember(error, ["TableName", "BackupName"]);
}
