/**
 * An error summary leads to a field, which may stand on another page: the path
 * waits here until that page is there to take it.
 */
import { fieldId } from '$lib/ui/options';

let wanted: string | null = null;

export function goToField(path: string): void {
  wanted = path;
}

/** Focuses the wanted field, or the nearest thing around it; true when it did. */
export function focusWantedField(): boolean {
  const parts = wanted?.split('.') ?? [];
  wanted = null;
  for (; parts.length > 0; parts.pop()) {
    const place = document.getElementById(fieldId(parts.join('.')));
    if (!place) continue;
    const control = place.matches('input, textarea') ? place : place.querySelector('input');
    (control ?? place).focus();
    place.scrollIntoView({ block: 'center' });
    return true;
  }
  return false;
}
