/** The state of an instant that is typed. Its zone can change meanwhile: the instant stays. */

import { useState } from "react";
import { usePreferences } from "../app/preferences";
import {
  type InstantForm,
  type InstantProblems,
  instantForm,
  type Micros,
  offsetsToChoose,
  readInstant,
} from "../forms/instant";

export interface TypedInstant {
  form: InstantForm;
  setForm: (form: InstantForm) => void;
  /** Puts an instant in that was chosen otherwise. */
  setMicros: (micros: Micros) => void;
  /** What is typed, if it is an instant. */
  micros: Micros | undefined;
  /** Minutes ahead of UTC, of which one is to be chosen: the typed time comes twice. */
  offsets: readonly number[];
  problems: InstantProblems;
}

const NOTHING: InstantForm = { day: "", time: "" };

export function useTypedInstant(initial: Micros | undefined): TypedInstant {
  const { timeZone } = usePreferences();
  const [state, setState] = useState({
    zone: timeZone,
    form: initial === undefined ? NOTHING : instantForm(initial, timeZone),
  });
  const read = readInstant(state.form, state.zone);
  const micros = "micros" in read ? read.micros : undefined;
  if (state.zone !== timeZone) {
    setState({
      zone: timeZone,
      form: micros === undefined ? state.form : instantForm(micros, timeZone),
    });
  }
  return {
    form: state.form,
    setForm: (form) => setState({ zone: timeZone, form }),
    setMicros: (chosen) => setState({ zone: timeZone, form: instantForm(chosen, timeZone) }),
    micros,
    offsets: offsetsToChoose(state.form, state.zone),
    problems: "problems" in read ? read.problems : {},
  };
}
