### Registro del equipo y pantalla de bloqueo.

enrol = Preparar este equipo
enrol-what = Su sitio le dio un código. Escríbalo aquí y elija una contraseña para este equipo. Solo este paso necesita señal.
enrol-code = Código de su sitio
enrol-code-hint = Sirve una sola vez.
enrol-code-missing = Escriba el código de su sitio
enrol-password = Contraseña nueva
enrol-password-hint = Al menos 12 caracteres. Una frase que usted recuerde funciona bien.
enrol-password-missing = Elija una contraseña
enrol-again = La misma contraseña otra vez
enrol-again-differs = Las dos contraseñas no son iguales
enrol-do = Preparar este equipo
enrol-busy = Preparando…
password = Contraseña
password-show = Mostrar la contraseña
unlock = Desbloquear
unlock-who = ¿Quién es usted?
unlock-do = Desbloquear
unlock-busy = Abriendo…
unlock-forgotten = ¿Olvidó la contraseña? Pida un código nuevo al administrador de su sitio. Lo que usted guardó llega al sitio de todos modos.
lock-waiting = { $waiting ->
    [0] No hay nada por enviar.
    [one] Hay 1 referencia por enviar. Está segura en este equipo.
   *[other] Hay { $waiting } referencias por enviar. Están seguras en este equipo.
}
lock-secret-in-file = Este equipo guarda su secreto en un archivo y no en un almacén de claves. Su contraseña protege de todos modos lo que usted guarda.
write-only-renewed = El sitio ha respondido. Desbloquee una vez más para leer sus referencias guardadas.
write-only-lock = Bloquear y desbloquear
write-only = Puede escribir y enviar referencias nuevas. Para leer las guardadas, este equipo tiene que comunicarse con el sitio y el sitio tiene que darle acceso; después desbloquee de nuevo. Si no lo logra, llame a su supervisor.
