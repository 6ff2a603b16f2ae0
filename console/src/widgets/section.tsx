/** A part of a form: a box with a heading, and what the server said about this part of the request. */

import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

export function Section({
  title,
  description,
  message,
  actions,
  children,
}: {
  title: string;
  description?: ReactNode;
  /** What the server said about this part of the request. */
  message?: string | undefined;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {message !== undefined && (
          <Alert type="error">
            <span className="failure-message">{message}</span>
          </Alert>
        )}
        {children}
      </SpaceBetween>
    </Container>
  );
}
