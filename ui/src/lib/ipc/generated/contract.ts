// Generated from the contract of handoff-device. Do not edit.

export type Advice = "looks_eligible" | "records_check_needed" | "staff_will_review" | "use_other_route";
export type AgeBand = "under18" | "from18_to24" | "from25_to34" | "from35_to44" | "from45_to54" | "from55";
export type AgeBasis = "stated" | "estimated";
export type AgeForm = { "kind": "not_given" } | { "kind": "birth_date", 
/**
 * Four digits.
 */
year: string, 
/**
 * 1 to 12.
 */
month: string, 
/**
 * 1 to 31.
 */
day: string, } | { "kind": "years", 
/**
 * As typed.
 */
years: string, 
/**
 * Stated or estimated.
 */
basis: AgeBasis, } | { "kind": "band", 
/**
 * Which.
 */
band: AgeBand, };
export type Answer = "yes" | "no" | "unknown";
export type AnswerForm = { 
/**
 * Yes, no or unknown; of a question how often: no is never, yes needs the count.
 */
answer: Answer, 
/**
 * Where it comes from; `None` claims nothing, above all no look at records.
 */
source: AnswerSource | null, 
/**
 * The most recent date, as typed; empty when not asked or not known.
 */
most_recent: string, 
/**
 * How often, as typed.
 */
count: string, 
/**
 * The level of the most serious open matter.
 */
most_serious: OffenceLevel | null, 
/**
 * Whether any open matter is local.
 */
place: MatterPlace | null, };
export type AnswerSource = "records_query" | "officer_knowledge" | "participant_statement" | "dispatcher" | "not_checked";
export type ChangeDraftRequest = { 
/**
 * Which draft.
 */
draft: string, 
/**
 * The page that is open, 1 to 5, so that a closed lid opens where it was.
 */
page: number, 
/**
 * The whole form.
 */
form: ReferralForm, };
export type ChargeState = "none" | "held" | "sent_to_prosecutor" | "accepted" | "rejected" | "intake_due" | "not_filed" | "intake_overdue" | "returned";
export type ChoicesView = { 
/**
 * What the officer reads out when making the offer.
 */
script: PackWords, 
/**
 * Named areas of the site.
 */
zones: Array<ZoneChoice>, 
/**
 * Offence codes, those that the pack names first.
 */
offences: Array<OffenceChoice>, 
/**
 * Doors that this site has.
 */
doors: Array<Door>, };
export type CommandError = { 
/**
 * Which sentence to show.
 */
code: ErrorCode, 
/**
 * Values that the sentence names: counts, times, file names. Never a
 * person's answer.
 */
params: { [key in string]: string }, 
/**
 * The fields concerned, for an error summary; empty for other errors.
 */
fields: Array<FieldError>, 
/**
 * What the window may offer.
 */
disposition: Disposition, };
export type ComplainantForm = { 
/**
 * There is one.
 */
present: Answer | null, 
/**
 * They decline prosecution.
 */
declines: Answer | null, };
export type Connection = "unknown" | "online" | "syncing" | "offline" | "not_accepted" | "update_needed" | "site_update_needed";
export type ConnectionView = { 
/**
 * The state in one word.
 */
state: Connection, 
/**
 * When the site last answered.
 */
last_success_at: string | null, 
/**
 * Why the last try failed.
 */
last_error: ErrorCode | null, 
/**
 * When the next try is due, if one is planned.
 */
next_try_at: string | null, 
/**
 * Progress of a running sync: entries done and in all.
 */
progress: SyncProgress | null, };
export type DecisionLine = { 
/**
 * Approved, not approved or needs information.
 */
verification: VerificationState, 
/**
 * When.
 */
decided_at: string, 
/**
 * In words, if the site gave a reason for the referrer.
 */
reason: string, };
export type DeclinedReason = "not_said" | "not_now" | "has_help" | "distrust" | "prefers_ordinary_process" | "other";
export type Disposition = "retry" | "ask_user" | "stop";
export type Door = "arrest_diversion" | "social_contact" | "community";
export type DraftLine = { 
/**
 * Its id.
 */
draft: string, 
/**
 * The door.
 */
door: Door, 
/**
 * Name or what they go by; empty when not known.
 */
name: string, 
/**
 * When it was last saved.
 */
saved_at: string, 
/**
 * How many answers are still missing.
 */
missing: number, };
export type DraftRequest = { 
/**
 * The draft's id, which is the id of the referral it will become.
 */
draft: string, };
export type DraftView = { 
/**
 * Its id.
 */
draft: string, 
/**
 * The door.
 */
door: Door, 
/**
 * The page that was open last, 1 to 5.
 */
page: number, 
/**
 * The form as typed.
 */
form: ReferralForm, 
/**
 * When it was last durably saved on this device.
 */
saved_at: string, 
/**
 * What has to change before it can be sent.
 */
missing: Array<FieldError>, 
/**
 * The questions of this door, those of pages 1 to 3 too, in the order of the pack.
 */
checklist: Array<QuestionRow>, 
/**
 * The live verdict; `None` when the site has no rules for this door.
 */
verdict: VerdictView | null, };
export type DrugForm = { 
/**
 * NIBRS drug type.
 */
drug: DrugType, 
/**
 * As typed.
 */
quantity: string, 
/**
 * NIBRS unit.
 */
unit: DrugUnit, 
/**
 * Estimated by sight.
 */
estimated: boolean, 
/**
 * The form that it comes in; drafts of before it was asked have none.
 */
form: DrugShape, };
export type DrugShape = "unstated" | "prescription_pills" | "other";
export type DrugType = "A" | "B" | "C" | "D" | "E" | "F" | "G" | "H" | "I" | "J" | "K" | "L" | "M" | "N" | "O" | "P" | "U" | "X";
export type DrugUnit = "GM" | "KG" | "OZ" | "LB" | "ML" | "DU" | "NP" | "XX";
export type EngagementState = "draft" | "submitted" | "screened" | "case_manager_called" | "handed_off" | "declined_by_person" | "contact_attempting" | "brief_intake_done" | "assessment_done" | "plan_active" | "active" | "inactive" | "closed";
export type EnrolRequest = { 
/**
 * The code as given out by the site.
 */
code: string, 
/**
 * The password that the person chooses for this device.
 */
password: string, };
export type EnrolmentView = { 
/**
 * The site's id, such as `md-baltimore`.
 */
site: string, 
/**
 * Name of this device at the site.
 */
device_name: string, 
/**
 * True while the device secret lies in a file rather than in a keystore:
 * the lock screen says so.
 */
secret_in_file: boolean, };
export type ErrorCode = "not_enrolled" | "already_enrolled" | "code_unreadable" | "code_unknown" | "code_used" | "code_expired" | "code_not_proven" | "code_void" | "device_known_otherwise" | "device_revoked" | "person_disabled" | "site_unconfirmed" | "enrolment_unreadable" | "site_busy" | "code_refused" | "site_not_pinned" | "site_not_proven" | "site_not_reached" | "site_answer_unreadable" | "update_needed" | "site_update_needed" | "wrong_password" | "password_refused" | "locked" | "lease_ran_out" | "not_permitted" | "unknown_user" | "form_incomplete" | "unknown_draft" | "unknown_referral" | "already_sent" | "disk_full" | "another_writer" | "file_damaged" | "files_newer" | "clock_impossible" | "request_unreadable" | "internal";
export type Event = { "kind": "changed", 
/**
 * Which.
 */
topics: Array<Topic>, } | { "kind": "decided", 
/**
 * Which referral.
 */
referral: string, 
/**
 * How.
 */
verification: VerificationState, } | { "kind": "locked" };
export type EvidenceKind = "record" | "direct_observation" | "reliable_information";
export type FieldError = { 
/**
 * Path within the form: `who.age`, `why.drugs.0.quantity`.
 */
path: string, 
/**
 * Message id without its prefix: `birth_date_in_future` is said by
 * `field-birth_date_in_future`.
 */
code: string, 
/**
 * Values that the sentence names: limits, never the answer itself.
 */
params: { [key in string]: string }, };
export type FindingResult = "pass" | "hit" | "unknown";
export type FindingRow = { 
/**
 * Rule id within the pack.
 */
rule: string, 
/**
 * The rule in words.
 */
words: PackWords, 
/**
 * Where the site's text says so.
 */
clause: string, 
/**
 * What a hit means.
 */
severity: Severity, 
/**
 * Pass, hit or unknown.
 */
result: FindingResult, 
/**
 * The question whose answer decides it, if one does.
 */
question: string | null, 
/**
 * The answer that it saw.
 */
answer: Answer | null, 
/**
 * Where that answer came from.
 */
source: AnswerSource | null, 
/**
 * Role (snake_case) that decides next on a hit or unknown.
 */
decides: string | null, 
/**
 * False when the rule's source has not been checked with the site.
 */
verified: boolean, };
export type IdBasis = "id_card" | "known_to_officer" | "stated" | "unknown";
export type InvolvementForm = { 
/**
 * Kind of evidence.
 */
evidence: EvidenceKind | null, 
/**
 * `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, as typed.
 */
when: string, 
/**
 * Inside the site's area.
 */
in_zone: Answer | null, 
/**
 * Written down somewhere.
 */
documented: Answer | null, 
/**
 * In few words, no informant's name.
 */
basis: string, };
export type JournalLine = { 
/**
 * Position in the lane.
 */
seq: number, 
/**
 * Chain hash, hex.
 */
hash: string, };
export type Language = "en" | "es";
export type MatterPlace = "local" | "elsewhere";
export type Need = "substance_use" | "mental_health" | "housing" | "medical" | "food" | "safety" | "other";
export type NotMadeReason = "ineligible" | "officer_discretion" | "no_case_manager_available" | "outside_hours" | "safety" | "unable_to_communicate";
export type Nothing = Record<symbol, never>;
export type OffenceChoice = { 
/**
 * NIBRS code.
 */
code: string, 
/**
 * NIBRS description.
 */
description: string, 
/**
 * True when the pack of this door names it.
 */
in_pack: boolean, };
export type OffenceForm = { 
/**
 * NIBRS code.
 */
code: string, 
/**
 * Misdemeanour or felony, when known.
 */
level: OffenceLevel | null, 
/**
 * Local statute.
 */
statute: string, };
export type OffenceLevel = "infraction" | "misdemeanor" | "felony";
export type OfferForm = { 
/**
 * `Some(true)` when the offer was made, `Some(false)` when it was not.
 */
made: boolean | null, 
/**
 * Why it was not made.
 */
not_made_reason: NotMadeReason | null, 
/**
 * What the person said.
 */
response: Response | null, 
/**
 * Why they declined, if they said.
 */
declined_reason: DeclinedReason | null, 
/**
 * Where to find them.
 */
where_to_find: string, 
/**
 * A phone number.
 */
phone: string, 
/**
 * A message may be left there.
 */
safe_to_leave_message: boolean | null, };
export type Outcome = "presumptively_eligible" | "needs_verification" | "presumptively_ineligible";
export type OverdoseForm = { 
/**
 * It happened.
 */
happened: boolean, 
/**
 * Naloxone was given.
 */
naloxone_given: boolean, 
/**
 * Doses, as typed.
 */
doses: string, };
export type PackLine = { 
/**
 * Id of the pack.
 */
id: string, 
/**
 * Its version.
 */
version: string, 
/**
 * SHA-256 of its exact bytes, in hexadecimal.
 */
hash: string, 
/**
 * In force since.
 */
effective: string | null, 
/**
 * Days since this device last learned which packs are in force; `None`
 * when the pack is the one that came with the enrolment and no newer feed
 * was ever read.
 */
checked_days_ago: number | null, };
export type PackWords = { 
/**
 * English.
 */
en: string, 
/**
 * Spanish; empty when the pack has none.
 */
es: string, };
export type ParkedLine = { 
/**
 * Its id.
 */
entry: string, 
/**
 * The last eight characters of the id, for reading aloud.
 */
short: string, 
/**
 * When it was saved.
 */
saved_at: string, 
/**
 * Why, as a code; said by `parked-<code>`.
 */
code: string, };
export type PersonTile = { 
/**
 * Whom to unlock.
 */
user: string, 
/**
 * Name from the roster.
 */
name: string, 
/**
 * At most three letters.
 */
initials: string, };
export type PlaceForm = { 
/**
 * Local date and time with offset, `2026-11-22T21:04:00-05:00`.
 */
encounter_at: string, 
/**
 * A named area of the site.
 */
zone: string | null, 
/**
 * Address or cross street.
 */
address: string, 
/**
 * The agency's incident or case number.
 */
incident_number: string, };
export type Preferences = { 
/**
 * Day, night, or dim red.
 */
theme: Theme, 
/**
 * Larger targets for gloves.
 */
gloves: boolean, 
/**
 * Text size in percent of the normal size: 100 to 175.
 */
text_percent: number, 
/**
 * `en` or `es`.
 */
language: Language, 
/**
 * Letters and digits act on their own (never while text is typed).
 */
single_keys: boolean, };
export type QuestionKind = { "kind": "yes_no" } | { "kind": "history", 
/**
 * Some rule looks at the date.
 */
asks_date: boolean, } | { "kind": "matter", 
/**
 * Some rule looks at the level.
 */
asks_level: boolean, 
/**
 * Some rule looks at the place.
 */
asks_place: boolean, } | { "kind": "count" } | { "kind": "age" } | { "kind": "time" } | { "kind": "zone" } | { "kind": "offences" } | { "kind": "drugs", 
/**
 * Some rule looks at the form that a drug comes in.
 */
asks_form: boolean, } | { "kind": "complainant" } | { "kind": "involvement", 
/**
 * Some rule looks at the date.
 */
asks_date: boolean, 
/**
 * Some rule looks at the place.
 */
asks_place: boolean, 
/**
 * Some rule looks at whether it is written down.
 */
asks_documented: boolean, } | { "kind": "offer" };
export type QuestionRow = { 
/**
 * Question id within the pack.
 */
id: string, 
/**
 * The question in words.
 */
words: PackWords, 
/**
 * What kind of answer it takes.
 */
kind: QuestionKind, 
/**
 * The page that asks it, 1 to 4.
 */
page: number, 
/**
 * True when records answer it (supervision, history, open matters), so
 * that its source is never assumed.
 */
of_records: boolean, 
/**
 * 1 for the question that is most useful to answer now; `None` when it
 * can change nothing any more.
 */
rank: number | null, };
export type QueueCounts = { 
/**
 * Drafts of the signed-in person (0 while locked).
 */
drafts: number, 
/**
 * Saved on this device, not covered by a receipt.
 */
waiting: number, 
/**
 * Parked by the site: a person has to look.
 */
needs_you: number, 
/**
 * Covered by a receipt.
 */
received: number, };
export type QueueView = { 
/**
 * Parked by the site, or in conflict.
 */
needs_you: Array<ReferralLine>, 
/**
 * Saved on this device or sent, without a receipt.
 */
waiting: Array<ReferralLine>, 
/**
 * Not finished.
 */
drafts: Array<DraftLine>, 
/**
 * Covered by a receipt, newest first, at most 100.
 */
received: Array<ReferralLine>, 
/**
 * Referrals received in all.
 */
received_total: number, 
/**
 * Saved by other people on this device and still waiting: a count only.
 */
waiting_of_others: number, 
/**
 * Parked entries of theirs that stand in no list above: they are no
 * referral by themselves, or stored records may not be read now.
 */
parked: Array<ParkedLine>, };
export type ReferralForm = { 
/**
 * Page 1: who.
 */
who: WhoForm, 
/**
 * Page 2: where.
 */
place: PlaceForm, 
/**
 * Page 2: why.
 */
why: WhyForm, 
/**
 * Page 3: the offer.
 */
offer: OfferForm, 
/**
 * Page 4: what do you know, by question id.
 */
answers: { [key in string]: AnswerForm }, 
/**
 * Page 5: why it is referred although the screening advises another
 * route; asked only then, and no part of the referral otherwise.
 */
refer_anyway: string, };
export type ReferralLine = { 
/**
 * Its id.
 */
referral: string, 
/**
 * The last eight characters of the id, for reading aloud: the first tell
 * when it was begun, and are alike for two of one minute.
 */
short: string, 
/**
 * The door.
 */
door: Door, 
/**
 * Name or what they go by; empty when not known.
 */
name: string, 
/**
 * When it was saved.
 */
saved_at: string, 
/**
 * Where it stands.
 */
standing: StandingView, 
/**
 * The verification track.
 */
verification: VerificationState, 
/**
 * The engagement track.
 */
engagement: EngagementState, };
export type ReferralRequest = { 
/**
 * Its id.
 */
referral: string, };
export type ReferralView = { 
/**
 * As in the lists.
 */
line: ReferralLine, 
/**
 * What was reported, in the shape of the form: pages 1 to 3, and why it
 * was referred anyway. What page 4 asked stands in the verdict.
 */
form: ReferralForm, 
/**
 * The screening as it was when it was saved. Never recomputed.
 */
verdict: VerdictView | null, 
/**
 * The charge track.
 */
charge: ChargeState, 
/**
 * What the site decided, newest first.
 */
decisions: Array<DecisionLine>, 
/**
 * Lane position and chain hash, for IT.
 */
journal: JournalLine, 
/**
 * True while it can be taken back.
 */
can_take_back: boolean, };
export type Response = "accepted" | "declined" | "undecided";
export type SavedView = { 
/**
 * The referral's id, the same as the draft's.
 */
referral: string, 
/**
 * When the journal had it durably.
 */
saved_at: string, };
export type SessionView = { 
/**
 * Who is signed in.
 */
user: string, 
/**
 * Name from the roster.
 */
name: string, 
/**
 * Roles, snake_case as in the site's roster.
 */
roles: Array<string>, 
/**
 * True when the lease has run out: new referrals are saved and sent, but
 * saved ones cannot be read until the site has been reached.
 */
write_only: boolean, 
/**
 * True when the site has renewed the lease since: once this person has
 * unlocked again, saved referrals can be read.
 */
renewed: boolean, 
/**
 * When the session locks by itself if nothing is touched, in seconds.
 */
locks_after_seconds: number, };
export type Severity = "hard" | "presumptive" | "refer_up" | "advisory";
export type StandingView = { "kind": "on_device" } | { "kind": "sent" } | { "kind": "received", 
/**
 * When the site took it.
 */
received_at: string, 
/**
 * The receipt's short code.
 */
receipt: string, } | { "kind": "parked", 
/**
 * Why, as a code; said by `parked-<code>`.
 */
code: string, };
export type StartDraftRequest = { 
/**
 * Which door.
 */
door: Door, };
export type StatusView = { 
/**
 * `None` on a device that has not been enrolled.
 */
enrolment: EnrolmentView | null, 
/**
 * The people who may unlock this device, for the tiles of the lock screen.
 */
people: Array<PersonTile>, 
/**
 * Who is signed in.
 */
session: SessionView | null, 
/**
 * Counts only: this much is shown even on a locked screen.
 */
queue: QueueCounts, 
/**
 * Whether the site answers.
 */
connection: ConnectionView, 
/**
 * Since when this device knows that another copy of it exists, or existed.
 * Everything saved here is kept and sent all the same.
 */
copied_at: string | null, 
/**
 * How the day and night look was last set.
 */
preferences: Preferences, 
/**
 * Version of the program.
 */
version: string, };
export type SubmitRequest = { 
/**
 * Which draft.
 */
draft: string, };
export type SyncProgress = { 
/**
 * Entries covered by receipts in this run.
 */
done: number, 
/**
 * Entries that this run set out to send.
 */
total: number, };
export type SyncView = { 
/**
 * Entries put on the wire.
 */
sent: number, 
/**
 * Entries newly covered by a receipt.
 */
received: number, 
/**
 * Entries that the site parked.
 */
parked: number, 
/**
 * Entries still waiting.
 */
waiting: number, 
/**
 * The site knows another copy of this device, so the journal goes on in a
 * new lane. Nothing is lost.
 */
went_on: boolean, 
/**
 * Why it stopped early, if it did.
 */
error: ErrorCode | null, };
export type Theme = "day" | "night" | "tactical";
export type TodayView = { 
/**
 * Drafts, newest first.
 */
drafts: Array<DraftLine>, 
/**
 * The last five referrals.
 */
recent: Array<ReferralLine>, 
/**
 * Doors that this site has.
 */
doors: Array<Door>, };
export type Topic = "device" | "session" | "connection" | "queue" | "drafts" | "referrals" | "packs";
export type UnlockRequest = { 
/**
 * Who.
 */
user: string, 
/**
 * Their password on this device.
 */
password: string, };
export type VerdictView = { 
/**
 * The provisional outcome. The site alone decides.
 */
outcome: Outcome, 
/**
 * True when the rules that were hit may be waived by the site.
 */
waivable: boolean, 
/**
 * Which of the four sentences to show.
 */
advice: Advice, 
/**
 * Every rule of this door, hits first, then unknowns, then passes.
 */
findings: Array<FindingRow>, 
/**
 * Ids of the questions that can still change the outcome, most useful first.
 */
open_questions: Array<string>, 
/**
 * Another door where this person would not be turned away.
 */
other_door: Door | null, 
/**
 * The rules that were used.
 */
pack: PackLine, };
export type VerificationState = "pending" | "needs_information" | "approved" | "not_approved";
export type WhoForm = { 
/**
 * Given name.
 */
given_name: string, 
/**
 * Family name.
 */
family_name: string, 
/**
 * What people call them.
 */
goes_by: string, 
/**
 * The name is not known, and that is fine.
 */
name_not_known: boolean, 
/**
 * Age in one of the forms that an officer may know.
 */
age: AgeForm, 
/**
 * How the officer knows who it is.
 */
id_basis: IdBasis | null, 
/**
 * BCP 47 language that the person speaks best; empty when not asked.
 */
language: string, 
/**
 * An interpreter is needed.
 */
interpreter_needed: boolean, };
export type WhyForm = { 
/**
 * Observed needs.
 */
needs: Array<Need>, 
/**
 * Arrest door: suspected offences.
 */
offences: Array<OffenceForm>, 
/**
 * Drugs and amounts.
 */
drugs: Array<DrugForm>, 
/**
 * Somebody looked, and there are no drugs; an empty list alone does not say so.
 */
no_drugs: boolean, 
/**
 * Arrest door: somebody was harmed and is here.
 */
complainant: ComplainantForm, 
/**
 * The basis of prior involvement.
 */
involvement: Array<InvolvementForm>, 
/**
 * There was none; an empty list alone does not say so.
 */
no_involvement: boolean, 
/**
 * An overdose in this encounter.
 */
overdose: OverdoseForm, 
/**
 * At most 280 characters, without health details.
 */
narrative: string, };
export type ZoneChoice = { 
/**
 * Its id in the pack.
 */
id: string, 
/**
 * Its name.
 */
words: PackWords, };
