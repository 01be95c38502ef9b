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

## Comparar dos paquetes de reglas

cli-diff = De { $from }, versión { $from_version }, a { $to }, versión { $to_version }:
cli-diff-none = Los dos paquetes dicen lo mismo.
cli-diff-head = El paquete mismo
cli-diff-questions = Preguntas
cli-diff-added = Nueva: { $id }  { $words }
cli-diff-removed = Ya no está: { $id }  { $words }
cli-diff-changed = Cambiada: { $id }  { $words }
cli-diff-field = { $field }: { $from } → { $to }
cli-diff-was = era: { $text }
cli-diff-is = es: { $text }
cli-diff-nothing = nada
cli-diff-stops-same = Detiene a las mismas personas que antes.
cli-diff-stops-more = Detiene a más personas que antes, y a todas las que ya detenía.
cli-diff-stops-fewer = Detiene a menos personas que antes, y a nadie que antes no detenía.
cli-diff-stops-others = Detiene a algunas personas que antes no detenía, y ya no detiene a otras.
cli-diff-stops-nobody = Ya no detiene a nadie.
cli-diff-stops-new = Es nueva, y detiene a personas que antes ninguna regla detenía así.
cli-field-title-en = Nombre en inglés
cli-field-title-es = Nombre en español
cli-field-effective_from = En vigor desde
cli-field-words-en = Texto en inglés
cli-field-words-es = Texto en español
cli-field-name-en = Nombre en inglés
cli-field-name-es = Nombre en español
cli-field-bounds-en = Límites en inglés
cli-field-bounds-es = Límites en español
cli-field-kind = Clase
cli-field-severity = Peso
cli-field-doors = Para
cli-field-clause = Cláusula
cli-field-source = Fuente
cli-field-verified = Confirmado por el texto del sitio
cli-field-waivable_by = Lo puede dejar de lado
cli-field-basis = Qué cuenta
cli-field-script-es = Leer en voz alta, en español
cli-field-unverified = Ningún texto del sitio lo dice
cli-field-charge-until_decision = Cargo hasta la decisión
cli-field-charge-succeeds_on = Cargo: qué hace la persona
cli-field-charge-on_success = Cargo: qué pasa entonces
cli-field-charge-on_failure = Cargo: qué puede pasar si no

## Probar un paquete de reglas

cli-try-how = Responda cada pregunta, o presione Enter para dejarla abierta. Escriba ? para ver sus reglas, “atrás” para deshacer, “fin” para terminar.
cli-try-takes = Acepta { $takes }.
cli-takes-age = una fecha de nacimiento (“1996-05-04”), años (“30” o “17 estimada”), un rango (“16-20”, “40+”) o “no sé”
cli-takes-offenses = códigos NIBRS con comas, cada uno quizá con su nivel y con la ley entre paréntesis (“35A delito menor, 90Z delito menor (TRC 521.457)”; ? si no se sabe el código), o “no sé”
cli-takes-drugs = letras NIBRS de drogas con cantidad y unidad, y quizá pastillas (“D 6.1 g, H 40 du pastillas”; si no se midió, “D ? g”), “ninguna” o “no sé”
cli-takes-time = fecha y hora según el reloj del sitio (2018-03-06 12:00), quizá con su diferencia de UTC (“2018-03-06T12:00-05:00”), o “no sé”
cli-takes-complainant = “nadie”, “consiente” o “renuncia” (no quiere acusar), “quiere acusar” o “no sé”
cli-takes-involvement = “no”, “no sé” o “sí”, quizá con lo que lo muestra (“sí registro 2019-05 en la zona por escrito”; más después de un punto y coma)
cli-takes-count = un número (“2”), quizá con la fecha o el año de la última vez (“2 2019-05”), o “no sé”
cli-takes-zone = los nombres cortos de las zonas con comas, “fuera” o “no sé”
cli-takes-matter = “no”, “no sé” o “sí”, quizá con el nivel y el lugar (“sí delito grave local”)
cli-takes-history = “no”, “no sé” o “sí”, quizá con la fecha o el año más reciente (“sí 2019”)
cli-takes-yes_no = “sí”, “no” o “no sé”
cli-word-yes = sí
cli-word-no = no
cli-word-unknown = no sé / desconocido
cli-word-none = ninguna / ninguno / nadie
cli-word-outside = fuera
cli-word-consents = consiente / está de acuerdo
cli-word-declines = renuncia / no quiere acusar
cli-word-wants = quiere acusar / quiere
cli-word-local = local
cli-word-elsewhere = en otro lugar / otro lugar
cli-word-infraction = infracción
cli-word-misdemeanor = delito menor / menor
cli-word-felony = delito grave / grave
cli-word-stated = declarada
cli-word-estimated = estimada
cli-word-pills = pastillas
cli-word-other = otra forma / otra
cli-word-record = registro
cli-word-direct_observation = observación
cli-word-reliable_information = información
cli-word-in_zone = en la zona
cli-word-out_of_zone = fuera de la zona
cli-word-documented = por escrito
cli-word-undocumented = sin escrito
cli-word-end = fin
cli-word-back = atrás
cli-try-first = No hay una respuesta anterior.
cli-try-no-answer = Esa no es una respuesta a esta pregunta. No se cambió nada.
cli-try-closed = Ya no se pregunta, porque no puede cambiar nada: { $questions }
cli-try-left = Preguntas aún abiertas: { $count }

## Un paquete de reglas sobre evaluaciones pasadas

cli-simulated = Propuesto: { $pack }, versión { $version }
cli-simulated-against = Comparado con: { $pack }, versión { $version }
cli-simulated-then = Comparado con los resultados registrados
cli-simulated-all = Todas las personas
cli-simulated-no-group = (sin grupo)
cli-simulated-gain = ganarían
cli-simulated-lose = perderían
cli-simulated-same = sin cambio
cli-simulated-not_known = no se sabe
cli-simulated-screenings = evaluaciones
cli-simulated-hidden = · está por un número de 1 a { $limit }, o por uno que lo revelaría.
cli-simulated-not_known-means = No se sabe: el paquete propuesto pregunta algo que nadie respondió entonces.
cli-simulated-rules = Reglas detrás de las pérdidas, primero la más frecuente: { $rules }

## Una lista en papel

cli-paper-title = Lista de verificación
cli-paper-no-names = No escriba nombres ni fechas de nacimiento en esta hoja.
cli-paper-date = Fecha
cli-paper-time = Hora
cli-paper-officer = Agente
cli-paper-number = Número de incidente
cli-paper-how = Marque una casilla en cada fila. «R3 no se cumple» junto a una casilla decide la regla R3. Si una regla tiene casillas propias, lea qué comprueba, mire todas sus respuestas y marque una de ellas; «no se sabe» solo si las respuestas la dejan abierta.
cli-paper-question = Pregunta
cli-paper-answer = Respuesta
cli-paper-write = Escriba:
cli-paper-most-recent = La última vez, fecha (de un año solo, cuenta el 31 de diciembre):
cli-paper-evidence = Qué lo muestra:
cli-paper-not-met = { $rules } no se cumple
cli-paper-not-applicable = No corresponde
cli-paper-look-at = ver { $rules }
cli-paper-above = Ver arriba.
cli-paper-rule-met = se cumple
cli-paper-rule-unmet = no se cumple
cli-paper-rule-unknown = no se sabe
cli-paper-record-only = Solo para el registro.
cli-paper-result = Resultado
cli-paper-result-how = Siga la lista y deténgase en la primera línea que sea cierta.
cli-paper-step-hard = No se cumple una regla que “excluye”: use la otra vía.
cli-paper-step-unknown = No se sabe si se cumple una regla que no es “para información”, o no se cumple una regla que “lo decide el personal”: necesita verificación. El personal lo averigua. (No se sabe: «No sé» en la fila de la regla o, si la regla tiene casillas propias, «no se sabe» allí.)
cli-paper-step-presumptive = No se cumple una regla que “excluye si no se deja de lado”: refiera de todos modos, el personal lo revisará. Lo puede dejar de lado: { $roles }.
cli-paper-step-eligible = Nada de esto: presuntamente elegible. Haga la oferta.

## What a rule tests

cli-rule-tests = Comprueba:
cli-test-min-age = Se cumple con { $years } años o más.
cli-test-max-age = Se cumple hasta los { $years } años inclusive.
cli-test-estimate = Una edad calculada a simple vista no dice nada a menos de { $margin } años del límite.
cli-test-yes = Se cumple con un sí a «{ $question }»
cli-test-no = Se cumple con un no a «{ $question }»
cli-test-offense-in = Se cumple si cada delito sospechado es uno de estos:
cli-test-offense-not-in = Se cumple si ningún delito sospechado es uno de estos:
cli-test-except = Fuera de esa lista:
cli-test-any-code = cualquier delito
cli-test-codes = todo código que empieza con { $prefix }
cli-test-statute = según { $statute }
cli-test-only-if = solo si la respuesta a «{ $question }» es sí
cli-test-amount-over = No se cumple con más de { $quantity } { $unit }.
cli-test-amount-from = No se cumple con { $quantity } { $unit } o más.
cli-test-amount-drugs = Solo para: { $drugs }.
cli-test-amount-except = No cuenta: { $drugs }.
cli-test-amount-together = Las drogas distintas se suman.
cli-test-amount-each = Cada droga cuenta por separado.
cli-test-amount-unit = Las cantidades en otro tipo de unidad se dejan a otras reglas.
cli-test-subsistence = Se cumple si la persona no vende, o vende solo para subsistir.
cli-test-complainant = Se cumple si nadie resultó perjudicado, o si quien lo fue consiente y no quiere que se procese.
cli-test-hours = Se cumple en este horario, según el reloj de la zona { $zone }: { $hours }. La hora final queda fuera.
cli-test-diversions = Se cumple con { $count } desvíos anteriores como máximo.
cli-test-no-diversion = No se cumple con un desvío anterior.
cli-test-all-of = Se cumple si se cumplen todas estas:
cli-test-any-of = Se cumple si se cumple alguna de estas:
cli-test-not = Se cumple si esta no se cumple:
cli-test-supervision = No se cumple con: { $kinds }.
cli-test-history = No se cumple con { $what }.
cli-test-back-always = Cuenta sin importar hace cuánto fue.
cli-test-back = Cuenta si fue hace menos de { $span } antes del encuentro; hace exactamente { $span } ya no cuenta.
cli-test-back-and-day = Cuenta si fue hace menos de { $span } antes del encuentro; hace exactamente { $span } todavía cuenta.
cli-test-matter-any = No se cumple con ninguno, por pequeño que sea.
cli-test-matter-from = No se cumple con { $level } o más grave.
cli-test-matter-local = Solo cuenta lo que está en los tribunales del sitio.
cli-test-zones = Se cumple dentro de: { $areas }.
cli-test-nexus = Se cumple con cualquiera de: { $kinds }.
cli-test-involved = Se cumple con un sí.
cli-test-involved-by = Se cumple con un sí que se muestra por: { $kinds }.
cli-test-involved-zone = Fue dentro de la zona del sitio.
cli-test-involved-documented = Consta por escrito en algún lugar.
cli-span-years = { $count ->
    [one] un año
   *[other] { $count } años
}
cli-span-months = { $count ->
    [one] un mes
   *[other] { $count } meses
}
cli-span-days = { $count ->
    [one] un día
   *[other] { $count } días
}
cli-supervision-probation = libertad a prueba (probation)
cli-supervision-parole = libertad condicional (parole)
cli-supervision-pretrial = supervisión antes del juicio
cli-supervision-other = cualquier otra supervisión
cli-nexus-opioid = consumo de opioides
cli-nexus-substance = consumo de sustancias
cli-nexus-behavioral_health = salud conductual
cli-nexus-mental_health = salud mental
cli-nexus-poverty = pobreza
cli-drug-form-prescription_pills = pastillas con receta
cli-drug-form-other = todo menos pastillas con receta
cli-day-mon = lun
cli-day-tue = mar
cli-day-wed = mié
cli-day-thu = jue
cli-day-fri = vie
cli-day-sat = sáb
cli-day-sun = dom
cli-day-all = todos los días
