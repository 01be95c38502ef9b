### Errores: qué pasó, qué está a salvo, qué hacer.

problem = { $count ->
    [one] Falta 1 respuesta
   *[other] Faltan { $count } respuestas
}

error-not_enrolled = Este equipo todavía no está preparado. Prepárelo con el código de su sitio.
error-already_enrolled = Este equipo ya está preparado. Desbloquéelo con su contraseña.
error-code_unreadable = Ese no es un código como los que dan los sitios. Revise cada letra y número y escríbalo de nuevo.
error-code_refused = El sitio no acepta este código. Ya se usó o es demasiado viejo. Pida uno nuevo a su administrador.
error-site_not_pinned = Otra computadora respondió en lugar de su sitio. No se le envió nada. Avise a su administrador antes de intentarlo otra vez.
error-site_not_reached = El sitio no respondió. Lo que usted guardó está a salvo en este equipo y se enviará cuando haya señal. Puede seguir trabajando.
error-site_answer_unreadable = El sitio respondió de una manera que esta aplicación no entiende. Lo que usted guardó está a salvo en este equipo. Avise a su administrador.
error-update_needed = El sitio necesita una versión más nueva de esta aplicación. Puede seguir trabajando; lo que guarde se enviará después de actualizar.
error-wrong_password = La contraseña no es correcta. No se cambió nada. Inténtelo de nuevo.
error-password_refused = Esta contraseña es demasiado corta o demasiado común. Elija una más larga; una frase funciona bien.
error-locked = El equipo está bloqueado. Su borrador está guardado. Desbloquéelo para seguir.
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
error-no_rule_pack = Las reglas para este tipo de referencia no están en este equipo. Puede referir; el personal revisa las reglas.
error-request_unreadable = Las partes de esta aplicación no encajan. Su trabajo está guardado. Reinicie la aplicación y avise a su administrador si vuelve a pasar.
error-internal = Algo falló dentro de la aplicación. Lo guardado está a salvo. Inténtelo de nuevo y avise a su administrador si vuelve a pasar.
error-tries-left = { $tries ->
    [one] Queda 1 intento.
   *[other] Quedan { $tries } intentos.
}
error-wait = { $minutes ->
    [one] Espere 1 minuto antes del próximo intento.
   *[other] Espere { $minutes } minutos antes del próximo intento.
}

## What cannot stay as it is in a field

field-unknown = Esta respuesta no puede quedar así. Revísela.
field-required = Falta esta respuesta
field-name_missing = Dé un nombre, cómo le dicen, o elija “Nombre desconocido”
field-age_missing = Dé una edad: un grupo, una fecha de nacimiento o años
field-id_basis_missing = Diga cómo sabe quién es
field-birth_date_unreadable = La fecha de nacimiento no se lee como una fecha
field-birth_date_in_future = La fecha de nacimiento está en el futuro
field-birth_date_too_old = La fecha de nacimiento es demasiado antigua
field-years_unreadable = La edad tiene que ser un número de años
field-encounter_at_missing = Diga cuándo fue
field-encounter_at_unreadable = La fecha o la hora no se puede leer
field-encounter_at_in_future = La fecha está en el futuro
field-date_unreadable = La fecha no se puede leer
field-date_in_future = La fecha está en el futuro
field-place_missing = Diga dónde fue
field-unknown_zone = Esta zona no es de su sitio
field-needs_missing = Elija al menos una necesidad
field-offence_missing = Elija al menos un delito
field-unknown_offence = No se conoce este código de delito
field-quantity_missing = Dé la cantidad o diga que es estimada
field-quantity_unreadable = La cantidad tiene que ser un número, como 2.5
field-quantity_negative = La cantidad no puede ser menor que cero
field-quantity_too_fine = La cantidad tiene demasiadas cifras
field-quantity_too_large = La cantidad es demasiado grande. Use una unidad mayor
field-involvement_missing = Diga qué sabe de hechos anteriores
field-doses_unreadable = El número de dosis tiene que ser un número
field-offer_missing = Diga qué respondió la persona a la oferta
field-response_missing = Diga qué respondió la persona a la oferta
field-not_made_reason_missing = Diga por qué no se hizo la oferta
field-reason_missing = Diga en pocas palabras por qué refiere de todos modos
field-language_unreadable = No se conoce este idioma. Use su nombre o su código corto
field-too_long = Este texto es demasiado largo
field-control_characters = Este texto tiene signos que no se pueden guardar. Escríbalo de nuevo
field-most_recent_unreadable = La fecha no se puede leer. Basta con el año
field-unknown_question = Las reglas cambiaron. Mire otra vez la página 4
