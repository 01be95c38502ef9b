/**
 * The referral that is being written. It holds the form as typed, keeps it on
 * the device within 400 ms of the last key, and shows what the core answers:
 * the verdict, what is missing, when it was saved. It validates nothing and
 * screens nothing; one save is under way at a time and the newest form wins.
 */
import type {
  AnswerForm,
  CommandError,
  DraftView,
  FieldError,
  ReferralForm,
  SavedView,
} from '$lib/ipc/generated/contract';
import { asFailure, type Host } from '$lib/ipc/host';
import { errorAt, pageOf } from '../errors/fields';
import { plainAnswer } from './answers';
import { onPage4 } from './asked';

/** After the last key; with the call itself it stays below 400 ms. */
export const SAVE_AFTER_MS = 250;
/** Until a failed save is tried again by itself. */
export const RETRY_AFTER_MS = 5_000;
export const PAGES = 5;

export type Keeping = 'saved' | 'changed' | 'saving' | 'failed';

export class DraftSheet {
  form = $state() as ReferralForm;
  page = $state(1);
  /** What the core last answered about this draft. */
  view = $state.raw() as DraftView;
  keeping = $state<Keeping>('saved');
  /** Why the last save or send did not happen. */
  error = $state.raw<CommandError | null>(null);
  sending = $state(false);

  readonly #host: Pick<Host, 'call'>;
  /** Pages that were left: their errors may be shown beside the fields. */
  #left = $state.raw<ReadonlySet<number>>(new Set());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #edits = 0;
  #saved = 0;
  #running: Promise<boolean> | null = null;
  #ended = false;

  constructor(host: Pick<Host, 'call'>, view: DraftView) {
    this.#host = host;
    this.form = view.form;
    this.page = view.page;
    this.view = view;
  }

  /** Changes the form. Every change goes through here, so that none stays unsaved. */
  edit(change: (form: ReferralForm) => void): void {
    if (this.#ended) return;
    change(this.form);
    this.#edits += 1;
    if (this.keeping !== 'saving') this.keeping = 'changed';
    this.#saveIn(SAVE_AFTER_MS);
  }

  answer(question: string, answer: AnswerForm): void {
    this.edit((form) => (form.answers[question] = answer));
  }

  /** "I have not checked": every question of page 4 that has no answer yet becomes unknown. */
  answerRestUnknown(): void {
    this.edit((form) => {
      for (const row of this.view.checklist.filter(onPage4)) {
        form.answers[row.id] ??= plainAnswer('unknown', 'not_checked');
      }
    });
  }

  /** Goes to another page; the one that is left may now show its errors. */
  turnTo(page: number): void {
    if (page === this.page) return;
    this.#left = new Set([...this.#left, this.page]);
    this.page = page;
    this.#edits += 1;
    void this.save();
  }

  /** What stands beside a field. Nothing does while its page is being filled in for the first time. */
  errorAt(path: string): string | null {
    return this.#left.has(pageOf(path)) ? errorAt(this.view.missing, path) : null;
  }

  missingOn(page: number): FieldError[] {
    return this.view.missing.filter((one) => pageOf(one.path) === page);
  }

  wasLeft(page: number): boolean {
    return this.#left.has(page);
  }

  /** Takes a newer view of the core, unless something typed since is on its way there. */
  heard(view: DraftView): void {
    if (this.#edits === this.#saved) this.view = view;
  }

  /** Saves what is not saved yet; false when that failed. */
  async save(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#edits !== this.#saved && !this.#ended) {
      this.#running ??= this.#saveOnce();
      if (!(await this.#running)) return false;
    }
    return true;
  }

  /** Turns the draft into a referral. After a try every page may show its errors. */
  async send(): Promise<SavedView | null> {
    if (this.sending || !(await this.save())) return null;
    this.sending = true;
    try {
      const saved = await this.#host.call('submit', { draft: this.view.draft });
      this.end();
      return saved;
    } catch (thrown) {
      this.error = asFailure(thrown).error;
      this.#left = new Set(Array.from({ length: PAGES }, (_, index) => index + 1));
      return null;
    } finally {
      this.sending = false;
    }
  }

  /** The draft is gone or left for good: nothing more is saved. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #saveOnce(): Promise<boolean> {
    const edits = this.#edits;
    this.keeping = 'saving';
    try {
      const view = await this.#host.call('change_draft', {
        draft: this.view.draft,
        page: this.page,
        form: $state.snapshot(this.form) as ReferralForm,
      });
      this.#saved = edits;
      this.view = view;
      this.error = null;
      this.keeping = this.#edits === edits ? 'saved' : 'changed';
      return true;
    } catch (thrown) {
      this.error = asFailure(thrown).error;
      this.keeping = 'failed';
      if (this.error.disposition === 'retry') this.#saveIn(RETRY_AFTER_MS);
      return false;
    } finally {
      this.#running = null;
    }
  }

  #saveIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#ended) this.#timer = setTimeout(() => void this.save(), milliseconds);
  }
}
