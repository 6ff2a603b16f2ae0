/** The Region of a page: the first segment of its address. */

import { useParams } from "react-router";

export function useRegion(): string {
  const { region } = useParams();
  if (region === undefined) {
    throw new Error("useRegion belongs below the route :region");
  }
  return region;
}
