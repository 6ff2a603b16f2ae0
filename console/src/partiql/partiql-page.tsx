/** The PartiQL editor: a statement, its parameters, what it answered, and those run before. */

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { memo, useMemo, useState } from "react";
import { useTableRows } from "../api/table-rows";
import { Page } from "../app/page";
import { PAGE_SIZE } from "../values/item-table";
import { MemberFields } from "../values/value-fields";
import { changeForm, formOf, problemsOf, valueOfForm } from "../values/value-form";
import { FailureAlert } from "../widgets/failure";
import { PastStatements } from "./past-statements";
import { examplesFor, pastStatements, type Statement } from "./statement";
import { StatementResults, type StatementResultsProps } from "./statement-results";
import { useStatement } from "./use-statement";

export function Component() {
  const [text, setText] = useState("");
  const [parameters, setParameters] = useState(() => formOf({ L: [] }));
  const [past, setPast] = useState(pastStatements);
  const [problem, setProblem] = useState<string>();
  const [limit, setLimit] = useState(PAGE_SIZE);
  const [consistent, setConsistent] = useState(false);
  const problems = useMemo(
    () => problemsOf(parameters, { complete: problem !== undefined }),
    [parameters, problem],
  );
  const { execution, run, goTo } = useStatement(setPast);

  const start = () => {
    if (text.trim() === "") {
      setProblem("Enter a statement.");
      return;
    }
    if (problemsOf(parameters).size > 0) {
      setProblem("Some parameters are not right yet. What is wrong is said next to them.");
      return;
    }
    setProblem(undefined);
    run({ text, parameters: valueOfForm(parameters).L ?? [] }, { limit, consistent });
  };
  const use = (statement: Statement) => {
    setText(statement.text);
    setParameters(formOf({ L: statement.parameters }));
    setProblem(undefined);
  };

  return (
    <Page title="PartiQL editor">
      <SpaceBetween size="l">
        <Container
          header={
            <Header variant="h2" actions={<Examples onChoose={setText} />}>
              Statement
            </Header>
          }
          footer={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                variant="primary"
                loading={execution.running}
                loadingText="The statement is running"
                onClick={start}
              >
                Run
              </Button>
              <Button onClick={() => use({ text: "", parameters: [] })}>Clear</Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            <FormField
              label="PartiQL statement"
              description="One statement. Ctrl+Enter runs it."
              errorText={problem}
              stretch
            >
              <div className="code-text">
                <Textarea
                  ariaLabel="PartiQL statement"
                  placeholder={'SELECT * FROM "table"'}
                  rows={6}
                  value={text}
                  spellcheck={false}
                  onChange={({ detail }) => setText(detail.value)}
                  onKeyDown={(event) => {
                    const { key, ctrlKey, metaKey } = event.detail;
                    if (key === "Enter" && (ctrlKey || metaKey)) {
                      event.preventDefault();
                      start();
                    }
                  }}
                />
              </div>
            </FormField>
            <ExpandableSection
              headerText={
                parameters.members.length === 0
                  ? "Parameters"
                  : `Parameters (${parameters.members.length})`
              }
              headerDescription="Values for the question marks, in their order."
            >
              <MemberFields
                form={parameters}
                path="Parameter"
                memberName="parameter"
                problems={problems}
                onChange={(change) => setParameters((before) => changeForm(before, change))}
              />
            </ExpandableSection>
            <Checkbox
              checked={consistent}
              description="For a statement that selects from a table or a local index."
              onChange={({ detail }) => setConsistent(detail.checked)}
            >
              Strongly consistent read
            </Checkbox>
          </SpaceBetween>
        </Container>
        <FailureAlert
          header={
            execution.retry === undefined ? "The statement failed" : "The page cannot be read"
          }
          error={execution.error}
          {...(execution.retry === undefined ? {} : { onRetry: execution.retry })}
        />
        <AnswerOf execution={execution} limit={limit} onLimit={setLimit} onPage={goTo} />
        <PastStatements past={past} onUse={use} />
      </SpaceBetween>
    </Page>
  );
}

/** A statement that writes answers nothing, which is said in a sentence. */
const AnswerOf = memo(function AnswerOf(props: StatementResultsProps) {
  const { answer, page } = props.execution;
  if (answer === undefined) {
    return null;
  }
  return answer.items.length === 0 && !answer.hasMore && page === 0 ? (
    <Alert type="success">The statement was run. It answered no items.</Alert>
  ) : (
    <StatementResults {...props} />
  );
});

/** Statements with the keys of a table, to be changed and run. */
function Examples({ onChoose }: { onChoose: (statement: string) => void }) {
  const rows = useTableRows();
  const [name, setName] = useState<string>();
  const tables = rows.data ?? [];
  const table = tables.find((row) => row.name === name) ?? tables[0];
  if (table === undefined) {
    return null;
  }
  const examples = examplesFor(table);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Select
        ariaLabel="Table of the examples"
        options={tables.map((row) => ({ value: row.name, label: row.name }))}
        selectedOption={{ value: table.name, label: table.name }}
        filteringType={tables.length > 8 ? "auto" : "none"}
        filteringAriaLabel="Find a table"
        virtualScroll
        expandToViewport
        onChange={({ detail }) => setName(detail.selectedOption.value)}
      />
      <ButtonDropdown
        items={examples.map(({ id, text }) => ({ id, text }))}
        expandToViewport
        onItemClick={({ detail }) =>
          onChoose(examples.find(({ id }) => id === detail.id)?.statement ?? "")
        }
      >
        Examples
      </ButtonDropdown>
    </SpaceBetween>
  );
}
