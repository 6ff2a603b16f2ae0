/** From `/console/` to a Region: the one last looked at, or the server's default. */

import { Navigate } from "react-router";
import { useServer } from "../api/server";
import { FailureAlert } from "../widgets/failure";
import { lastRegion } from "./last-region";
import { paths } from "./links";

export function HomeRedirect() {
  const known = lastRegion();
  const server = useServer();
  const region = known ?? server.data?.default_region;
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
