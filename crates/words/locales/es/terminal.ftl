### Lo que solo dice la línea de comandos: una evaluación y un paquete de reglas, leídos en una terminal.

## Una evaluación

cli-outcome-presumptively_eligible = Presuntamente elegible: nada de lo que se sabe lo impide.
cli-outcome-needs_verification = Requiere verificación: algo que importa no se sabe, o lo decide el personal.
cli-outcome-presumptively_ineligible = Presuntamente no elegible: lo impide una regla del sitio.
cli-provisional = Esto es provisional. El sitio decide.
cli-provisional-by = Esto es provisional. Quién decide: { $roles }.
cli-waivable = El personal puede dejar de lado lo que lo impide.
cli-counted-from = { $door }; edades y plazos contados desde { $date }.
cli-counted-from-today = { $door }; edades y plazos contados desde hoy, { $date }: los datos no dicen cuándo fue.
cli-rule-door_not_offered = El sitio no ofrece este tipo de referencia.
cli-clause = Cláusula: { $clause }
cli-saw = Se miró: { $question } = { $answer }
cli-saw-from = Se miró: { $question } = { $answer } ({ $source })
cli-counted-as = contado como { $date }
cli-decides = Decide después: { $roles }
cli-waived-by = Lo puede dejar de lado: { $roles }
cli-severity-hard = excluye
cli-severity-presumptive = excluye si no se deja de lado
cli-severity-refer_up = lo decide el personal
cli-severity-advisory = para información
cli-open-none = Ninguna pregunta abierta puede cambiar esto.
cli-open = Preguntas abiertas, primero la más útil:
cli-open-feeds = para { $rules }
cli-unanswered = sin respuesta
cli-age-band = { $from } a { $to } años
cli-age-over = { $from } años o más
cli-offence-listed = { $offence }, en la lista: { $answer }
cli-history-basis-convicted = una condena
cli-history-basis-charged = un cargo
cli-history-basis-history_of = cualquier antecedente
cli-most-recent = la última vez en { $date }
cli-matter-local = local
cli-matter-elsewhere = solo en otro lugar
cli-zone-outside = fuera de todas las zonas
cli-complainant-none = nadie
cli-complainant-declines_prosecution = no quiere que se procese
cli-complainant-wants_prosecution = quiere que se procese
cli-complainant-unknown = no se sabe

## Un paquete de reglas

cli-pack-version = { $pack }, versión { $version }, en vigor desde { $date }
cli-pack-unverified = ningún texto del sitio lo dice
cli-pack-confirmed = confirmado por el texto del sitio
cli-policy = Cómo trabaja el sitio
cli-policy-time_zone = Zona horaria
cli-policy-doors = Tipos de referencia
cli-policy-verifies = Revisa los registros
cli-policy-decides = Decide
cli-policy-waives = Puede dejar reglas de lado
cli-policy-handoff-target_minutes = Minutos hasta la entrega
cli-policy-handoff-may_precede_decision = Entrega antes de la decisión
cli-policy-handoff-place = Entrega
cli-policy-intake-due_days = Días hasta la primera entrevista
cli-policy-intake-due_days_earliest = Días hasta la primera entrevista, como mínimo
cli-policy-charge = Cargo
cli-policy-caseload_cap = Máximo de personas por gestor de casos
cli-policy-script = Leer en voz alta
cli-zones = Zonas
cli-questions = Preguntas, cada una con el lugar de su respuesta en los datos
cli-rules = Reglas
cli-rule-doors = Para: { $doors }
cli-rule-doors-all = Para todo tipo de referencia
cli-rule-weighs = Peso: { $severity }
cli-rule-asks = Pregunta: { $question }
cli-rule-source = Fuente: { $source }
