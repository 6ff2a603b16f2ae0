/** An address below the console that no page has. */

import Box from "@cloudscape-design/components/box";
import { PageLink, paths } from "./links";
import { Page } from "./page";
import { useRegion } from "./region";

export function Component() {
  const region = useRegion();
  return (
    <Page title="Page not found">
      <Box>
        There is no page at this address.{" "}
        <PageLink to={paths.tables(region)}>See the tables</PageLink>.
      </Box>
    </Page>
  );
}
