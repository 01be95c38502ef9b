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
