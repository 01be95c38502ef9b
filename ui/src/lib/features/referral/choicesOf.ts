/** What can be chosen, in the order in which officers meet it, with its words. */
import type { MessageId } from '$lib/i18n/generated/ids';
import { say } from '$lib/i18n/words.svelte';
import type {
  AgeBand,
  AgeBasis,
  Answer,
  AnswerSource,
  DeclinedReason,
  DrugShape,
  DrugType,
  EvidenceKind,
  IdBasis,
  DrugUnit,
  MatterPlace,
  Need,
  NotMadeReason,
  OffenceLevel,
} from '$lib/ipc/generated/contract';
import type { Option } from '$lib/ui/options';

/** A list that names every value of the type once; a new value does not compile until it is here. */
const every =
  <Value extends string>() =>
  <const List extends readonly Value[]>(
    list: List & ([Value] extends [List[number]] ? unknown : never),
  ): readonly Value[] =>
    list;

export const AGE_BANDS = every<AgeBand>()([
  'under18',
  'from18_to24',
  'from25_to34',
  'from35_to44',
  'from45_to54',
  'from55',
]);
export const AGE_BASES = every<AgeBasis>()(['stated', 'estimated']);
export const ID_BASES = every<IdBasis>()(['id_card', 'known_to_officer', 'stated', 'unknown']);
export const NEEDS = every<Need>()([
  'substance_use',
  'mental_health',
  'housing',
  'medical',
  'food',
  'safety',
  'other',
]);
export const EVIDENCE = every<EvidenceKind>()([
  'record',
  'direct_observation',
  'reliable_information',
]);
export const DRUGS = every<DrugType>()([
  'D',
  'A',
  'B',
  'L',
  'H',
  'E',
  'U',
  'M',
  'N',
  'O',
  'J',
  'K',
  'I',
  'F',
  'G',
  'C',
  'P',
  'X',
]);
export const UNITS = every<DrugUnit>()(['GM', 'DU', 'OZ', 'ML', 'KG', 'LB', 'NP', 'XX']);
export const DRUG_FORMS = every<DrugShape>()(['prescription_pills', 'other', 'unstated']);
export const MATTER_PLACES = every<MatterPlace>()(['local', 'elsewhere']);
export const LEVELS = every<OffenceLevel>()(['infraction', 'misdemeanor', 'felony']);
export const NOT_MADE = every<NotMadeReason>()([
  'unable_to_communicate',
  'safety',
  'no_case_manager_available',
  'outside_hours',
  'officer_discretion',
  'ineligible',
]);
export const DECLINED = every<DeclinedReason>()([
  'not_said',
  'not_now',
  'has_help',
  'prefers_ordinary_process',
  'distrust',
  'other',
]);
export const ANSWERS = every<Answer>()(['yes', 'no', 'unknown']);
export const SOURCES = every<AnswerSource>()([
  'officer_knowledge',
  'dispatcher',
  'records_query',
  'participant_statement',
  'not_checked',
]);

/** Languages that the form offers by name; any other is written. */
export const LANGUAGES = ['en', 'es'] as const;

export function options<Value extends string, Prefix extends string>(
  prefix: Prefix,
  values: readonly Value[],
): Option<Value>[] {
  return values.map((value) => ({ value, label: say(`${prefix}-${value}` as MessageId) }));
}
