/** Point-in-time recovery as a form has it, and the API input it stands for. */

import type {
  ContinuousBackupsDescription,
  UpdateContinuousBackupsCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { ServerInfo } from "../api/admin";
import { numberIn, type Problem, wholeNumberProblem } from "./fields";

export interface RecoveryForm {
  on: boolean;
  periodDays: string;
}

/** How many days a table's history can reach back. */
export interface RecoveryPeriod {
  least: number;
  most: number;
}

/** AWS's own, until the server has told its. */
export const RECOVERY_PERIOD: RecoveryPeriod = { least: 1, most: 35 };

export function recoveryPeriod(server: ServerInfo | undefined): RecoveryPeriod {
  return server === undefined
    ? RECOVERY_PERIOD
    : {
        least: server.point_in_time.period_days_min,
        most: server.point_in_time.period_days_max,
      };
}

export function recoveryForm(
  backups: ContinuousBackupsDescription | null | undefined,
  longestDays: number,
): RecoveryForm {
  const recovery = backups?.PointInTimeRecoveryDescription;
  return {
    on: recovery?.PointInTimeRecoveryStatus === "ENABLED",
    periodDays: String(recovery?.RecoveryPeriodInDays ?? longestDays),
  };
}

/** The API refuses a period while turning it off. */
export function recoveryChange(
  tableName: string,
  form: RecoveryForm,
): UpdateContinuousBackupsCommandInput {
  return {
    TableName: tableName,
    PointInTimeRecoverySpecification: form.on
      ? { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: numberIn(form.periodDays) }
      : { PointInTimeRecoveryEnabled: false },
  };
}

export function periodProblem(form: RecoveryForm, least: number, most: number): Problem {
  return form.on ? wholeNumberProblem(form.periodDays, least, { most }) : undefined;
}

/** What a change destroys, to be said before it is made. */
export function recoveryLoss(before: RecoveryForm, after: RecoveryForm): string | undefined {
  if (before.on && !after.on) {
    return "The history of the table is discarded. Turned on again, it begins anew.";
  }
  const was = numberIn(before.periodDays) ?? 0;
  const wanted = numberIn(after.periodDays) ?? was;
  return before.on && wanted < was
    ? "What lies before the shorter period is discarded at once, and does not come back."
    : undefined;
}
