import { describe, expect, it } from "vitest";
import { periodProblem, recoveryChange, recoveryForm, recoveryLoss } from "./recovery";

const on = (periodDays: string) => ({ on: true, periodDays });
const OFF = { on: false, periodDays: "35" };

describe("point-in-time recovery", () => {
  it("begins with what the table has", () => {
    expect(
      recoveryForm(
        {
          ContinuousBackupsStatus: "ENABLED",
          PointInTimeRecoveryDescription: {
            PointInTimeRecoveryStatus: "ENABLED",
            RecoveryPeriodInDays: 7,
          },
        },
        35,
      ),
    ).toEqual(on("7"));
    expect(recoveryForm(null, 35)).toEqual(OFF);
  });

  it("says a period only with turning it on", () => {
    expect(recoveryChange("Music", on(" 7 "))).toEqual({
      TableName: "Music",
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 7,
      },
    });
    expect(recoveryChange("Music", { ...OFF, periodDays: "x" })).toEqual({
      TableName: "Music",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
  });

  it("checks the period while it is on", () => {
    expect(periodProblem(on("36"), 1, 35)).toBe("Enter a whole number from 1 to 35.");
    expect(periodProblem(on("35"), 1, 35)).toBeUndefined();
    expect(periodProblem({ on: false, periodDays: "36" }, 1, 35)).toBeUndefined();
  });

  it("warns of what a change destroys", () => {
    expect(recoveryLoss(on("7"), OFF)).toContain("discarded");
    expect(recoveryLoss(on("7"), on("6"))).toContain("shorter period");
    expect(recoveryLoss(on("7"), on("8"))).toBeUndefined();
    expect(recoveryLoss(OFF, on("1"))).toBeUndefined();
  });
});
