import { expect, it } from "vitest";
import { instantOfAddress } from "./moment";

it("reads the instant of an address, and none where there is nothing that can be read", () => {
  expect(instantOfAddress("1795292253.25")).toBe(1_795_292_253_250_000);
  expect(instantOfAddress("0")).toBe(0);
  for (const text of [null, "", " ", "yesterday", "NaN", "-1", "1e3", "0x10", "99999999999999"]) {
    expect(instantOfAddress(text), `of ${text}`).toBeUndefined();
  }
});
