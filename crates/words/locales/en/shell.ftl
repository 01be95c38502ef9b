### What stands around every screen. Sentences are short: they are read at night, in a car.

nav = Screens
today = Today
queue = Queue
lock = Lock
close = Close
back = Back
continue = Continue
change = Change
key = Key: { $key }
not-given = Not given
error-code = Code for IT: { $code }
blackout = The screen is dark
blackout-wake = Press any key to light it up again.

## Times

span-minutes = { $minutes } min
span-hours = { $hours } h { $minutes } min
span-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}
date-month = Month
date-day = Day
date-year = Year
date-year-is-enough = The year alone is fine.

## The line about the queue and the link

pill-all-sent = Online · all sent
pill-online-waiting = Online · { $waiting } waiting to send
pill-sending = Online · sending { $done } of { $total }
pill-checking = Online · checking
pill-offline = { $waiting ->
    [0] Offline · nothing waiting
   *[other] Offline · { $waiting } waiting to send
}
pill-unknown = { $waiting ->
    [0] Not connected yet
   *[other] Not connected yet · { $waiting } waiting
}
pill-needs-you = Needs you · { $count }
pill-long = Not synced for { $span }
pill-not-accepted = Site refused this device · { $waiting } waiting
pill-update = Update needed · { $waiting } waiting
pill-site-update = Site needs an update · { $waiting } waiting

sync = Sending and receiving
sync-open = Show what is sent and what waits
sync-safe = Everything you save stays on this device until the site has it. It goes by itself when the site answers.
sync-state = Now
sync-waiting = Waiting to send
sync-received = Received by the site
sync-last = Site last answered
sync-last-at = { $time } ({ $span } ago)
sync-never = Not yet
sync-next = Next try
sync-now = Sync now
sync-running = Syncing…
sync-done = Done. { $received ->
    [0] Nothing new to receive.
    [one] The site received 1.
   *[other] The site received { $received }.
} { $waiting ->
    [0] Nothing is waiting.
    [one] 1 is waiting.
   *[other] { $waiting } are waiting.
}
sync-to-queue = Open the queue
copied = On { $time } the site showed that another copy of this device has sent entries. Everything saved here is kept and is sent beside it. Tell your administrator, unless you know who put an old copy back.

## Decisions that arrive

announce-pending = The site looks at a referral again.
announce-needs_information = The site has a question about a referral.
announce-approved = The site approved a referral.
announce-not_approved = The site did not approve a referral. Other services can still be offered.
announce-show = Show it

## Settings

settings = Settings
settings-language = Language of the app
settings-version = Version { $version }
theme = Screen
theme-change = Change the screen for day or night
theme-day = Day
theme-night = Night
theme-tactical = Dim red
text-size = Text size
gloves-on = Larger buttons, for gloves

## Keys

keys = Keyboard
keys-key = Key
keys-what = What it does
keys-choose = Choose that option in the group you are in
keys-answer = Answer yes, no or don’t know, then go to the next question
keys-continue = Continue
keys-continue-text = Continue from a large text box
keys-back = Back, or close
keys-page = Go to that page of the referral
keys-now = Now, in a date or time
keys-social = New social contact
keys-arrest = New arrest diversion
keys-queue = Open the queue
keys-save = Save the draft now
keys-theme = Day, night, dim red
keys-lock = Lock
keys-blackout = Black screen
keys-help = This list
keys-single-on = Letters and numbers act on their own (never while you type text)
