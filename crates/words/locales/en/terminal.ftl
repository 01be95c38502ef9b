### What only the command line says: a screening and a rule pack, read at a terminal.

## A screening

cli-outcome-presumptively_eligible = Presumptively eligible: nothing that is known stands in the way.
cli-outcome-needs_verification = Needs verification: something that matters is not known, or is for staff to decide.
cli-outcome-presumptively_ineligible = Presumptively ineligible: a rule of the site stands in the way.
cli-provisional = This is provisional. The site decides.
cli-provisional-by = This is provisional. Who decides: { $roles }.
cli-waivable = Staff can set aside what stands in the way.
cli-counted-from = { $door }; ages and look-backs counted from { $date }.
cli-counted-from-today = { $door }; ages and look-backs counted from today, { $date }: the facts do not say when it was.
cli-rule-door_not_offered = The site does not offer this kind of referral.
cli-clause = Clause: { $clause }
cli-saw = Looked at: { $question } = { $answer }
cli-saw-from = Looked at: { $question } = { $answer } ({ $source })
cli-counted-as = counted as { $date }
cli-decides = Decides next: { $roles }
cli-waived-by = Can be set aside by: { $roles }
cli-severity-hard = excludes
cli-severity-presumptive = excludes unless set aside
cli-severity-refer_up = for staff to decide
cli-severity-advisory = for information
cli-open-none = No open question can change this.
cli-open = Open questions, the most useful first:
cli-open-feeds = for { $rules }
cli-unanswered = not answered
cli-age-band = { $from } to { $to } years
cli-age-over = { $from } years and over
cli-offence-listed = { $offence }, on the list: { $answer }
cli-history-basis-convicted = a conviction
cli-history-basis-charged = a charge
cli-history-basis-history_of = any history
cli-most-recent = last in { $date }
cli-matter-local = local
cli-matter-elsewhere = only elsewhere
cli-zone-outside = outside all areas
cli-complainant-none = nobody
cli-complainant-declines_prosecution = declines prosecution
cli-complainant-wants_prosecution = wants prosecution
cli-complainant-unknown = not known

## A rule pack

cli-pack-version = { $pack }, version { $version }, in force from { $date }
cli-pack-unverified = no text of the site says so
cli-pack-confirmed = confirmed by the site’s text
cli-policy = How the site works
cli-policy-time_zone = Time zone
cli-policy-doors = Kinds of referral
cli-policy-verifies = Checks records
cli-policy-decides = Decides
cli-policy-waives = Can set rules aside
cli-policy-handoff-target_minutes = Minutes to the handoff
cli-policy-handoff-may_precede_decision = Handoff before the decision
cli-policy-handoff-place = Handoff
cli-policy-intake-due_days = Days to the intake
cli-policy-intake-due_days_earliest = Days to the intake, at the earliest
cli-policy-charge = Charge
cli-policy-caseload_cap = Most people per case manager
cli-policy-script = Read aloud
cli-zones = Areas
cli-questions = Questions, each with the place of its answer in the facts
cli-rules = Rules
cli-rule-doors = For: { $doors }
cli-rule-doors-all = For every kind of referral
cli-rule-weighs = Weight: { $severity }
cli-rule-asks = Asks: { $question }
cli-rule-source = Source: { $source }

## Comparing two rule packs

cli-diff = From { $from }, version { $from_version }, to { $to }, version { $to_version }:
cli-diff-none = Both packs say the same.
cli-diff-head = The pack itself
cli-diff-questions = Questions
cli-diff-added = New: { $id }  { $words }
cli-diff-removed = Gone: { $id }  { $words }
cli-diff-changed = Changed: { $id }  { $words }
cli-diff-field = { $field }: { $from } → { $to }
cli-diff-was = was: { $text }
cli-diff-is = is: { $text }
cli-diff-nothing = nothing
cli-diff-stops-same = It stops the same people as before.
cli-diff-stops-more = It stops more people than before, and everybody whom it stopped before.
cli-diff-stops-fewer = It stops fewer people than before, and nobody whom it did not stop before.
cli-diff-stops-others = It stops some people whom it did not stop before, and no longer stops some whom it did.
cli-diff-stops-nobody = It stops nobody any more.
cli-diff-stops-new = It is new, and stops people whom no rule stopped in this way before.
cli-field-title-en = Name in English
cli-field-title-es = Name in Spanish
cli-field-effective_from = In force from
cli-field-words-en = Words in English
cli-field-words-es = Words in Spanish
cli-field-name-en = Name in English
cli-field-name-es = Name in Spanish
cli-field-bounds-en = Bounds in English
cli-field-bounds-es = Bounds in Spanish
cli-field-kind = Kind
cli-field-severity = Weight
cli-field-doors = For
cli-field-clause = Clause
cli-field-source = Source
cli-field-verified = Confirmed by the site’s text
cli-field-waivable_by = Can be set aside by
cli-field-basis = What counts
cli-field-script-es = Read aloud, in Spanish
cli-field-unverified = No text of the site says so
cli-field-charge-until_decision = Charge until the decision
cli-field-charge-succeeds_on = Charge: what the person does
cli-field-charge-on_success = Charge: what happens then
cli-field-charge-on_failure = Charge: what may happen otherwise

## Trying a rule pack

cli-try-how = Answer each question, or press Enter to leave it open. Type ? for the rules it is for, back to undo, end to stop.
cli-try-takes = Takes { $takes }.
cli-takes-age = a birth date (1996-05-04), years (30, or "17 estimated"), a band (16-20, 40+) or unknown
cli-takes-offenses = NIBRS codes with commas, each perhaps with a level and a statute in round brackets ("35A misdemeanor, 90Z misdemeanor (TRC 521.457)"; ? for a code not known), or unknown
cli-takes-drugs = NIBRS drug letters with an amount and a unit, and perhaps pills ("D 6.1 g, H 40 du pills"; for an amount not measured "D ? g"), none or unknown
cli-takes-time = a date and a time by the clock at the site (2018-03-06 12:00), perhaps with its offset from UTC (2018-03-06T12:00-05:00), or unknown
cli-takes-complainant = none (nobody was harmed), consents or declines (does not want prosecution), wants (wants it) or unknown
cli-takes-involvement = no, unknown, or yes, perhaps with evidence ("yes record 2019-05 in_zone documented"; more after a semicolon)
cli-takes-count = a count, perhaps with the date or year of the last ("2 2019-05"), or unknown
cli-takes-zone = ids of areas with commas, outside or unknown
cli-takes-matter = no, unknown, or yes, perhaps with a level and local or elsewhere ("yes felony local")
cli-takes-history = no, unknown, or yes, perhaps with the most recent date or year ("yes 2019")
cli-takes-yes_no = yes, no or unknown
cli-word-yes = yes
cli-word-no = no
cli-word-unknown = unknown
cli-word-none = none
cli-word-outside = outside
cli-word-consents = consents
cli-word-declines = declines
cli-word-wants = wants
cli-word-local = local
cli-word-elsewhere = elsewhere
cli-word-infraction = infraction
cli-word-misdemeanor = misdemeanor
cli-word-felony = felony
cli-word-stated = stated
cli-word-estimated = estimated
cli-word-pills = pills
cli-word-other = other
cli-word-record = record
cli-word-direct_observation = direct_observation
cli-word-reliable_information = reliable_information
cli-word-in_zone = in_zone
cli-word-out_of_zone = out_of_zone
cli-word-documented = documented
cli-word-undocumented = undocumented
cli-word-end = end
cli-word-back = back
cli-try-first = There is no earlier answer.
cli-try-no-answer = That is no answer to this question. Nothing was changed.
cli-try-closed = No longer asked, because it can change nothing: { $questions }
cli-try-left = Questions still open: { $count }

## A rule pack over past screenings

cli-simulated = Proposed: { $pack }, version { $version }
cli-simulated-against = Compared with: { $pack }, version { $version }
cli-simulated-then = Compared with the outcomes on record
cli-simulated-all = Everybody
cli-simulated-no-group = (no group)
cli-simulated-gain = would gain
cli-simulated-lose = would lose
cli-simulated-same = no change
cli-simulated-not_known = not known
cli-simulated-screenings = screenings
cli-simulated-hidden = · stands for a count of 1 to { $limit }, or one that would give such a count away.
cli-simulated-not_known-means = Not known: the proposed pack asks something that nobody answered then.
cli-simulated-rules = Rules behind the losses, the most frequent first: { $rules }

## A checklist on paper

cli-paper-title = Checklist
cli-paper-no-names = Write no name or birth date on this sheet.
cli-paper-date = Date
cli-paper-time = Time
cli-paper-officer = Officer
cli-paper-number = Incident number
cli-paper-how = Tick one box in each row. “R3 not met” behind a box decides rule R3. Where a rule has boxes of its own, read what it tests, look at all of its answers, and tick one of them; “not known” only if the answers leave it open.
cli-paper-question = Question
cli-paper-answer = Answer
cli-paper-write = Write:
cli-paper-most-recent = Most recent, date (of a year alone, 31 December counts):
cli-paper-evidence = What shows it:
cli-paper-not-met = { $rules } not met
cli-paper-not-applicable = Does not apply
cli-paper-look-at = see { $rules }
cli-paper-above = See above.
cli-paper-rule-met = met
cli-paper-rule-unmet = not met
cli-paper-rule-unknown = not known
cli-paper-record-only = Only for the record.
cli-paper-result = Result
cli-paper-result-how = Go down the list and stop at the first line that is true.
cli-paper-step-hard = A rule marked “excludes” is not met: use the other route.
cli-paper-step-unknown = A rule not marked “for information” is not known, or a rule marked “for staff to decide” is not met: it needs verification. Staff find out. (Not known: “Don’t know” in the rule’s row, or, where the rule has boxes of its own, “not known” there.)
cli-paper-step-presumptive = A rule marked “excludes unless set aside” is not met: refer anyway, staff will review. Can be set aside by: { $roles }.
cli-paper-step-eligible = None of these: presumptively eligible. Make the offer.

## What a rule tests

cli-rule-tests = Tests:
cli-test-min-age = Met at { $years } years of age and over.
cli-test-max-age = Met up to and including { $years } years of age.
cli-test-estimate = An age judged by sight says nothing within { $margin } years of the limit.
cli-test-yes = Met by yes to “{ $question }”
cli-test-no = Met by no to “{ $question }”
cli-test-offense-in = Met if every suspected offense is one of these:
cli-test-offense-not-in = Met if no suspected offense is one of these:
cli-test-except = Left out of that list:
cli-test-any-code = any offense
cli-test-codes = every code that begins with { $prefix }
cli-test-statute = under { $statute }
cli-test-only-if = only if the answer to “{ $question }” is yes
cli-test-amount-over = Not met by more than { $quantity } { $unit }.
cli-test-amount-from = Not met by { $quantity } { $unit } or more.
cli-test-amount-drugs = Only for: { $drugs }.
cli-test-amount-except = Left out: { $drugs }.
cli-test-amount-together = Different drugs are added up.
cli-test-amount-each = Each drug counts by itself.
cli-test-amount-unit = Amounts in another kind of unit are left to other rules.
cli-test-subsistence = Met if the person does not sell, or sells only to get by.
cli-test-complainant = Met if nobody was harmed, or if whoever was harmed consents and does not want prosecution.
cli-test-hours = Met within these hours by the clock in the zone { $zone }: { $hours }. The end is outside.
cli-test-diversions = Met by at most { $count } earlier diversions.
cli-test-no-diversion = Not met by an earlier diversion.
cli-test-all-of = Met if all of these are met:
cli-test-any-of = Met if any of these is met:
cli-test-not = Met if this is not met:
cli-test-supervision = Not met by any of: { $kinds }.
cli-test-history = Not met by { $what }.
cli-test-back-always = It counts however long ago it was.
cli-test-back = It counts within { $span } before the encounter; exactly { $span } before, it no longer counts.
cli-test-back-and-day = It counts within { $span } before the encounter; exactly { $span } before, it still counts.
cli-test-matter-any = Not met by any, however small.
cli-test-matter-from = Not met by a { $level } or more.
cli-test-matter-local = Only what is in the site’s own courts counts.
cli-test-zones = Met inside: { $areas }.
cli-test-nexus = Met by any of: { $kinds }.
cli-test-involved = Met by a yes.
cli-test-involved-by = Met by a yes that is shown by: { $kinds }.
cli-test-involved-zone = It was inside the site’s area.
cli-test-involved-documented = It is written down somewhere.
cli-span-years = { $count ->
    [one] one year
   *[other] { $count } years
}
cli-span-months = { $count ->
    [one] one month
   *[other] { $count } months
}
cli-span-days = { $count ->
    [one] one day
   *[other] { $count } days
}
cli-supervision-probation = probation
cli-supervision-parole = parole
cli-supervision-pretrial = pretrial supervision
cli-supervision-other = any other supervision
cli-nexus-opioid = opioid use
cli-nexus-substance = substance use
cli-nexus-behavioral_health = behavioral health
cli-nexus-mental_health = mental health
cli-nexus-poverty = poverty
cli-drug-form-prescription_pills = pills on prescription
cli-drug-form-other = anything but pills on prescription
cli-day-mon = Mon
cli-day-tue = Tue
cli-day-wed = Wed
cli-day-thu = Thu
cli-day-fri = Fri
cli-day-sat = Sat
cli-day-sun = Sun
cli-day-all = every day
