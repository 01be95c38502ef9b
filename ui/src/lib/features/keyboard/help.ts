/** Every key of the field app, for the help dialog. */
import type { MessageId } from '$lib/i18n/generated/ids';

export const HELP: readonly { keys: readonly string[]; what: MessageId }[] = [
  { keys: ['1', '…', '9'], what: 'keys-choose' },
  { keys: ['Y', 'N', 'U'], what: 'keys-answer' },
  { keys: ['Enter'], what: 'keys-continue' },
  { keys: ['Ctrl+Enter'], what: 'keys-continue-text' },
  { keys: ['Esc'], what: 'keys-back' },
  { keys: ['Alt+1', '…', 'Alt+5'], what: 'keys-page' },
  { keys: ['T'], what: 'keys-now' },
  { keys: ['Ctrl+N'], what: 'keys-social' },
  { keys: ['Ctrl+Shift+N'], what: 'keys-arrest' },
  { keys: ['Ctrl+J'], what: 'keys-queue' },
  { keys: ['Ctrl+S'], what: 'keys-save' },
  { keys: ['F8'], what: 'keys-theme' },
  { keys: ['F9'], what: 'keys-lock' },
  { keys: ['F10'], what: 'keys-blackout' },
  { keys: ['?'], what: 'keys-help' },
];
