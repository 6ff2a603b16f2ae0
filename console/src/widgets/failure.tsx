/** The one way an error is shown: its name, its whole message, and the id of the request. */

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { type Failure, failureOf } from "../api/errors";

export function FailureText({ failure }: { failure: Failure }) {
  return (
    <>
      <Box variant="span" color="inherit" fontWeight="bold">
        {failure.code}
      </Box>
      {": "}
      <span className="failure-message">{failure.message}</span>
      {failure.requestId !== undefined && (
        <Box variant="small" display="block" color="inherit">
          Request id {failure.requestId}
        </Box>
      )}
    </>
  );
}

/**
 * An error in the place where its content would be. `onRetry` is offered where asking again can
 * help.
 */
export function FailureAlert({
  header,
  error,
  onRetry,
}: {
  header?: string;
  error: unknown;
  onRetry?: () => void;
}) {
  if (error === null || error === undefined) {
    return null;
  }
  return (
    <Alert
      type="error"
      header={header}
      action={onRetry === undefined ? undefined : <Button onClick={onRetry}>Try again</Button>}
    >
      <FailureText failure={failureOf(error)} />
    </Alert>
  );
}
