### Lo que rodea cada pantalla. Frases cortas: se leen de noche, en un auto.

nav = Pantallas
today = Hoy
queue = Cola
lock = Bloquear
close = Cerrar
back = Atrás
continue = Continuar
change = Cambiar
key = Tecla: { $key }
not-given = Sin respuesta
error-code = Código para informática: { $code }
blackout = La pantalla está a oscuras
blackout-wake = Oprima cualquier tecla para encenderla.

## Times

span-minutes = { $minutes } min
span-hours = { $hours } h { $minutes } min
span-days = { $days ->
    [one] 1 día
   *[other] { $days } días
}
date-month = Mes
date-day = Día
date-year = Año
date-year-is-enough = Basta con el año.

## The line about the queue and the link

pill-all-sent = En línea · todo enviado
pill-online-waiting = En línea · { $waiting } por enviar
pill-sending = En línea · enviando { $done } de { $total }
pill-checking = En línea · revisando
pill-offline = { $waiting ->
    [0] Sin conexión · nada por enviar
   *[other] Sin conexión · { $waiting } por enviar
}
pill-unknown = { $waiting ->
    [0] Aún sin conexión
   *[other] Aún sin conexión · { $waiting } por enviar
}
pill-needs-you = Requiere su atención · { $count }
pill-long = Sin sincronizar desde hace { $span }
pill-not-accepted = El sitio rechazó este equipo · { $waiting } por enviar
pill-update = Falta actualizar · { $waiting } por enviar
pill-site-update = El sitio debe actualizarse · { $waiting } por enviar

sync = Envío y recepción
sync-open = Ver qué se envió y qué espera
sync-safe = Todo lo que usted guarda queda en este equipo hasta que el sitio lo tenga. Se envía solo cuando el sitio responde.
sync-state = Ahora
sync-waiting = Por enviar
sync-received = Recibidas por el sitio
sync-last = Última respuesta del sitio
sync-last-at = { $time } (hace { $span })
sync-never = Todavía no
sync-next = Próximo intento
sync-now = Sincronizar ahora
sync-running = Sincronizando…
sync-done = Listo. { $received ->
    [0] No hay nada nuevo.
    [one] El sitio recibió 1.
   *[other] El sitio recibió { $received }.
} { $waiting ->
    [0] No queda nada por enviar.
    [one] Queda 1 por enviar.
   *[other] Quedan { $waiting } por enviar.
}
sync-to-queue = Abrir la cola
copied = El { $time } el sitio mostró que otra copia de este equipo envió registros. Todo lo guardado aquí se conserva y se envía junto a ella. Avise a su administrador, salvo que sepa quién restauró una copia anterior.

## Decisions that arrive

announce-pending = El sitio revisa de nuevo una referencia.
announce-needs_information = El sitio tiene una pregunta sobre una referencia.
announce-approved = El sitio aprobó una referencia.
announce-not_approved = El sitio no aprobó una referencia. Todavía se pueden ofrecer otros servicios.
announce-show = Mostrarla

## Settings

settings = Ajustes
settings-language = Idioma de la aplicación
settings-version = Versión { $version }
theme = Pantalla
theme-change = Cambiar la pantalla para el día o la noche
theme-day = Día
theme-night = Noche
theme-tactical = Rojo tenue
text-size = Tamaño del texto
gloves-on = Botones más grandes, para guantes

## Keys

keys = Teclado
keys-key = Tecla
keys-what = Qué hace
keys-choose = Elegir esa opción del grupo en que usted está
keys-answer = Responder sí, no o no sé, y pasar a la pregunta siguiente
keys-continue = Continuar
keys-continue-text = Continuar desde un cuadro de texto grande
keys-back = Atrás, o cerrar
keys-page = Ir a esa página de la referencia
keys-now = Ahora, en una fecha u hora
keys-social = Nuevo contacto social
keys-arrest = Nuevo desvío de arresto
keys-queue = Abrir la cola
keys-save = Guardar el borrador ahora
keys-theme = Día, noche, rojo tenue
keys-lock = Bloquear
keys-blackout = Pantalla negra
keys-help = Esta lista
keys-single-on = Las letras y los números actúan por sí solos (nunca mientras usted escribe)
