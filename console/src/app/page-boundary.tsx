/**
 * What is shown instead of a page that could not be loaded or that failed while it was shown. The
 * navigation stays; going elsewhere tries again.
 */

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";
import { useLocation } from "react-router";
import { failureOf } from "../api/errors";
import { FailureText } from "../widgets/failure";

export function PageBoundary({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  return <Boundary pathname={pathname}>{children}</Boundary>;
}

/** React catches errors of rendering in classes only. */
class Boundary extends Component<{ pathname: string; children: ReactNode }, { error: unknown }> {
  override state = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: { pathname: string }) {
    if (before.pathname !== this.props.pathname && this.state.error !== undefined) {
      this.setState({ error: undefined });
    }
  }

  override render() {
    return this.state.error === undefined ? (
      this.props.children
    ) : (
      <BrokenPage error={this.state.error} />
    );
  }
}

function BrokenPage({ error }: { error: unknown }) {
  const failure = failureOf(error);
  return (
    <Alert
      type="error"
      header="This page cannot be shown"
      action={<Button onClick={() => window.location.reload()}>Load again</Button>}
    >
      {isMissingScript(failure.message) ? (
        "The server does not answer, or has another version of the console now."
      ) : (
        <FailureText failure={failure} />
      )}
    </Alert>
  );
}

/** A page's script that is gone: the server was updated since this page was opened. */
function isMissingScript(message: string): boolean {
  return /dynamically imported module|module script failed|preload CSS/i.test(message);
}
