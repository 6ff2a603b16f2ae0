/**
 * The form of a scan or a query: what to read, by which key, what of it to show.
 *
 * It keeps what is typed to itself until the button is pressed: the items below, which may be
 * many, are not drawn again with each character.
 */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import {
  type ExploreForm,
  type ExploreProblems,
  exploreProblems,
  hasExploreProblem,
  newExploreForm,
  type Target,
  targetOf,
} from "./explore-form";
import { FilterFields } from "./filter-fields";
import { PartitionKeyFields, SortKeyFields } from "./key-fields";
import { messageAbout } from "./named-attribute";

const OPERATIONS = [
  { value: "Scan", label: "Scan", description: "Read all items, one after the other" },
  { value: "Query", label: "Query", description: "Read the items with one partition key" },
];

export function Builder({
  tableName,
  targets,
  first,
  running,
  error,
  onRun,
}: {
  tableName: string;
  /** The table, then its indexes. */
  targets: readonly Target[];
  /** What it begins with. */
  first: ExploreForm;
  running: boolean;
  /** Of the last run: said by the field that it names too. */
  error: unknown;
  /** With a form that has no problems. */
  onRun: (target: Target, form: ExploreForm) => void;
}) {
  const [form, setForm] = useState(first);
  const [showProblems, setShowProblems] = useState(false);
  const target = targetOf(targets, form.indexName);
  const found = exploreProblems(target, form);
  const problems = showProblems ? found : undefined;
  const onChange = (change: Partial<ExploreForm>) =>
    setForm((before) => ({ ...before, ...change }));
  const start = () => {
    setShowProblems(true);
    if (!hasExploreProblem(found)) {
      onRun(target, form);
    }
  };
  const reset = () => {
    setForm(newExploreForm());
    setShowProblems(false);
  };

  const isQuery = form.operation === "Query";
  const options = targets.map(({ indexName }) => ({
    value: indexName ?? "",
    label: indexName === undefined ? `Table - ${tableName}` : `Index - ${indexName}`,
  }));
  const chosen = options.find(({ value }) => value === (target.indexName ?? "")) ?? null;

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <Container
        header={<Header variant="h2">Scan or query items</Header>}
        footer={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="primary" loading={running} loadingText="Reading items">
              Run
            </Button>
            <Button formAction="none" onClick={reset}>
              Reset
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <FormField label="Operation">
              <Select
                options={OPERATIONS}
                selectedOption={OPERATIONS.find(({ value }) => value === form.operation) ?? null}
                onChange={({ detail }) =>
                  onChange({ operation: detail.selectedOption.value as ExploreForm["operation"] })
                }
              />
            </FormField>
            <FormField label="Table or index">
              <Select
                options={options}
                selectedOption={chosen}
                filteringType={options.length > 8 ? "auto" : "none"}
                filteringAriaLabel="Find an index"
                onChange={({ detail }) =>
                  onChange({
                    indexName: detail.selectedOption.value ?? "",
                    // Another key has other values.
                    partition: [],
                    sort: [],
                  })
                }
              />
            </FormField>
          </ColumnLayout>
          {isQuery && (
            <SpaceBetween size="l">
              <PartitionKeyFields
                target={target}
                values={form.partition}
                problems={target.partitionKeys.map(
                  ({ name }, position) =>
                    problems?.partition[position] ?? messageAbout(error, name),
                )}
                onChange={(partition) => onChange({ partition })}
              />
              <SortKeyFields
                target={target}
                conditions={form.sort}
                problems={target.sortKeys.map(
                  ({ name }, position) => problems?.sort[position] ?? messageAbout(error, name),
                )}
                onChange={(sort) => onChange({ sort })}
              />
            </SpaceBetween>
          )}
          <ExpandableSection
            headerText={form.filters.length === 0 ? "Filters" : `Filters (${form.filters.length})`}
            headerDescription="Applied after reading: what they leave out is paid for too."
          >
            <FilterFields
              filters={form.filters}
              problems={problems?.filters}
              error={error}
              onChange={(filters) => onChange({ filters })}
            />
          </ExpandableSection>
          <ExpandableSection headerText="Attributes and order">
            <SpaceBetween size="m">
              <FormField
                label={
                  <>
                    Attributes to read - <i>optional</i>
                  </>
                }
                description="One name a line. Empty for all; the keys are always read."
              >
                <Textarea
                  value={form.attributes.join("\n")}
                  rows={3}
                  spellcheck={false}
                  onChange={({ detail }) => onChange({ attributes: detail.value.split("\n") })}
                />
              </FormField>
              <Checkbox
                checked={form.descending}
                disabled={!isQuery}
                description={isQuery ? undefined : "Only a query has an order."}
                onChange={({ detail }) => onChange({ descending: detail.checked })}
              >
                Sort keys in descending order
              </Checkbox>
              <Checkbox
                checked={form.consistent && !target.isGlobalIndex}
                disabled={target.isGlobalIndex}
                description={
                  target.isGlobalIndex
                    ? "A global index follows its table with a delay."
                    : undefined
                }
                onChange={({ detail }) => onChange({ consistent: detail.checked })}
              >
                Strongly consistent
              </Checkbox>
            </SpaceBetween>
          </ExpandableSection>
          {problems !== undefined && <ProblemNote problems={problems} />}
        </SpaceBetween>
      </Container>
    </form>
  );
}

/** Filters may be folded away: that one of them is wrong is said where the button is. */
function ProblemNote({ problems }: { problems: ExploreProblems }) {
  const wrong = [...problems.filters.values()].filter(
    ({ name, value }) => (name ?? value) !== undefined,
  ).length;
  return wrong === 0 ? null : (
    <Box color="text-status-error">
      {wrong === 1 ? "A filter is not complete." : `${wrong} filters are not complete.`}
    </Box>
  );
}
