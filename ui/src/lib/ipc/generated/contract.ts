// Generated from the contract of handoff-device. Do not edit.

export type Topic = "device" | "session" | "connection" | "queue" | "drafts" | "referrals" | "packs";

export type Door = "arrest_diversion" | "social_contact" | "community";
export type Answer = "yes" | "no" | "unknown";
export type AnswerSource = "records_query" | "officer_knowledge" | "participant_statement" | "dispatcher" | "not_checked";
export type Outcome = "presumptively_eligible" | "needs_verification" | "presumptively_ineligible";
export type Severity = "hard" | "presumptive" | "refer_up" | "advisory";
export type FindingResult = "pass" | "hit" | "unknown";
export type AgeBand = "under18" | "from18_to24" | "from25_to34" | "from35_to44" | "from45_to54" | "from55";
export type AgeBasis = "stated" | "estimated";
export type Need = "substance_use" | "mental_health" | "housing" | "medical" | "food" | "safety" | "other";
export type IdBasis = "id_card" | "known_to_officer" | "stated" | "unknown";
export type NotMadeReason = "ineligible" | "officer_discretion" | "no_case_manager_available" | "outside_hours" | "safety" | "unable_to_communicate";
export type DeclinedReason = "not_said" | "not_now" | "has_help" | "distrust" | "prefers_ordinary_process" | "other";
export type Response = "accepted" | "declined" | "undecided";
export type EvidenceKind = "record" | "direct_observation" | "reliable_information";
export type DrugType = "A" | "B" | "C" | "D" | "E" | "F" | "G" | "H" | "I" | "J" | "K" | "L" | "M" | "N" | "O" | "P" | "U" | "X";
export type DrugUnit = "GM" | "KG" | "OZ" | "LB" | "ML" | "DU" | "NP" | "XX";
export type OffenceLevel = "infraction" | "misdemeanor" | "felony";
export type VerificationState = "pending" | "needs_information" | "approved" | "not_approved";
export type EngagementState = "draft" | "submitted" | "screened" | "case_manager_called" | "handed_off" | "declined_by_person" | "contact_attempting" | "brief_intake_done" | "assessment_done" | "plan_active" | "active" | "inactive" | "closed";
export type ChargeState = "none" | "held" | "sent_to_prosecutor" | "accepted" | "rejected" | "intake_due" | "not_filed" | "intake_overdue" | "returned";

export type Nothing = Record<string, never>;

export type StatusView = { enrolment: EnrolmentView | null, people: Array<PersonTile>, session: SessionView | null, queue: QueueCounts, connection: ConnectionView, preferences: Preferences, version: string, };
export type EnrolmentView = { site: string, device_name: string, secret_in_file: boolean, };
export type PersonTile = { user: string, name: string, initials: string, };
export type SessionView = { user: string, name: string, roles: Array<string>, write_only: boolean, locks_after_seconds: number, };
export type QueueCounts = { drafts: number, waiting: number, needs_you: number, received: number, };
export type ConnectionView = { state: Connection, last_success_at: string | null, last_error: ErrorCode | null, next_try_at: string | null, progress: SyncProgress | null, };
export type SyncProgress = { done: number, total: number, };
export type Connection = "unknown" | "online" | "syncing" | "offline" | "not_accepted" | "update_needed";
export type Preferences = { theme: Theme, gloves: boolean, text_percent: number, language: Language, };
export type Theme = "day" | "night" | "tactical";
export type Language = "en" | "es";
export type EnrolRequest = { code: string, password: string, };
export type UnlockRequest = { user: string, password: string, };

export type PackWords = { en: string, es: string, };
export type VerdictView = { outcome: Outcome, waivable: boolean, advice: Advice, findings: Array<FindingRow>, open_questions: Array<string>, other_door: Door | null, pack: PackLine, };
export type Advice = "looks_eligible" | "records_check_needed" | "staff_will_review" | "use_other_route";
export type FindingRow = { rule: string, words: PackWords, clause: string, severity: Severity, result: FindingResult, question: string | null, answer: Answer | null, source: AnswerSource | null, decides: string | null, verified: boolean, };
export type PackLine = { id: string, version: string, effective: string | null, checked_days_ago: number | null, };
export type QuestionRow = { id: string, words: PackWords, answer: Answer | null, source: AnswerSource | null, asks_date: boolean, most_recent: string, rank: number | null, };

export type StartDraftRequest = { door: Door, };
export type DraftRequest = { draft: string, };
export type ChangeDraftRequest = { draft: string, page: number, form: ReferralForm, };
export type SubmitRequest = { draft: string, refer_anyway: string | null, };
export type SavedView = { referral: string, saved_at: string, };
export type DraftView = { draft: string, door: Door, page: number, form: ReferralForm, saved_at: string, missing: Array<FieldError>, checklist: Array<QuestionRow>, verdict: VerdictView | null, };
export type ChoicesView = { script: PackWords, zones: Array<ZoneChoice>, offences: Array<OffenceChoice>, doors: Array<Door>, };
export type ZoneChoice = { id: string, words: PackWords, };
export type OffenceChoice = { code: string, description: string, in_pack: boolean, };
export type ReferralForm = { who: WhoForm, place: PlaceForm, why: WhyForm, offer: OfferForm, answers: { [key in string]: AnswerForm }, };
export type WhoForm = { given_name: string, family_name: string, goes_by: string, name_not_known: boolean, age: AgeForm, id_basis: IdBasis | null, language: string, interpreter_needed: boolean, };
export type AgeForm = { "kind": "not_given" } | { "kind": "birth_date", year: string, month: string, day: string, } | { "kind": "years", years: string, basis: AgeBasis, } | { "kind": "band", band: AgeBand, };
export type PlaceForm = { encounter_at: string, zone: string | null, address: string, incident_number: string, };
export type WhyForm = { needs: Array<Need>, offences: Array<OffenceForm>, drugs: Array<DrugForm>, complainant: ComplainantForm, involvement: Array<InvolvementForm>, overdose: OverdoseForm, narrative: string, };
export type OffenceForm = { code: string, level: OffenceLevel | null, statute: string, };
export type DrugForm = { drug: DrugType, quantity: string, unit: DrugUnit, estimated: boolean, };
export type ComplainantForm = { present: Answer | null, declines: Answer | null, };
export type InvolvementForm = { evidence: EvidenceKind | null, when: string, in_zone: Answer | null, basis: string, };
export type OverdoseForm = { happened: boolean, naloxone_given: boolean, doses: string, };
export type OfferForm = { made: boolean | null, not_made_reason: NotMadeReason | null, response: Response | null, declined_reason: DeclinedReason | null, where_to_find: string, phone: string, safe_to_leave_message: boolean | null, };
export type AnswerForm = { answer: Answer, source: AnswerSource, most_recent: string, };

export type TodayView = { drafts: Array<DraftLine>, recent: Array<ReferralLine>, doors: Array<Door>, };
export type QueueView = { needs_you: Array<ReferralLine>, waiting: Array<ReferralLine>, drafts: Array<DraftLine>, received: Array<ReferralLine>, received_total: number, waiting_of_others: number, };
export type DraftLine = { draft: string, door: Door, name: string, saved_at: string, missing: number, };
export type ReferralLine = { referral: string, short: string, door: Door, name: string, saved_at: string, standing: StandingView, verification: VerificationState, engagement: EngagementState, };
export type StandingView = { "kind": "on_device" } | { "kind": "sent" } | { "kind": "received", received_at: string, receipt: string, } | { "kind": "parked", code: string, };
export type ReferralRequest = { referral: string, };
export type ReferralView = { line: ReferralLine, encounter_at: string, address: string, response: Response | null, verdict: VerdictView | null, refer_anyway: string | null, charge: ChargeState, decisions: Array<DecisionLine>, journal: JournalLine, can_take_back: boolean, };
export type DecisionLine = { verification: VerificationState, decided_at: string, reason: string, };
export type JournalLine = { seq: number, hash: string, };
export type SyncView = { sent: number, received: number, parked: number, waiting: number, error: ErrorCode | null, };
export type Event = { "kind": "changed", topics: Array<Topic>, } | { "kind": "decided", referral: string, verification: VerificationState, } | { "kind": "locked" };

export type CommandError = { code: ErrorCode, params: { [key in string]: string }, fields: Array<FieldError>, disposition: Disposition, };
export type FieldError = { path: string, code: string, params: { [key in string]: string }, };
export type Disposition = "retry" | "ask_user" | "stop";
export type ErrorCode = "not_enrolled" | "already_enrolled" | "code_unreadable" | "code_refused" | "site_not_pinned" | "site_not_reached" | "site_answer_unreadable" | "update_needed" | "wrong_password" | "password_refused" | "locked" | "unknown_user" | "form_incomplete" | "unknown_draft" | "unknown_referral" | "already_sent" | "disk_full" | "another_writer" | "file_damaged" | "files_newer" | "clock_impossible" | "no_rule_pack" | "request_unreadable" | "internal";
