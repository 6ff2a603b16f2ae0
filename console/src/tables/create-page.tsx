/** The form that creates a table, with every option the API has. */

import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { useDynamoDB } from "../api/dynamodb";
import { failureOf, messagesByMember } from "../api/errors";
import { useServer } from "../api/server";
import { useRefreshTable } from "../api/tables";
import { paths, useLink } from "../app/links";
import { useNotify } from "../app/notifications";
import { Page } from "../app/page";
import { useRegion } from "../app/region";
import { recoveryPeriod } from "../forms/recovery";
import { tagsMessage } from "../forms/refusals";
import {
  hasTableProblem,
  newTableForm,
  type TableForm,
  tableProblems,
  withDefaultSettings,
} from "../forms/table-definition";
import { FailureText } from "../widgets/failure";
import { Section } from "../widgets/section";
import { TagsFields } from "../widgets/tags-fields";
import { IndexesSection } from "./create-indexes";
import {
  CapacitySection,
  KeysSection,
  MEMBERS,
  RecoverySection,
  type SectionProps,
  SettingsSection,
} from "./create-sections";
import { createTable, finishTable } from "./create-table";
import { ReplicasSection } from "./replicas";

export function Component() {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const navigate = useNavigate();
  const link = useLink();
  const refresh = useRefreshTable();
  const { data: server } = useServer();
  const [form, setForm] = useState(newTableForm);
  const [customised, setCustomised] = useState(false);
  const [tagsValid, setTagsValid] = useState(true);
  const [tried, setTried] = useState(false);
  const place = useRef<HTMLDivElement>(null);

  const wanted = useMemo(() => (customised ? form : withDefaultSettings(form)), [customised, form]);
  const found = tableProblems(wanted, recoveryPeriod(server));
  const create = useMutation({
    mutationFn: (sent: TableForm) => createTable(dynamodb, sent),
    onSuccess: (_, sent) => {
      void finishTable(dynamodb, sent, notify, refresh);
      navigate(paths.tables(region));
    },
    onSettled: (_, __, sent) => refresh(sent.name),
    onError: () => window.scrollTo({ top: 0 }),
  });
  // The fields say what was wrong with what was sent, no longer once it is another.
  const refusal = create.variables === wanted ? create.error : null;
  const section: SectionProps = {
    form: wanted,
    change: (part) => setForm((before) => ({ ...before, ...part })),
    problems: tried ? found : {},
    messages: messagesByMember(refusal, MEMBERS),
    error: refusal,
  };

  const submit = () => {
    setTried(true);
    create.reset();
    if (hasTableProblem(found) || !tagsValid) {
      // The fields show their problems with the next paint.
      requestAnimationFrame(() => focusFirstProblem(place.current));
      return;
    }
    create.mutate(wanted);
  };

  return (
    <Page title="Create table" kind="form" above={[{ text: "Tables", path: paths.tables(region) }]}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        noValidate
      >
        <div ref={place}>
          <Form
            errorText={
              create.error === null ? undefined : <FailureText failure={failureOf(create.error)} />
            }
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" formAction="none" {...link(paths.tables(region))}>
                  Cancel
                </Button>
                <Button variant="primary" loading={create.isPending}>
                  Create table
                </Button>
              </SpaceBetween>
            }
          >
            <SpaceBetween size="l">
              <KeysSection {...section} />
              <Section title="Table settings">
                <Tiles
                  ariaLabel="Table settings"
                  value={customised ? "custom" : "default"}
                  onChange={({ detail }) => setCustomised(detail.value === "custom")}
                  items={[
                    {
                      value: "default",
                      label: "Default settings",
                      description:
                        "On-demand capacity, no indexes. All but local indexes can be changed later.",
                    },
                    {
                      value: "custom",
                      label: "Customize settings",
                      description:
                        "Capacity, indexes, encryption, streams, recovery and protection.",
                    },
                  ]}
                />
              </Section>
              {customised && <CapacitySection {...section} />}
              {customised && <IndexesSection {...section} />}
              {customised && <RecoverySection {...section} />}
              {customised && <SettingsSection {...section} />}
              {customised && <ReplicasSection />}
              <Section title="Tags">
                <TagsFields
                  tags={form.tags}
                  problem={tagsMessage(refusal)}
                  onChange={(tags, valid) => {
                    section.change({ tags });
                    setTagsValid(valid);
                  }}
                />
              </Section>
            </SpaceBetween>
          </Form>
        </div>
      </form>
    </Page>
  );
}

function focusFirstProblem(place: HTMLElement | null) {
  const field = place?.querySelector<HTMLElement>("[aria-invalid='true']");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}
