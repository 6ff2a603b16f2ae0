/** Day and time of an instant, with the zone they are in, and which one of a time that comes twice. */

import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { usePreferences } from "../app/preferences";
import { formatOffset } from "../format/time";
import { instantForm, type Micros, zoneText } from "../forms/instant";
import type { TypedInstant } from "./use-instant";

export function InstantField({
  instant,
  earliest,
  latest,
  showProblems,
  message,
}: {
  instant: TypedInstant;
  /** What can be chosen now. */
  earliest: Micros;
  latest: Micros;
  showProblems: boolean;
  /** What the server said about it. */
  message?: string | undefined;
}) {
  const { timeZone } = usePreferences();
  const { form, setForm, micros, offsets } = instant;
  const problems = showProblems ? instant.problems : {};
  const zone =
    micros === undefined && offsets.length > 0
      ? offsets.map(formatOffset).join(" or ")
      : zoneText(micros ?? latest, timeZone);
  const warning = boundsWarning(micros, earliest, latest);
  return (
    <SpaceBetween size="m">
      <Grid
        gridDefinition={[{ colspan: { default: 12, xs: 6 } }, { colspan: { default: 12, xs: 6 } }]}
      >
        <FormField
          label="Day"
          constraintText="Year/month/day."
          errorText={problems.day ?? message}
          stretch
        >
          <DatePicker
            value={form.day}
            onChange={({ detail }) => setForm({ ...form, day: detail.value })}
            placeholder="YYYY/MM/DD"
            openCalendarAriaLabel={(day) =>
              day === null ? "Choose a day" : `Choose a day, chosen is ${day}`
            }
            isDateEnabled={(date) => {
              // The calendar's days begin at midnight of this browser's zone, whatever is shown.
              const { day } = instantForm(date.getTime() * 1_000, "local");
              return (
                day >= instantForm(earliest, timeZone).day &&
                day <= instantForm(latest, timeZone).day
              );
            }}
          />
        </FormField>
        <FormField
          label={`Time (${zone})`}
          constraintText="Hour:minute:second, 24 hours. Up to six decimals."
          errorText={problems.time}
          warningText={warning}
          stretch
        >
          <Input
            value={form.time}
            onChange={({ detail }) => setForm({ ...form, time: detail.value })}
            placeholder="hh:mm:ss"
            inputMode="text"
            spellcheck={false}
            autoComplete={false}
          />
        </FormField>
      </Grid>
      {offsets.length > 0 && (
        <FormField
          label={`${form.time.trim()} comes twice on this day`}
          description="The clocks are put back over it."
        >
          <RadioGroup
            value={form.offset === undefined ? null : String(form.offset)}
            onChange={({ detail }) => setForm({ ...form, offset: Number(detail.value) })}
            items={offsets.map((offset, position) => ({
              value: String(offset),
              label: formatOffset(offset),
              description: position === 0 ? "The first time." : "The second time.",
            }))}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

/** Latest moves on by itself: what is a little ahead of it can be within reach when it is sent. */
const SLACK_MICROS = 5_000_000;

/** The server has the last word, so this is no error. */
export function boundsWarning(
  micros: Micros | undefined,
  earliest: Micros,
  latest: Micros,
): string | undefined {
  if (micros === undefined) {
    return undefined;
  }
  if (micros < earliest) {
    return "This is before the earliest restore date.";
  }
  return micros > latest + SLACK_MICROS ? "This is after the latest restore date." : undefined;
}
