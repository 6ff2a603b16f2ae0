/** What the server says about itself, asked again every few seconds: the pulse of the console. */

import { useQuery } from "@tanstack/react-query";
import { admin, type Capability, type CapabilityName, type ServerInfo } from "./admin";

const POLL_MILLISECONDS = 5_000;

export function useServer() {
  return useQuery<ServerInfo>({
    queryKey: ["server"],
    queryFn: ({ signal }) => admin.server(signal),
    refetchInterval: POLL_MILLISECONDS,
    retry: false,
  });
}

/** Whether the server can do something, and if not, why in its own words. */
export function useCapability(name: CapabilityName): Capability {
  const { data } = useServer();
  return data?.capabilities[name] ?? { available: false };
}
