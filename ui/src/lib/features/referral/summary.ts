/** The form in words, page by page: before it is sent, and afterwards as it was reported. */
import { moment } from '$lib/i18n/time';
import type { MessageId } from '$lib/i18n/generated/ids';
import { packText, say } from '$lib/i18n/words.svelte';
import type {
  AgeForm,
  AnswerForm,
  ChoicesView,
  Door,
  DraftView,
  InvolvementForm,
  OffenceForm,
  QuestionRow,
  ReferralForm,
  WhyForm,
} from '$lib/ipc/generated/contract';
import type { SummaryRow } from '$lib/ui/SummaryList.svelte';
import { countOf } from './answers';
import { onPage4 } from './asked';
import { offerOf } from './offer';

/** A row whose empty answer is said, never left out. */
function row(key: string, ...values: string[]): SummaryRow {
  const given = values.filter((value) => value.trim() !== '');
  return { key, values: given.length > 0 ? given : [say('not-given')] };
}

const joined = (...parts: string[]) =>
  parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' · ');

/** A question within a row, with its answer. */
const told = (question: MessageId, answer: string) => `${say(question)} ${answer}`;

function ageWords(age: AgeForm): string {
  switch (age.kind) {
    case 'not_given':
      return '';
    case 'birth_date':
      return say('summary-birth_date', { date: [age.month, age.day, age.year].join('/') });
    case 'years':
      return say('summary-years', { years: age.years, basis: say(`age-basis-${age.basis}`) });
    case 'band':
      return say(`age-band-${age.band}`);
  }
}

function whoRows({ who }: ReferralForm): SummaryRow[] {
  const name = [who.given_name, who.family_name].filter((part) => part !== '').join(' ');
  return [
    row(say('who-name'), who.name_not_known ? say('who-name_not_known') : name),
    ...(who.goes_by === '' ? [] : [row(say('who-goes_by'), who.goes_by)]),
    row(say('who-age'), ageWords(who.age)),
    row(say('who-id_basis'), who.id_basis ? say(`id-basis-${who.id_basis}`) : ''),
    ...(who.language === '' && !who.interpreter_needed
      ? []
      : [
          row(
            say('who-language'),
            who.language === 'en' || who.language === 'es'
              ? say(`language-${who.language}`)
              : who.language,
            who.interpreter_needed ? say('who-interpreter_needed') : '',
          ),
        ]),
  ];
}

function drugWords(why: WhyForm): string[] {
  if (why.no_drugs) return [say('why-drugs-none')];
  return why.drugs.map((one) => {
    const form = one.form === 'unstated' ? '' : `, ${say(`drug-form-${one.form}`)}`;
    const drug = say(`drug-${one.drug}`) + form;
    if (one.quantity.trim() === '') return drug;
    const amount = say('summary-drug', {
      drug,
      quantity: one.quantity,
      unit: say(`unit-${one.unit}`),
    });
    return one.estimated ? `${amount} (${say('why-drug-estimated')})` : amount;
  });
}

/** Code, description, level and statute, as far as they are known. */
function offenceWords(one: OffenceForm, choices: ChoicesView | null): string {
  const description = choices?.offences.find((offence) => offence.code === one.code)?.description;
  const level = one.level ? say(`offence-level-${one.level}`) : '';
  return joined(`${one.code} ${description ?? ''}`, level, one.statute);
}

function complainantWords({ complainant }: WhyForm): string[] {
  const { present, declines } = complainant;
  return [
    present ? say(`answer-${present}`) : '',
    present === 'yes' && declines
      ? told('why-complainant-declines', say(`answer-${declines}`))
      : '',
  ];
}

function involvementWords(one: InvolvementForm): string {
  const inside =
    one.in_zone && one.in_zone !== 'unknown'
      ? told('involvement-in_zone', say(`answer-${one.in_zone}`))
      : '';
  const written =
    one.documented && one.documented !== 'unknown'
      ? told('involvement-documented', say(`answer-${one.documented}`))
      : '';
  const evidence = one.evidence ? say(`evidence-${one.evidence}`) : '';
  return joined(evidence, one.when, inside, written, one.basis);
}

/** What shows earlier involvement, or that there was none. */
const involvementRows = ({ involvement, no_involvement }: WhyForm): SummaryRow =>
  row(
    say('why-involvement'),
    ...(no_involvement ? [say('why-involvement-none')] : involvement.map(involvementWords)),
  );

function whereRows(
  { place, why }: ReferralForm,
  door: Door,
  choices: ChoicesView | null,
): SummaryRow[] {
  const zone = choices?.zones.find((one) => one.id === place.zone);
  const outside = place.zone === 'outside' ? say('place-zone-outside') : '';
  const area = zone ? packText(zone.words).text : outside;
  const arrest = door === 'arrest_diversion';
  return [
    row(say('place-when'), moment(place.encounter_at) || place.encounter_at),
    ...(area === '' && !choices?.zones.length
      ? []
      : [row(say('place-zone'), area === '' ? say('place-zone-none') : area)]),
    row(say('place-address'), place.address),
    ...(place.incident_number === ''
      ? []
      : [row(say('place-incident_number'), place.incident_number)]),
    row(say('why-needs'), ...why.needs.map((need) => say(`need-${need}`))),
    ...(arrest || why.offences.length > 0
      ? [row(say('why-offences'), ...why.offences.map((one) => offenceWords(one, choices)))]
      : []),
    ...(arrest || why.no_drugs || why.drugs.length > 0
      ? [row(say('why-drugs'), ...drugWords(why))]
      : []),
    ...(arrest || why.complainant.present
      ? [row(say('why-complainant'), ...complainantWords(why))]
      : []),
    ...(arrest && why.involvement.length === 0 && !why.no_involvement
      ? []
      : [involvementRows(why)]),
    ...(why.overdose.happened
      ? [
          row(
            say('why-overdose'),
            say('why-overdose-happened'),
            why.overdose.naloxone_given ? say('why-overdose-naloxone_given') : '',
            why.overdose.doses === '' ? '' : told('why-overdose-doses', why.overdose.doses),
          ),
        ]
      : []),
    ...(why.narrative === '' ? [] : [row(say('why-narrative'), why.narrative)]),
  ];
}

function offerRows({ offer }: ReferralForm): SummaryRow[] {
  const answer = offerOf(offer);
  return [
    row(
      say('offer-said'),
      answer ? say(`offer-${answer}`) : '',
      offer.declined_reason ? say(`declined-${offer.declined_reason}`) : '',
      offer.not_made_reason ? say(`not-made-${offer.not_made_reason}`) : '',
    ),
    row(say('offer-where_to_find'), offer.where_to_find),
    ...(offer.phone === ''
      ? []
      : [
          row(
            say('offer-phone'),
            offer.phone,
            offer.safe_to_leave_message === null
              ? ''
              : told(
                  'offer-safe_to_leave_message',
                  say(`answer-${offer.safe_to_leave_message ? 'yes' : 'no'}`),
                ),
          ),
        ]),
  ];
}

export interface Section {
  page: 1 | 2 | 3 | 4;
  rows: SummaryRow[];
}

/** Pages 1 to 3. */
export const reportSections = (
  form: ReferralForm,
  door: Door,
  choices: ChoicesView | null,
): Section[] => [
  { page: 1, rows: whoRows(form) },
  { page: 2, rows: whereRows(form, door, choices) },
  { page: 3, rows: offerRows(form) },
];

/** Page 4: every question with an answer, and those that still could use one. */
export function knowRows(form: ReferralForm, view: DraftView): SummaryRow[] {
  const questions = view.checklist.filter(onPage4);
  return questions
    .filter((question) => form.answers[question.id] || question.rank !== null)
    .map((question) => {
      const given = form.answers[question.id];
      return row(packText(question.words).text, ...(given ? answerWords(question, given) : []));
    });
}

function answerWords({ kind }: QuestionRow, given: AnswerForm): string[] {
  if (kind.kind === 'count') {
    const count = countOf(given) ?? 'unknown';
    return [count === 'more' && given.count !== '' ? given.count : say(`count-${count}`)];
  }
  return [
    say(`answer-${given.answer}`),
    given.answer === 'unknown' ? '' : say(`source-${given.source ?? 'none'}`),
    given.most_recent,
    given.most_serious ? say(`offence-level-${given.most_serious}`) : '',
    given.place ? say(`matter-place-${given.place}`) : '',
  ];
}
