/** A box with a heading that shows what is so, as pairs of label and value. */

import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs, {
  type KeyValuePairsProps,
} from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";

export type Fact = KeyValuePairsProps.Pair;

export function Facts({
  title,
  description,
  actions,
  facts,
  columns = 4,
  children,
}: {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  facts: Fact[];
  /** At most; fewer where there is no room. */
  columns?: number;
  /** Below the pairs. */
  children?: ReactNode;
}) {
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <KeyValuePairs columns={columns} minColumnWidth={200} items={facts} />
      {children}
    </Container>
  );
}
