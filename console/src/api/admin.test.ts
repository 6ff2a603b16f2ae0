import { expect, it } from "vitest";
import { madeUpServer } from "../testing/render-app";
import { admin } from "./admin";

it("asks for instants with no more decimals than the server takes", async () => {
  const { asked } = madeUpServer({ admin: { "regions/us-east-1/tables/Music/history": {} } });
  const range = { from: 1_795_305_536.1225445, to: 1_795_305_600, buckets: 20 };
  await admin.history("us-east-1", "Music", range);
  expect(asked[0]?.split("?")[1]).toBe("from=1795305536.122545&to=1795305600&buckets=20");
});
