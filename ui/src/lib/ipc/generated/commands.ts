// Generated from the command table of handoff-device. Do not edit.
import type { ChangeDraftRequest, ChoicesView, DraftRequest, DraftView, EnrolRequest, Nothing, Preferences, QueueView, ReferralRequest, ReferralView, SavedView, StartDraftRequest, StatusView, SubmitRequest, SyncView, TodayView, Topic, UnlockRequest } from './contract';

export type Commands = {
  /** What the shell shows on every screen. */
  status: { request: Nothing; view: StatusView };
  /** Enrols this device and its first person with a one-time code. */
  enrol: { request: EnrolRequest; view: StatusView };
  /** Opens a person's vault and drafts. */
  unlock: { request: UnlockRequest; view: StatusView };
  /** Drops the keys. Uploads go on. */
  lock: { request: Nothing; view: StatusView };
  /** Changes the look of the program on this device. */
  set_preferences: { request: Preferences; view: StatusView };
  /** Drafts and the last referrals. */
  today: { request: Nothing; view: TodayView };
  /** What the pages of one door offer to choose from. */
  choices: { request: StartDraftRequest; view: ChoicesView };
  /** Begins a referral. Its id is made now and never changes. */
  start_draft: { request: StartDraftRequest; view: DraftView };
  /** Opens a draft. */
  draft: { request: DraftRequest; view: DraftView };
  /** Keeps a change durably and screens again. */
  change_draft: { request: ChangeDraftRequest; view: DraftView };
  /** Throws a draft away. */
  delete_draft: { request: DraftRequest; view: TodayView };
  /** Turns a draft into a referral: the save. */
  submit: { request: SubmitRequest; view: SavedView };
  /** Everything that waits, needs somebody, or was received. */
  queue: { request: Nothing; view: QueueView };
  /** One referral with its reasons, its receipt and what the site said. */
  referral: { request: ReferralRequest; view: ReferralView };
  /** Takes back a referral that has not left the device. */
  take_back: { request: ReferralRequest; view: QueueView };
  /** Syncs now, whatever the back-off says. */
  sync_now: { request: Nothing; view: SyncView };
};

export type CommandName = keyof Commands;

export const COMMANDS: { readonly [C in CommandName]: { readonly reads: readonly Topic[]; readonly writes: readonly Topic[] } } = {
  status: { reads: ['device', 'session', 'connection', 'queue', 'drafts'], writes: [] },
  enrol: { reads: [], writes: ['device', 'session', 'packs'] },
  unlock: { reads: [], writes: ['session', 'drafts', 'referrals'] },
  lock: { reads: [], writes: ['session'] },
  set_preferences: { reads: [], writes: ['device'] },
  today: { reads: ['drafts', 'referrals', 'queue', 'packs'], writes: [] },
  choices: { reads: ['packs'], writes: [] },
  start_draft: { reads: [], writes: ['drafts'] },
  draft: { reads: ['drafts', 'packs'], writes: [] },
  change_draft: { reads: [], writes: ['drafts'] },
  delete_draft: { reads: [], writes: ['drafts'] },
  submit: { reads: [], writes: ['drafts', 'referrals', 'queue'] },
  queue: { reads: ['drafts', 'referrals', 'queue'], writes: [] },
  referral: { reads: ['referrals', 'queue'], writes: [] },
  take_back: { reads: [], writes: ['referrals', 'queue'] },
  sync_now: { reads: [], writes: ['connection', 'queue', 'referrals', 'packs'] },
};
