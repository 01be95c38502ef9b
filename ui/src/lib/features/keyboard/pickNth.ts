/** The digits 1 to 9 choose the nth option of the group that has the focus, or of the first group. */
export function pickNth(nth: number, within: ParentNode = document): boolean {
  const group =
    document.activeElement?.closest('[data-options]') ??
    document.activeElement?.querySelector('[data-options]') ??
    within.querySelector('[data-options]');
  const controls = group?.querySelectorAll<HTMLElement>('input, button, a');
  const control = controls?.[nth - 1];
  if (!control) return false;
  control.focus();
  control.click();
  return true;
}
