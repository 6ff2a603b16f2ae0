import { describe, expect, it } from "vitest";
import { admin } from "../api/admin";
import { madeUpServer, renderPart, SERVER } from "../testing/render-app";
import { MetricsPanel } from "./metrics-panel";

describe("the charts of what the server measured", () => {
  it("end now by the clock of the server, however wrong that of the browser is", async () => {
    const hourAgo = Date.now() / 1_000 - 3_600;
    const { asked } = madeUpServer({
      admin: {
        server: { ...SERVER, started_at_seconds: hourAgo - 60, now_seconds: hourAgo },
        metrics: { start_seconds: hourAgo - 900, step_seconds: 10, series: {} },
      },
    });
    renderPart(
      <MetricsPanel
        title="Activity"
        queryKey={["metrics"]}
        load={(range, signal) => admin.metrics(range, signal)}
        charts={[]}
      />,
    );
    const range = () => asked.find((address) => address.startsWith("metrics?"));
    await expect.poll(range, { timeout: 20_000 }).toBeDefined();
    const { from, to } = Object.fromEntries(new URLSearchParams(range()?.replace("metrics?", "")));
    expect(Math.abs(Number(to) - hourAgo)).toBeLessThan(30);
    expect(Number(to) - Number(from)).toBe(900);
  });
});
