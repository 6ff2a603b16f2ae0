/** Replicas of a table in other Regions, which make it a global table: in the words of the server. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useCapability } from "../api/server";
import { Section } from "../widgets/section";

export function ReplicasSection() {
  const { available, reason } = useCapability("replicas");
  if (available) {
    // The console has no form for them.
    return null;
  }
  return (
    <Section
      title="Replicas (global table)"
      actions={
        <Button formAction="none" disabled>
          Create replica
        </Button>
      }
    >
      <Box color="text-body-secondary">{reason ?? "-"}</Box>
    </Section>
  );
}
