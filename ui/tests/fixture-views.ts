/** Canned views for looking at the screens. Test code: nothing here is shipped. */
import { plainAnswer } from '../src/lib/features/referral/answers';
import type {
  ChoicesView,
  Door,
  DraftView,
  FindingRow,
  QuestionRow,
  ReferralForm,
  ReferralLine,
  ReferralView,
  StatusView,
  VerdictView,
} from '../src/lib/ipc/generated/contract';

export const now = new Date();
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();

export const DANA = {
  user: '0191a000-0000-7000-8000-000000000001',
  name: 'Dana Alvarez',
  initials: 'DA',
};
export const PEOPLE = [
  DANA,
  { user: '0191a000-0000-7000-8000-000000000002', name: 'Omar Whitfield', initials: 'OW' },
];

export const status = (): StatusView => ({
  enrolment: { site: 'md-baltimore', device_name: 'Unit 4B12', secret_in_file: true },
  people: PEOPLE,
  session: null,
  queue: { drafts: 1, waiting: 3, needs_you: 0, received: 12 },
  connection: {
    state: 'offline',
    last_success_at: ago(72),
    last_error: 'site_not_reached',
    next_try_at: new Date(now.getTime() + 4 * 60_000).toISOString(),
    progress: null,
  },
  preferences: {
    theme: 'night',
    gloves: false,
    text_percent: 100,
    language: 'en',
    single_keys: true,
  },
  copied_at: null,
  version: '0.1.0',
});

export const emptyForm = (): ReferralForm => ({
  who: {
    given_name: '',
    family_name: '',
    goes_by: '',
    name_not_known: false,
    age: { kind: 'not_given' },
    id_basis: null,
    language: '',
    interpreter_needed: false,
  },
  place: {
    encounter_at: `${now.getFullYear()}-11-22T21:04:00-05:00`,
    zone: 'downtown',
    address: '',
    incident_number: '',
  },
  why: {
    needs: [],
    offences: [],
    drugs: [],
    no_drugs: false,
    complainant: { present: null, declines: null },
    involvement: [],
    no_involvement: false,
    overdose: { happened: false, naloxone_given: false, doses: '' },
    narrative: '',
  },
  offer: {
    made: null,
    not_made_reason: null,
    response: null,
    declined_reason: null,
    where_to_find: '',
    phone: '',
    safe_to_leave_message: null,
  },
  answers: {},
  refer_anyway: '',
});

const ROWS: readonly [string, string, string, boolean][] = [
  [
    'supervision.probation',
    'Is the person on probation, parole or pretrial supervision?',
    '¿Está la persona en libertad condicional o bajo supervisión?',
    false,
  ],
  [
    'history.violent',
    'Has the person a history of violent crime?',
    '¿Tiene la persona antecedentes de delitos violentos?',
    true,
  ],
  [
    'sex_offence_history',
    'Has the person a history of sex offenses?',
    '¿Tiene la persona antecedentes de delitos sexuales?',
    true,
  ],
  [
    'open_warrant',
    'Is there an open case or an open warrant?',
    '¿Hay un caso abierto o una orden de arresto?',
    false,
  ],
];

/** Questions that take more than a yes or a no. */
const MORE: readonly QuestionRow[] = [
  {
    id: 'drugs',
    words: { en: 'Which drugs, and how much?', es: '¿Qué drogas y cuánto?' },
    kind: { kind: 'drugs', asks_form: true },
    page: 2,
    of_records: false,
    rank: null,
  },
  {
    id: 'prior_diversions',
    words: { en: 'How many times diverted before?', es: '¿Cuántas veces se derivó antes?' },
    kind: { kind: 'count' },
    page: 4,
    of_records: true,
    rank: null,
  },
];

export function checklist(form: ReferralForm): QuestionRow[] {
  const open = ROWS.filter(([id]) => (form.answers[id]?.answer ?? 'unknown') === 'unknown');
  const rows = ROWS.map(([id, en, es, asks_date]): QuestionRow => ({
    id,
    words: { en, es },
    kind: asks_date ? { kind: 'history', asks_date } : { kind: 'yes_no' },
    page: 4,
    of_records: true,
    rank: open.findIndex((row) => row[0] === id) + 1 || null,
  }));
  return [...rows, ...MORE];
}

export function verdict(form: ReferralForm): VerdictView {
  const young = form.who.age.kind === 'band' && form.who.age.band === 'under18';
  const findings: FindingRow[] = [
    <FindingRow>{
      rule: 'min_age',
      words: { en: 'The person is 18 or older.', es: 'La persona tiene 18 años o más.' },
      clause: 'Baltimore LEAD protocol, section 2 (a)',
      severity: 'hard',
      result: young ? 'hit' : form.who.age.kind === 'not_given' ? 'unknown' : 'pass',
      question: null,
      answer: null,
      source: 'officer_knowledge',
      decides: young ? 'prosecutor_liaison' : null,
      verified: true,
    },
    ...ROWS.map(([id, en, es]): FindingRow => {
      const given = form.answers[id];
      const result = given?.answer === 'yes' ? 'hit' : given?.answer === 'no' ? 'pass' : 'unknown';
      return {
        rule: id,
        words: { en, es },
        clause: 'Baltimore LEAD protocol, section 2 (c)',
        severity: id === 'open_warrant' ? 'presumptive' : 'hard',
        result,
        question: id,
        answer: given?.answer ?? null,
        source: given?.source ?? null,
        decides: result === 'pass' ? null : 'prosecutor_liaison',
        verified: id !== 'open_warrant',
      };
    }),
  ].sort((a, b) => 'hit unknown pass'.indexOf(a.result) - 'hit unknown pass'.indexOf(b.result));
  const hard = findings.some((one) => one.result === 'hit' && one.severity === 'hard');
  const hit = findings.some((one) => one.result === 'hit');
  const unknown = findings.some((one) => one.result === 'unknown');
  return {
    outcome: hit
      ? 'presumptively_ineligible'
      : unknown
        ? 'needs_verification'
        : 'presumptively_eligible',
    waivable: hit && !hard,
    advice: hard
      ? 'use_other_route'
      : hit
        ? 'staff_will_review'
        : unknown
          ? 'records_check_needed'
          : 'looks_eligible',
    findings,
    open_questions: ROWS.map(([id]) => id).filter((id) => !form.answers[id]),
    other_door: null,
    pack: {
      id: 'md-baltimore',
      version: '2017.1',
      hash: 'ab'.repeat(32),
      effective: '2017-02-01',
      checked_days_ago: 21,
    },
  };
}

export function draftView(draft: string, door: Door, page: number, form: ReferralForm): DraftView {
  const missing = [];
  const { who, offer, why } = form;
  if (!who.given_name && !who.family_name && !who.goes_by && !who.name_not_known) {
    missing.push({ path: 'who.given_name', code: 'missing', params: {} });
  }
  if (who.age.kind === 'not_given') {
    missing.push({ path: 'who.age', code: 'missing', params: {} });
  }
  if (why.needs.length === 0) {
    missing.push({ path: 'why.needs', code: 'missing', params: {} });
  }
  if (offer.made === null) {
    missing.push({ path: 'offer.made', code: 'missing', params: {} });
  }
  return {
    draft,
    door,
    page,
    form,
    saved_at: new Date().toISOString(),
    missing,
    checklist: checklist(form),
    verdict: verdict(form),
  };
}

export const choices: ChoicesView = {
  script: {
    en: 'There is a program called LEAD. Somebody who knows this life can talk with you about what you need. It is up to you. You can say no.',
    es: 'Hay un programa que se llama LEAD. Alguien que conoce esta vida puede hablar con usted sobre lo que necesita. Usted decide. Puede decir que no.',
  },
  zones: [
    { id: 'downtown', words: { en: 'Franklin to Pratt', es: 'De Franklin a Pratt' } },
    { id: 'west', words: { en: 'West of MLK Jr Blvd', es: 'Al oeste de MLK Jr Blvd' } },
  ],
  offences: [
    { code: '35A', description: 'Drug/Narcotic Violations', in_pack: true },
    { code: '40A', description: 'Prostitution', in_pack: true },
    { code: '35B', description: 'Drug Equipment Violations', in_pack: false },
    { code: '23C', description: 'Shoplifting', in_pack: false },
    { code: '90J', description: 'Trespass of Real Property', in_pack: false },
  ],
  doors: ['arrest_diversion', 'social_contact'],
};

const id = (n: number) => `0191f2a4-7b1c-7c3e-9f21-00000000000${n}`;
const lineOf = (n: number, over: Partial<ReferralLine>): ReferralLine => ({
  referral: id(n),
  short: id(n).slice(-8),
  door: 'social_contact',
  name: 'José Alvarez',
  saved_at: ago(40 * n),
  standing: { kind: 'on_device' },
  verification: 'pending',
  engagement: 'submitted',
  ...over,
});

export const line = lineOf(1, {});
export const lines: ReferralLine[] = [
  line,
  lineOf(2, { name: '', door: 'arrest_diversion', standing: { kind: 'sent' } }),
  lineOf(3, {
    name: 'محمد علي',
    standing: { kind: 'received', received_at: ago(90), receipt: 'K7QF-2M9X' },
    verification: 'approved',
    engagement: 'contact_attempting',
  }),
  lineOf(4, {
    name: 'T. Brooks',
    standing: { kind: 'parked', code: 'lane_gap' },
    verification: 'needs_information',
  }),
];

export function referralView(found: ReferralLine): ReferralView {
  const form = emptyForm();
  form.answers['open_warrant'] = plainAnswer('yes', 'dispatcher');
  form.answers['history.violent'] = plainAnswer('no', null);
  form.who.goes_by = 'Zé';
  form.who.age = { kind: 'band', band: 'from25_to34' };
  form.place.address = 'Howard St / Lexington St';
  form.why.needs = ['substance_use', 'housing'];
  form.why.offences = [{ code: '35A', level: 'misdemeanor', statute: '' }];
  form.offer = { ...form.offer, made: true, response: 'accepted', where_to_find: 'The shelter' };
  return {
    line: found,
    form,
    verdict: verdict(form),
    charge: found.door === 'arrest_diversion' ? 'held' : 'none',
    decisions:
      found.verification === 'approved'
        ? [
            {
              verification: 'approved',
              decided_at: ago(12),
              reason: 'Records checked. A peer will meet them tomorrow.',
            },
          ]
        : [],
    journal: { seq: 41, hash: '9f2c51e07ab34d6688c0e4d1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5' },
    can_take_back: found.standing.kind === 'on_device',
  };
}
