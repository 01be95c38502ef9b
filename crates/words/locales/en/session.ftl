### Enrolment and the lock screen.

enrol = Set up this device
enrol-what = Your site gave you a code. Type it here and choose a password for this device. You need a signal only for this step.
enrol-code = Code from your site
enrol-code-hint = It works once.
enrol-code-missing = Type the code from your site
enrol-password = New password
enrol-password-hint = At least 12 characters. A sentence that you remember works well.
enrol-password-missing = Choose a password
enrol-again = The same password again
enrol-again-differs = The two passwords are not the same
enrol-do = Set up this device
enrol-busy = Setting up…
password = Password
password-show = Show the password
unlock = Unlock
unlock-who = Who are you?
unlock-do = Unlock
unlock-busy = Opening…
unlock-forgotten = Password forgotten? Ask your site’s administrator for a new code. What you saved still goes to the site.
lock-waiting = { $waiting ->
    [0] Nothing waits to be sent.
    [one] 1 referral waits to be sent. It is safe on this device.
   *[other] { $waiting } referrals wait to be sent. They are safe on this device.
}
lock-secret-in-file = This device keeps its secret in a file, not in a key store. Your password still protects what you save.
write-only-renewed = The site has answered. Unlock once more to read your saved referrals.
write-only-lock = Lock, then unlock
write-only = You can write and send new referrals. To read saved ones, this device has to reach the site and the site has to let you in; then unlock again. If it does not, call your supervisor.
