/**
 * The first field that is not right gets the focus. Of a value without a field of its own, such as
 * an empty set, that is the button which stands in its place.
 */
export function focusFirstProblem(place: HTMLElement | null): void {
  // The fields show their problems with the next paint.
  requestAnimationFrame(() => {
    const field = place?.querySelector<HTMLElement>(
      "[aria-invalid='true'], [data-problem='true'] button",
    );
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  });
}
