/**
 * The frame of the pages of a Region, for addresses that begin with one. Any other first segment,
 * as in `/console/tables`, is no Region that pages could ask for and none to be remembered.
 */

import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { useServer } from "../api/server";
import { Layout } from "./layout";
import { PageLink } from "./links";
import { Page } from "./page";
import { useRegion } from "./region";
import { looksLikeRegion } from "./regions";

export function RegionFrame() {
  const region = useRegion();
  const { data, isPending } = useServer();
  if (looksLikeRegion(region)) {
    return <Layout />;
  }
  if (isPending) {
    return <Spinner size="large" />;
  }
  // A server that does not answer cannot say that there is no such Region.
  if (data === undefined || data.regions.includes(region)) {
    return <Layout />;
  }
  return (
    <main>
      <Box padding="xxl">
        <Page title="Page not found">
          <Box>
            {region} is no Region, such as us-east-1, and there is no page at this address.{" "}
            <PageLink to="/">Open the console</PageLink>
          </Box>
        </Page>
      </Box>
    </main>
  );
}
