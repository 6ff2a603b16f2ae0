/** The Regions that can be chosen. A Region exists on a server from its first use on. */

/** Those AWS enables for every account, in the order of its documentation. */
const WELL_KNOWN = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "ap-south-1",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
];

/**
 * Whether the server takes a Region of this name, as it checks itself: `local`, or two to four words
 * and a number. It also takes its default Region and those in use, whatever they are called.
 */
export function looksLikeRegion(name: string): boolean {
  return name === "local" || /^(?:[a-z]+-){2,4}[0-9]{1,2}$/.test(name);
}

/** `used`: the server's default and those in use. */
export function isRegion(name: string, used: readonly string[]): boolean {
  return looksLikeRegion(name) || used.includes(name);
}

export interface RegionChoices {
  /** With tables or backups, and the one that is looked at. */
  used: string[];
  others: string[];
}

export function regionChoices(used: readonly string[], current: string): RegionChoices {
  const first = [...new Set([...used, current])].sort();
  return { used: first, others: WELL_KNOWN.filter((region) => !first.includes(region)) };
}
