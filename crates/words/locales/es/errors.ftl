### Errores: qué pasó, qué está a salvo, qué hacer.

problem = { $count ->
    [one] Falta 1 respuesta
   *[other] Faltan { $count } respuestas
}

error-not_enrolled = Este equipo todavía no está preparado. Prepárelo con el código de su sitio.
error-already_enrolled = Este equipo ya está preparado. No se cambió nada y el código sigue sin usar. Desbloquéelo con su contraseña.
error-code_unreadable = Ese no es un código como los que dan los sitios. Revise cada letra y número y escríbalo de nuevo.
error-code_unknown = El sitio no dio este código. No se cambió nada. Revise que sea de su sitio, o pida uno nuevo a su administrador.
error-code_used = Este código ya se usó, quizá desde aquí cuando se cortó la señal. Este equipo no está preparado y no se perdió nada. Pida un código nuevo a su administrador.
error-code_expired = Este código es demasiado viejo. No se cambió nada. Pida uno nuevo a su administrador.
error-code_not_proven = Lo que llegó al sitio no corresponde a este código. No se cambió nada y el código todavía sirve. Inténtelo de nuevo. Si pasa dos veces, cambie de red y avise a su administrador.
error-code_void = Este código se intentó demasiadas veces y el sitio ya no lo acepta. No se cambió nada. Pida uno nuevo a su administrador y diga cuántas veces lo intentó.
error-device_known_otherwise = El sitio ya conoce este equipo, con otra clave. No se cambió nada. Pida a su administrador que mire la lista de equipos.
error-device_revoked = El sitio ya no deja entrar a este equipo. No se cambió nada. Pregunte a su administrador si le toca otro equipo.
error-person_disabled = Su nombre está desactivado en el sitio. No se cambió nada y el código sigue sin usar. Hable con su administrador.
error-site_unconfirmed = El sitio se restauró de una copia y lo están revisando. No se cambió nada y el código sigue sin usar. Inténtelo más tarde o pregunte a su administrador.
error-enrolment_unreadable = El sitio no pudo leer lo que envió este equipo. No se cambió nada y el código sigue sin usar. Avise a su administrador: quizá haya que cambiar la aplicación o el nombre de este equipo.
error-site_busy = El sitio tiene demasiado trabajo en este momento. No se cambió nada y el código todavía sirve. Inténtelo de nuevo en un minuto.
error-code_refused = El sitio no aceptó este código y dio una razón que esta aplicación no conoce. No se cambió nada. Hable con su administrador.
error-site_not_proven = La computadora que respondió no pudo probar que es su sitio. Este equipo no está preparado y no se guardó nada de lo que dijo. Avise a su administrador antes de intentarlo otra vez.
error-site_not_pinned = Otra computadora respondió en lugar de su sitio. No se le envió nada. Avise a su administrador antes de intentarlo otra vez.
error-site_not_reached = El sitio no respondió. Lo que usted guardó está a salvo en este equipo y se enviará cuando haya señal. Puede seguir trabajando.
error-site_answer_unreadable = El sitio respondió de una manera que esta aplicación no entiende. Lo que usted guardó está a salvo en este equipo. Avise a su administrador.
error-update_needed = El sitio necesita una versión más nueva de esta aplicación. Puede seguir trabajando; lo que guarde se enviará después de actualizar.
error-site_update_needed = Su sitio es más antiguo que esta aplicación y hay que actualizarlo. Puede seguir trabajando; lo que guarde se enviará después de actualizarlo. Avise a su administrador.
error-wrong_password = La contraseña no es correcta. No se cambió nada. Inténtelo de nuevo.
error-password_refused = { $reason ->
    [too_short] Esta contraseña es demasiado corta. No se cambió nada. Use al menos 12 caracteres; una frase funciona bien.
    [too_long] Esta contraseña es demasiado larga. No se cambió nada. Elija una más corta.
    [known] Esta contraseña es poco más que un nombre que otros conocen. No se cambió nada. Elija otra; una frase funciona bien.
    [repeats] Esta contraseña se repite. No se cambió nada. Elija otra; una frase funciona bien.
   *[common] Esta contraseña es de las que mucha gente prueba primero. No se cambió nada. Elija otra; una frase funciona bien.
}
error-locked = El equipo está bloqueado. Su borrador está guardado. Desbloquéelo para seguir.
error-lease_ran_out = Para leer las referencias guardadas, este equipo tiene que comunicarse una vez con el sitio. Todo se conserva.
error-not_permitted = Su función en este sitio no registra referencias. No se envió nada; su borrador está guardado. Consulte a su administrador.
error-unknown_user = Esta persona no está registrada en este equipo. Elija otro nombre o prepare el equipo con un código nuevo.
error-form_incomplete = Hay que cambiar algunas respuestas antes de enviar. El borrador está guardado. Vea la lista de abajo.
error-unknown_draft = Este borrador ya no está aquí. Se envió o se borró. Búsquelo en la cola.
error-unknown_referral = Esta referencia no está en este equipo. Búsquela en la cola o pregunte al sitio.
error-already_sent = Ya salió de este equipo, así que no se puede retirar. Llame al sitio si hay que detenerla.
error-disk_full = El disco de este equipo está lleno. El último cambio no se guardó. Libere espacio e inténtelo de nuevo; deje abierta esta ventana.
error-another_writer = La aplicación está abierta dos veces en este equipo. Cierre la otra ventana e inténtelo de nuevo.
error-file_damaged = Un archivo de este equipo está dañado. Se apartó, no se borró. Avise a su administrador. Se pueden guardar referencias nuevas.
error-files_newer = En este equipo se usó una versión más nueva de la aplicación. Sus archivos están a salvo. Pida a su administrador que la actualice.
error-clock_impossible = El reloj de este equipo está mal. Ajuste la fecha y la hora e inténtelo de nuevo. No se perdió nada.
error-request_unreadable = Las partes de esta aplicación no encajan. Su trabajo está guardado. Reinicie la aplicación y avise a su administrador si vuelve a pasar.
error-internal = Algo falló dentro de la aplicación. Lo guardado está a salvo. Inténtelo de nuevo y avise a su administrador si vuelve a pasar.

## What cannot stay as it is in a field: `field-<code>`, or `field-<code>-<path>` where a field has its own sentence

field-unknown = Esta respuesta no puede quedar así. Revísela.
field-missing = Falta esta respuesta
field-missing-who-given_name = Dé un nombre o cómo le dicen, o elija “Nombre desconocido”
field-missing-who-age = Dé una edad: un grupo, una fecha de nacimiento o años
field-missing-who-id_basis = Diga cómo sabe quién es
field-missing-place-encounter_at = Diga cuándo fue
field-missing-place-address = Diga dónde fue
field-missing-why-needs = Elija qué puede necesitar la persona
field-missing-why-offences = Elija al menos un delito
field-missing-why-involvement = Diga qué muestra hechos anteriores
field-missing-offer-made = Diga qué respondió la persona a la oferta
field-missing-offer-response = Diga qué respondió la persona a la oferta
field-missing-offer-not_made_reason = Diga por qué no se ofreció
field-missing-refer_anyway = Diga en pocas palabras por qué refiere de todos modos
field-not_a_number = Esto tiene que ser un número
field-not_a_number-who-age = La edad tiene que ser un número de años
field-not_a_number-why-drugs-quantity = La cantidad tiene que ser un número, como 2.5
field-not_a_number-answers-prior_diversions-count = Cuántas veces tiene que ser un número
field-not_a_number-why-overdose-doses = Las dosis tienen que ser un número
field-not_a_date = Esto no se lee como una fecha. Basta con el año
field-not_a_date-who-age = La fecha de nacimiento no se lee como una fecha
field-not_a_time = La fecha o la hora no se puede leer
field-birth_date_in_future = La fecha de nacimiento está en el futuro
field-age_impossible = Nadie tiene tantos años. Corrija la edad
field-age_band_reversed = Primero va la edad menor
field-unknown_offence_code = No se conoce este código de delito
field-offence_not_named = Diga qué delito
field-negative_amount = La cantidad no puede ser menor que cero
field-date_in_future = La fecha está en el futuro
field-date_without_yes = Hay una fecha, pero la respuesta no es sí. Cambie una de las dos
field-position_off_the_globe = Ese lugar no existe
field-no_area_named = Diga qué zona
field-control_character = El texto tiene signos que ningún teclado escribe. Escríbalo de nuevo
field-too_long = Este texto es demasiado largo
field-encounter_in_future = La hora está en el futuro. Corríjala, o corrija el reloj de este equipo
field-name_and_not_known = Hay un nombre y también está elegido “Nombre desconocido”. Quite uno de los dos
field-none_and_some = Dice que no hay, y también se nombra algo. Quite uno de los dos
field-none_and_some-why-drugs = Está elegido “No se hallaron drogas” y también se nombra una droga. Quite uno de los dos
field-not_in_pack = Las reglas de su sitio cambiaron. Responda esto otra vez
