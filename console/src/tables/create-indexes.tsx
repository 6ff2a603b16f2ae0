/** The part of the form that creates a table which has its indexes. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useLimit } from "../api/server";
import {
  GLOBAL_INDEXES_MAX,
  hasIndexProblem,
  type IndexForm,
  LOCAL_INDEXES_MAX,
  newGlobalIndex,
  newLocalIndex,
} from "../forms/index-definition";
import { indexMessages, refusedIndex } from "../forms/refusals";
import { indexNames } from "../forms/table-definition";
import { IndexEditor } from "../widgets/index-editor";
import { Section } from "../widgets/section";
import type { SectionProps } from "./create-sections";

export function IndexesSection(props: SectionProps) {
  const { form, change, messages } = props;
  const mostGlobal = useLimit("global_indexes_max", GLOBAL_INDEXES_MAX);
  const mostLocal = useLimit("local_indexes_max", LOCAL_INDEXES_MAX);
  return (
    <SpaceBetween size="l">
      <IndexList
        {...props}
        kind="global"
        message={messages.GlobalSecondaryIndexes}
        indexes={form.globalIndexes}
        most={mostGlobal}
        onChange={(globalIndexes) => change({ globalIndexes })}
        add={newGlobalIndex}
      />
      <IndexList
        {...props}
        kind="local"
        message={messages.LocalSecondaryIndexes}
        indexes={form.localIndexes}
        most={mostLocal}
        onChange={(localIndexes) => change({ localIndexes })}
        add={newLocalIndex}
      />
    </SpaceBetween>
  );
}

const INDEX_KINDS = {
  global: {
    title: "Global secondary indexes",
    description: "Another key over the whole table. They can be added and deleted later.",
  },
  local: {
    title: "Local secondary indexes",
    description: "Another sort key within a partition key. They cannot be added or deleted later.",
  },
} as const;

function IndexList({
  kind,
  message,
  indexes,
  most,
  form,
  problems,
  error,
  onChange,
  add,
}: SectionProps & {
  kind: "global" | "local";
  message: string | undefined;
  indexes: IndexForm[];
  most: number;
  onChange: (indexes: IndexForm[]) => void;
  add: () => IndexForm;
}) {
  const refused = refusedIndex(error, indexNames(form));
  const said = refused === undefined ? undefined : indexMessages(error);
  const isSaidAtField = said !== undefined && hasIndexProblem(said);
  return (
    <Section
      {...INDEX_KINDS[kind]}
      message={isSaidAtField ? undefined : message}
      actions={
        <Button
          formAction="none"
          disabled={indexes.length >= most}
          {...(indexes.length >= most
            ? { disabledReason: `A table has at most ${most} of them.` }
            : {})}
          onClick={() => onChange([...indexes, add()])}
        >
          {`Add ${kind} index`}
        </Button>
      }
    >
      {indexes.length === 0 && <Box color="text-body-secondary">No indexes.</Box>}
      {indexes.map((index, position) => (
        <Container
          key={index.id}
          header={
            <Header
              variant="h3"
              actions={
                <Button
                  formAction="none"
                  ariaLabel={`Remove ${kind} index ${index.name || position + 1}`}
                  onClick={() => onChange(indexes.toSpliced(position, 1))}
                >
                  Remove
                </Button>
              }
            >
              {index.name || `Index ${position + 1}`}
            </Header>
          }
        >
          <IndexEditor
            kind={kind}
            index={index}
            billingMode={form.throughput.billingMode}
            problems={
              problems.indexes?.get(index.id) ?? (index.name === refused ? said : undefined)
            }
            onChange={(changed) => onChange(indexes.with(position, changed))}
          />
        </Container>
      ))}
    </Section>
  );
}
