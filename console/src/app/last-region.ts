/** The Region this browser looked at last, so that the console opens there again. */

const STORAGE_KEY = "anywhen.region";

export function lastRegion(): string | undefined {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberRegion(region: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, region);
  } catch {
    // Storage is full or forbidden: the console opens in the default Region.
  }
}
