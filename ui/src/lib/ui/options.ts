/** One thing to choose, with the words for it. */
export interface Option<Value extends string> {
  value: Value;
  label: string;
  /** A second line in smaller words. */
  hint?: string;
  /** The key that chooses it, when that is a letter and not its number. */
  keycap?: string;
  /** Set when the words are in another language than the window. */
  lang?: string;
}

/** The id of the control of a form path, so that an error summary can go to it. */
export const fieldId = (path: string): string => `f-${path.replaceAll('.', '-')}`;
