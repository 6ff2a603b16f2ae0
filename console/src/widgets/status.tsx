/** States of things as mark and word. The word is AWS's console's: Creating, Restoring, Active. */

import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";

type Look = [StatusIndicatorProps.Type, string];

const LOOKS: Record<string, Look> = {
  ACTIVE: ["success", "Active"],
  CREATING: ["in-progress", "Creating"],
  RESTORING: ["in-progress", "Restoring"],
  UPDATING: ["in-progress", "Updating"],
  DELETING: ["in-progress", "Deleting"],
  BACKFILLING: ["in-progress", "Backfilling"],
  ARCHIVING: ["in-progress", "Archiving"],
  ARCHIVED: ["stopped", "Archived"],
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: ["error", "Encryption key not accessible"],
  AVAILABLE: ["success", "Available"],
  DELETED: ["stopped", "Deleted"],
  ENABLED: ["success", "On"],
  ENABLING: ["in-progress", "Turning on"],
  DISABLED: ["stopped", "Off"],
  DISABLING: ["in-progress", "Turning off"],
  COMPLETED: ["success", "Completed"],
  FAILED: ["error", "Failed"],
};

/** A state that this console does not know is shown as the server said it. */
export function Status({ status }: { status: string | undefined }) {
  if (status === undefined) {
    return <>-</>;
  }
  const [type, text] = LOOKS[status] ?? ["info", status];
  return (
    <StatusIndicator type={type} wrapText={false}>
      {text}
    </StatusIndicator>
  );
}

/** A table that a restore is making is CREATING for the API and Restoring for people. */
export function TableStatus({
  status,
  restoring = false,
}: {
  status: string | undefined;
  restoring?: boolean | undefined;
}) {
  return <Status status={status === "CREATING" && restoring ? "RESTORING" : status} />;
}

/** An index that is CREATING says whether it already goes through the items of the table. */
export function IndexStatus({
  status,
  backfilling = false,
}: {
  status: string | undefined;
  backfilling?: boolean | undefined;
}) {
  return <Status status={status === "CREATING" && backfilling ? "BACKFILLING" : status} />;
}

/** Whether something is on, for settings that are a boolean. */
export function OnOff({ on }: { on: boolean | undefined }) {
  return <Status status={on === true ? "ENABLED" : "DISABLED"} />;
}

/** Whether a status will change by itself, so that a page should keep looking. */
export function isInMotion(status: string | undefined): boolean {
  return LOOKS[status ?? ""]?.[0] === "in-progress";
}
