/** The form in words, page by page, for "check answers" before it is sent. */
import { moment } from '$lib/i18n/time';
import { packText, say } from '$lib/i18n/words.svelte';
import type {
  AgeForm,
  ChoicesView,
  DraftView,
  ReferralForm,
  WhyForm,
} from '$lib/ipc/generated/contract';
import type { SummaryRow } from '$lib/ui/SummaryList.svelte';
import { offerOf } from './offer';

/** A row whose empty answer is said, never left out. */
function row(key: string, ...values: string[]): SummaryRow {
  const given = values.filter((value) => value.trim() !== '');
  return { key, values: given.length > 0 ? given : [say('not-given')] };
}

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

export function whoRows({ who }: ReferralForm): SummaryRow[] {
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
  return why.drugs.map((one) => {
    const drug = say(`drug-${one.drug}`);
    if (one.quantity.trim() === '') return drug;
    const amount = say('summary-drug', {
      drug,
      quantity: one.quantity,
      unit: say(`unit-${one.unit}`),
    });
    return one.estimated ? `${amount} (${say('why-drug-estimated')})` : amount;
  });
}

export function whereRows(
  { place, why }: ReferralForm,
  door: DraftView['door'],
  choices: ChoicesView | null,
): SummaryRow[] {
  const zone = choices?.zones.find((one) => one.id === place.zone);
  const outside = place.zone === 'outside' ? say('place-zone-outside') : '';
  const area = zone ? packText(zone.words).text : outside;
  const offence = (code: string) => choices?.offences.find((one) => one.code === code)?.description;
  const arrest = door === 'arrest_diversion';
  return [
    row(say('place-when'), moment(place.encounter_at) || place.encounter_at),
    row(say('place-address'), area, place.address),
    ...(place.incident_number === ''
      ? []
      : [row(say('place-incident_number'), place.incident_number)]),
    row(say('why-needs'), ...why.needs.map((need) => say(`need-${need}`))),
    ...(arrest
      ? [
          row(
            say('why-offences'),
            ...why.offences.map((one) => `${one.code} ${offence(one.code) ?? ''}`),
          ),
          row(say('why-drugs'), ...drugWords(why)),
        ]
      : [
          row(
            say('why-involvement'),
            ...why.involvement.map((one) => (one.evidence ? say(`evidence-${one.evidence}`) : '')),
          ),
        ]),
    ...(why.overdose.happened
      ? [
          row(
            say('why-overdose'),
            say('why-overdose-happened'),
            why.overdose.naloxone_given ? say('why-overdose-naloxone_given') : '',
          ),
        ]
      : []),
    ...(why.narrative === '' ? [] : [row(say('why-narrative'), why.narrative)]),
  ];
}

export function offerRows({ offer }: ReferralForm): SummaryRow[] {
  const answer = offerOf(offer);
  return [
    row(
      say('offer-said'),
      answer ? say(`offer-${answer}`) : '',
      offer.declined_reason ? say(`declined-${offer.declined_reason}`) : '',
      offer.not_made_reason ? say(`not-made-${offer.not_made_reason}`) : '',
    ),
    row(say('offer-where_to_find'), offer.where_to_find),
    ...(offer.phone === '' ? [] : [row(say('offer-phone'), offer.phone)]),
  ];
}

export function knowRows(form: ReferralForm, view: DraftView): SummaryRow[] {
  return view.checklist.map((question) => {
    const given = form.answers[question.id];
    return row(
      packText(question.words).text,
      given ? say(`answer-${given.answer}`) : '',
      given && given.answer !== 'unknown' ? say(`source-${given.source}`) : '',
      given?.most_recent ?? '',
    );
  });
}
