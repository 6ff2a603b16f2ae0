/** The statements of this session of the browser, to be used again. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useTimeFormat } from "../format/time";
import { formatCount } from "../format/units";
import type { PastStatement, Statement } from "./statement";

const SHOWN_CHARACTERS = 300;

export function PastStatements({
  past,
  onUse,
}: {
  past: readonly PastStatement[];
  onUse: (statement: Statement) => void;
}) {
  const formatTime = useTimeFormat();
  return (
    <Table<PastStatement>
      variant="container"
      items={past}
      wrapLines
      contentDensity="compact"
      header={
        <Header
          variant="h2"
          counter={`(${formatCount(past.length)})`}
          description="Kept in this browser until the session ends."
        >
          Statements of this session
        </Header>
      }
      ariaLabels={{ tableLabel: "Statements of this session" }}
      empty={
        <Box textAlign="center" color="text-body-secondary" padding={{ vertical: "s" }}>
          No statement was run yet.
        </Box>
      }
      columnDefinitions={[
        {
          id: "statement",
          header: "Statement",
          cell: ({ text }) => <span className="item-cell">{text.slice(0, SHOWN_CHARACTERS)}</span>,
          isRowHeader: true,
          minWidth: 200,
        },
        { id: "outcome", header: "Outcome", cell: ({ outcome }) => outcome, minWidth: 100 },
        {
          id: "at",
          header: "Run at",
          cell: ({ at_seconds }) => formatTime(at_seconds),
          minWidth: 120,
        },
        {
          id: "use",
          header: "Action",
          cell: (one) => (
            <Button
              variant="inline-link"
              ariaLabel={`Use again: ${one.text.slice(0, 60)}`}
              onClick={() => onUse(one)}
            >
              Use again
            </Button>
          ),
          minWidth: 100,
        },
      ]}
    />
  );
}
