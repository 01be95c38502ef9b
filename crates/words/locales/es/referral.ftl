### Registrar una referencia: las cinco páginas, el resultado, la cola.

door = Tipo de referencia
door-arrest_diversion = Desvío de arresto
door-social_contact = Contacto social
door-community = Referencia comunitaria
door-arrest_diversion-when = Usted podría arrestar. Ofrezca LEAD en vez de fichar.
door-social_contact-when = Sin arresto. Quizá la persona quiera ayuda.
door-community-when = Alguien de la comunidad refiere a la persona.

today-title = Empezar una referencia
today-drafts = Sin terminar
today-recent = Sus últimas referencias
today-recent-none = Aquí aparecerán sus referencias.
today-no-doors = Su sitio todavía no ha enviado sus reglas. Llegarán con la próxima sincronización.

name-unknown = Nombre desconocido
draft = Borrador
draft-continue = Continuar
draft-missing = { $count ->
    [0] Listo para enviar
    [one] Falta 1 respuesta
   *[other] Faltan { $count } respuestas
}
draft-save = Guardar borrador
draft-delete = Borrar borrador
draft-keep = Conservar borrador
draft-delete-ask = ¿Borrar este borrador?
draft-delete-what = No se envió a nadie. No se puede recuperar.
saved-on-device = Guardado en este equipo { $time }
saved-failed = Sin guardar desde { $time }
saving = Guardando…

## Pages

steps = Páginas de esta referencia
step-1 = Quién
step-2 = Dónde y por qué
step-3 = La oferta
step-4 = Lo que sabe
step-5 = Revisar
step-missing = faltan { $count }
step-done = Listo
page-1 = ¿Quién es?
page-2 = ¿Dónde y por qué?
page-3 = La oferta
page-4 = ¿Qué sabe usted ahora?
page-5 = Revise sus respuestas
choose-all = Elija todas las que correspondan.
send = Enviar referencia
send-anyway = Referir de todos modos
sending = Guardando…

## Page 1

who-name = Nombre
who-given_name = Nombre de pila
who-family_name = Apellido
who-goes_by = Le dicen
who-name_not_known = Nombre desconocido
who-age = Edad
who-age-hint = A simple vista está bien. Mejor la fecha de nacimiento, si la tiene.
who-birth_date = Fecha de nacimiento
who-years-open = Dar la edad en años
who-years = Edad en años
who-years-basis = ¿Cómo sabe la edad?
who-id_basis = ¿Cómo sabe quién es?
who-language-open = Idioma e intérprete
who-language = Habla mejor
who-language-other = Otro idioma
who-language-other-hint = Su nombre, como árabe.
who-interpreter_needed = Se necesita intérprete

## Page 2

place-when = Cuándo
place-when-now = Ahora
place-when-unread = Todavía no se lee como una hora
place-when-other = Otra fecha u hora
place-when-day = Fecha
place-when-time = Hora
place-when-time-hint = En 24 horas, como 21:04.
place-zone = Zona
place-zone-outside = Fuera de todas
place-zone-none = No se sabe
place-address = Dirección o esquina
place-incident_number = Número de incidente
why-needs = ¿Qué puede necesitar la persona?
why-offences = Presunto delito
why-offences-other = Otro delito
why-offences-search = Buscar delitos
why-offences-search-hint = Una palabra en inglés o un código, como shoplifting o 23C.
why-offences-found = Encontrados
why-offences-none = Ningún delito tiene esas palabras. Pruebe otra palabra o el código.
why-offence-level = Nivel
why-offence-statute = Ley, como la cita su agencia
why-drugs = Drogas
why-drugs-hint = ¿No miró? Déjelo vacío.
why-drugs-none = No se hallaron drogas
why-drugs-more = Otras drogas
why-drugs-others = Otras drogas
why-drug-quantity = Cantidad
why-drug-quantity-hint = Un número, como 2.5. Déjelo vacío si no se midió.
why-drug-unit = Unidad
why-drug-form = ¿En qué forma está?
why-drug-estimated = Estimada a simple vista
why-complainant = ¿Hay una persona perjudicada que quizá quiera presentar cargos?
why-complainant-declines = ¿Renuncia a la acusación?
why-involvement = ¿Qué muestra hechos anteriores?
why-involvement-hint = Lo que sabe de consumo de drogas, trabajo sexual o robos para subsistir.
why-involvement-none = Sin hechos anteriores
involvement-when = ¿Cuándo fue la última vez?
involvement-in_zone = ¿Fue en la zona del sitio?
involvement-documented = ¿Consta por escrito en algún lugar?
involvement-basis = En pocas palabras
involvement-basis-hint = Nunca el nombre de quien se lo dijo.
why-overdose = Sobredosis
why-overdose-happened = Hubo una sobredosis
why-overdose-naloxone_given = Se dio naloxona
why-overdose-doses = Dosis dadas
why-more = Más para anotar
why-narrative = Algo más
why-narrative-hint = No escriba datos de salud.
why-narrative-left = { $left ->
    [one] Queda 1 letra
   *[other] Quedan { $left } letras
}

## Page 3

offer-script = Lea esto en voz alta
offer-said = ¿Qué dijo la persona?
offer-accepted = Quiere ayuda
offer-undecided = Quiere pensarlo
offer-declined = Dijo que no
offer-not_made = No se pudo preguntar
offer-declined-fine = Está bien. Se guarda que dijo que no. La persona puede pedir ayuda más adelante.
offer-declined_reason = ¿Dijo por qué?
offer-not_made_reason = ¿Por qué no se ofreció?
offer-where_to_find = Dónde encontrarla
offer-where_to_find-hint = Un refugio, una esquina, la casa de un amigo.
offer-phone = Teléfono
offer-safe_to_leave_message = ¿Es seguro dejar un mensaje ahí?

## Page 4

know-none = Las reglas de su sitio no preguntan nada más para este tipo de referencia.
know-not-checked = No he revisado registros
know-queried = Consulté los registros
know-open = { $open ->
    [0] Aquí no queda nada por responder.
    [one] Queda 1 pregunta. “No sé” es una buena respuesta.
   *[other] Quedan { $open } preguntas. “No sé” es una buena respuesta.
}
know-first = Esta es la que más ayuda.
know-no-matter = Ya no cambia el resultado.
know-moot = { $count ->
    [one] 1 pregunta más, que ahora no cambia nada
   *[other] { $count } preguntas más, que ahora no cambian nada
}
know-elsewhere = Respóndala en la página { $page }: { $name }
know-count = ¿Cuántas veces?
know-level = ¿Qué tan grave es?
know-place = ¿Dónde está?
know-most_recent = ¿Cuándo fue la última vez?
know-source = { $source } — cambiar
know-source-ask = ¿Cómo lo sabe?

## Page 5

check-attest = Al enviar, usted dice que esto es lo que vio y sabe. Una referencia no es una aprobación: el personal la revisa.
anyway = Referir de todos modos
anyway-hint = Las reglas señalan otra vía. Usted puede referir de todos modos. Diga por qué; el personal lo leerá.
anyway-reason = Por qué refiere de todos modos
summary-birth_date = Nació el { $date }
summary-years = { $years } años ({ $basis })
summary-drug = { $drug }: { $quantity } { $unit }

## The verdict: advice with reasons, never a denial

verdict = Evaluación
advice-looks_eligible = Parece elegible
advice-looks_eligible-next = Puede entregar a la persona ahora. El personal lo confirma.
advice-records_check_needed = Refiera; hay que revisar registros
advice-records_check_needed-next = Puede entregar a la persona ahora. El personal revisa lo que no se sabe.
advice-staff_will_review = Refiera; el personal lo revisará
advice-staff_will_review-next = Se cumple una regla que el personal puede dejar de lado. Usted puede referir.
advice-use_other_route = Use la otra vía
advice-use_other_route-next = Una regla del sitio señala otra vía. Puede referir de todos modos, con un motivo.
verdict-other-door = Para esta persona puede servir otro tipo de referencia: { $door }.
verdict-unknown = { $count ->
    [one] 1 regla sin saber
   *[other] { $count } reglas sin saber
}
verdict-passed = { $count ->
    [one] 1 regla se cumple
   *[other] { $count } reglas se cumplen
}
verdict-pack = Reglas: { $pack }, versión { $version }.
verdict-pack-effective = Vigentes desde { $date }.
verdict-pack-old = Este equipo supo de las reglas por última vez hace { $days } días.
verdict-pack-never = Son las reglas del día en que se preparó este equipo. Pueden haber cambiado.
verdict-none = No hay reglas para esta referencia
verdict-none-next = Usted puede referir. El personal decide.
verdict-frozen = Como estaba cuando se guardó.
finding-hit = No se cumple
finding-unknown = No se sabe
finding-pass = Se cumple
finding-note = Nota
finding-answer = Su respuesta: { $answer }
finding-decides = Decide después: { $role }
finding-unverified = el sitio aún no lo confirma
role-officer = oficial
role-sergeant = sargento
role-peer_specialist = especialista de apoyo entre pares
role-case_manager = administrador de casos
role-supervisor = supervisor
role-prosecutor_liaison = fiscalía
role-project_manager = director del proyecto
role-evaluator = evaluador
role-community_referrer = socio comunitario
role-site_admin = administrador del sitio

## Saved

saved-title = Referencia guardada
saved-safe = Está a salvo en este equipo. Se envía sola al sitio cuando haya señal.
saved-received = El sitio la tiene y dio un recibo.
referral-id = Número de referencia
referral-short = N.º { $short }
standing = Dónde está
saved-next = Qué sigue
saved-next-send = El sitio la recibe y devuelve un recibo.
saved-next-check = El personal revisa los registros y decide.
saved-next-hear = Usted recibe la decisión aquí.
saved-show = Mostrar esta referencia
saved-done = Listo

## Queue

queue-title = Cola
queue-tabs = Partes de la cola
queue-needs_you = Requiere su atención
queue-needs_you-what = El sitio las tiene y alguien tiene que mirar.
queue-needs_you-none = Nada requiere su atención.
queue-parked-entry = Registro { $short }
queue-waiting = Por enviar
queue-waiting-what = Guardadas en este equipo. Se envían solas.
queue-waiting-none = El sitio recibió todo lo de este equipo.
queue-drafts = Borradores
queue-drafts-what = Todavía sin enviar.
queue-drafts-none = No hay borradores.
queue-received = Recibidas
queue-received-what = El sitio las tiene y dio un recibo.
queue-received-none = El sitio todavía no ha recibido nada de usted.
queue-received-more = Las { $shown } más nuevas de { $total }.
queue-last-check = Última respuesta del sitio: { $time }.
queue-others = { $count ->
    [one] También espera 1 de otra persona de este equipo.
   *[other] También esperan { $count } de otras personas de este equipo.
}
standing-on_device = Guardada en este equipo
standing-sent = Enviada, aún sin recibo
standing-received = Recibida por el sitio { $time }
standing-parked = Requiere su atención
receipt = Recibo { $receipt }
parked-key_missing = El sitio la tiene, pero le falta la clave para leerla. Está a salvo en el sitio y aquí. Llame a su administrador.
parked-cannot_open = El sitio la tiene y no puede abrirla. Está a salvo en el sitio y usted todavía puede leerla aquí. Llame a su administrador.
parked-context_forged = El sitio la tiene, pero la prueba de quién la escribió no es válida. Se conserva en el sitio y aquí. Llame ahora a su administrador.
parked-author_mismatch = El sitio la tiene, pero nombra a dos autores distintos. Se conserva en el sitio y aquí. Llame a su administrador.
parked-author_unknown = El sitio la tiene y todavía no conoce la clave de usted. Está a salvo en el sitio y aquí. Pida a su administrador que revise su nombre en la lista.
parked-author_disabled = El sitio la tiene, pero allí el nombre de usted está desactivado. Está a salvo en el sitio y aquí. Llame a su supervisor para que alguien actúe.
parked-unreadable = El sitio la abrió y no pudo leerla. Está a salvo en el sitio y usted todavía puede leerla aquí. Llame a su administrador.
parked-unknown_kind = El sitio la tiene, y su programa es más viejo que esta aplicación. Está a salvo y se leerá cuando el sitio se actualice. Avise a su administrador.
parked-not_permitted = El sitio la tiene, pero la función de usted allí no registra referencias. Está a salvo en el sitio y aquí. Llame a su supervisor para que alguien actúe.
parked-other_site = Se escribió para otro sitio. Se conserva en este sitio y aquí. Llame a su administrador para que llegue al sitio correcto.
parked-id_taken = El sitio tiene otra referencia con el mismo número. Se conservan las dos. Llame a su administrador, que puede compararlas.
parked-erased = El sitio la borró antes de que alguien la leyera. Nadie actuará. Llame al sitio si la persona todavía necesita ayuda.
parked-lost = El sitio se restauró a un momento anterior a tenerla, y este equipo ya había soltado su copia sellada. Bloquee y desbloquee: si todavía puede leerla aquí, se sella y se envía otra vez. Si después aún requiere su atención, llame a su administrador, que puede tener una copia de seguridad más nueva.
parked-other = El sitio la tiene y una persona de allí debe mirarla. Está a salvo en el sitio y aquí. Llame al sitio si es urgente.
parked-unknown = El sitio no pudo ubicarla. Está a salvo en el sitio y aquí. Llame al sitio y dé este código: { $code }.
verification-pending = Sin decidir
verification-needs_information = El sitio tiene una pregunta
verification-approved = Aprobada
verification-not_approved = No aprobada

## One referral

referral = Referencia
decisions = Lo que dijo el sitio
decisions-none = Todavía nada. Usted lo sabrá aquí.
engagement = Avance
engagement-draft = Sin enviar
engagement-submitted = Informada
engagement-screened = Revisada
engagement-case_manager_called = Se llamó al administrador de casos
engagement-handed_off = Persona entregada
engagement-declined_by_person = La persona dijo que no
engagement-contact_attempting = El personal intenta comunicarse
engagement-brief_intake_done = Primera entrevista hecha
engagement-assessment_done = Evaluación hecha
engagement-plan_active = Plan hecho
engagement-active = En contacto
engagement-inactive = Sin contacto
engagement-closed = Cerrada
charge = Cargo
charge-none = Ninguno
charge-held = Retenido
charge-sent_to_prosecutor = En la fiscalía
charge-accepted = La fiscalía acepta retenerlo
charge-rejected = Sigue el proceso normal
charge-intake_due = Retenido; falta la entrevista
charge-not_filed = No presentado
charge-intake_overdue = Retenido; la entrevista está atrasada
charge-returned = Devuelto para presentarlo
take-back = Retirar
take-back-hint = Solo mientras no salga de este equipo.
take-back-ask = ¿Retirar esta referencia?
take-back-what = No ha salido de este equipo. Si usted la retira, nadie actuará sobre ella.
take-back-keep = Conservar referencia
journal = Para informática: lugar en el diario
journal-seq = Entrada { $seq }
journal-hash = Hash de la cadena
