/** From `/console/` to a Region: the one last looked at, or the server's default. */

import { Navigate } from "react-router";
import { useServer } from "../api/server";
import { FailureAlert } from "../widgets/failure";
import { lastRegion } from "./last-region";
import { paths } from "./links";
import { isRegion } from "./regions";

export function HomeRedirect() {
  const server = useServer();
  const last = lastRegion();
  const { default_region: first, regions = [] } = server.data ?? {};
  const region = last !== undefined && isRegion(last, regions) ? last : first;
  if (region !== undefined) {
    return <Navigate replace to={paths.dashboard(region)} />;
  }
  return (
    <FailureAlert
      header="The server does not answer"
      error={server.error}
      onRetry={() => server.refetch()}
    />
  );
}
