### Logging a referral: the five pages, the verdict, the queue. Grade 8 or below.

door = Kind of referral
door-arrest_diversion = Arrest diversion
door-social_contact = Social contact
door-community = Community referral
door-arrest_diversion-when = You could arrest. Offer LEAD instead of booking.
door-social_contact-when = No arrest. The person may want help.
door-community-when = Somebody in the community refers the person.

today-title = Start a referral
today-drafts = Not finished
today-recent = Your last referrals
today-recent-none = Your referrals will show here.
today-no-doors = Your site has not sent its rules yet. They come with the next sync.

name-unknown = Name not known
draft = Draft
draft-continue = Continue
draft-missing = { $count ->
    [0] Ready to send
    [one] 1 answer is missing
   *[other] { $count } answers are missing
}
draft-save = Save draft
draft-delete = Delete draft
draft-keep = Keep draft
draft-delete-ask = Delete this draft?
draft-delete-what = It was not sent to anybody. It cannot be brought back.
saved-on-device = Saved on this device { $time }
saved-failed = Not saved since { $time }
saving = Saving…

## Pages

steps = Pages of this referral
step-1 = Who
step-2 = Where and why
step-3 = The offer
step-4 = What you know
step-5 = Check answers
step-missing = { $count } needed
step-done = Done
page-1 = Who is it?
page-2 = Where and why?
page-3 = The offer
page-4 = What do you know right now?
page-5 = Check your answers
choose-all = Choose all that apply.
send = Send referral
send-anyway = Refer anyway
sending = Saving…

## Page 1

who-name = Name
who-given_name = First name
who-family_name = Last name
who-goes_by = Goes by
who-name_not_known = Name not known
who-age = Age
who-age-hint = By sight is fine. A birth date is better, if you have it.
who-birth_date = Birth date
who-years-open = Give the age in years
who-years = Age in years
who-years-basis = How do you know the age?
who-id_basis = How do you know who it is?
who-language-open = Language and interpreter
who-language = Speaks best
who-language-other = Another language
who-language-other-hint = Its name, such as Arabic.
who-interpreter_needed = An interpreter is needed

## Page 2

place-when = When
place-when-now = Now
place-when-unread = Not read as a time yet
place-when-other = Another date or time
place-when-day = Date
place-when-time = Time
place-when-time-hint = 24 hours, such as 21:04.
place-zone = Area
place-zone-outside = Outside all of these
place-zone-none = Not known
place-address = Address or cross street
place-incident_number = Incident number
why-needs = What may the person need?
why-offences = Suspected offense
why-offences-other = Another offense
why-offences-search = Search offenses
why-offences-search-hint = A word or a code, such as shoplifting or 23C.
why-offences-found = Found
why-offences-none = No offense has these words. Try another word or the code.
why-offence-level = Level
why-offence-statute = Statute, as your agency cites it
why-drugs = Drugs
why-drugs-hint = Did not look? Leave this empty.
why-drugs-none = No drugs found
why-drugs-more = Other drugs
why-drugs-others = Other drugs
why-drug-quantity = Amount
why-drug-quantity-hint = A number, such as 2.5. Leave it empty when not measured.
why-drug-unit = Unit
why-drug-form = What form is it in?
why-drug-estimated = Estimated by sight
why-complainant = Is somebody harmed who may want charges?
why-complainant-declines = Do they decline prosecution?
why-involvement = What shows earlier involvement?
why-involvement-hint = What you know of drug use, sex work or theft to get by.
why-involvement-none = No earlier involvement
involvement-when = When was it last?
involvement-in_zone = Was it in the site’s area?
involvement-documented = Is it written down anywhere?
involvement-basis = In a few words
involvement-basis-hint = Never the name of the person who told you.
why-overdose = Overdose
why-overdose-happened = An overdose happened
why-overdose-naloxone_given = Naloxone was given
why-overdose-doses = Doses given
why-more = More to write down
why-narrative = Anything else
why-narrative-hint = Do not write health details.
why-narrative-left = { $left ->
    [one] 1 letter left
   *[other] { $left } letters left
}

## Page 3

offer-script = Read this aloud
offer-said = What did the person say?
offer-accepted = Wants help
offer-undecided = Wants to think
offer-declined = Said no
offer-not_made = Could not ask
offer-declined-fine = That is fine. It is saved as said no. The person can ask for help later.
offer-declined_reason = Did they say why?
offer-not_made_reason = Why was it not offered?
offer-where_to_find = Where to find them
offer-where_to_find-hint = A shelter, a corner, a friend’s place.
offer-phone = Phone
offer-safe_to_leave_message = Is it safe to leave a message there?

## Page 4

know-none = Your site’s rules ask nothing more for this kind of referral.
know-not-checked = I have not checked records
know-queried = I ran a records query
know-open = { $open ->
    [0] Nothing is left to answer here.
    [one] 1 question is open. “Don’t know” is a fine answer.
   *[other] { $open } questions are open. “Don’t know” is a fine answer.
}
know-first = This one helps most.
know-no-matter = No longer changes the result.
know-moot = { $count ->
    [one] 1 more question, which changes nothing now
   *[other] { $count } more questions, which change nothing now
}
know-elsewhere = Answer it on page { $page }: { $name }
know-count = How many times?
know-level = How serious is it?
know-place = Where is it?
know-most_recent = When was it last?
know-source = { $source } — change
know-source-ask = How do you know?

## Page 5

check-attest = By sending, you say that this is what you saw and know. A referral is not an approval: staff check it.
anyway = Refer anyway
anyway-hint = The rules point to another route. You can still refer. Say why; staff will read it.
anyway-reason = Why you refer anyway
summary-birth_date = Born { $date }
summary-years = { $years } years ({ $basis })
summary-drug = { $drug }: { $quantity } { $unit }

## The verdict: advice with reasons, never a denial

verdict = Screening
advice-looks_eligible = Looks eligible
advice-looks_eligible-next = You can hand off now. Staff confirm it.
advice-records_check_needed = Refer, records check needed
advice-records_check_needed-next = You can hand off now. Staff check what is not known.
advice-staff_will_review = Refer, staff will review
advice-staff_will_review-next = A rule was met that staff can set aside. You can still refer.
advice-use_other_route = Use the other route
advice-use_other_route-next = A rule of the site points to another route. You can refer anyway, with a reason.
verdict-other-door = This person may fit another kind of referral: { $door }.
verdict-unknown = { $count ->
    [one] 1 rule not known yet
   *[other] { $count } rules not known yet
}
verdict-passed = { $count ->
    [one] 1 rule is met
   *[other] { $count } rules are met
}
verdict-pack = Rules: { $pack }, version { $version }.
verdict-pack-effective = In force since { $date }.
verdict-pack-old = This device last heard about the rules { $days } days ago.
verdict-pack-never = These are the rules from the day this device was set up. They may have changed.
verdict-none = No rules for this referral
verdict-none-next = You can refer. Staff decide.
verdict-frozen = As it was when it was saved.
finding-hit = Not met
finding-unknown = Not known yet
finding-pass = Met
finding-note = Note
finding-answer = Your answer: { $answer }
finding-decides = Decides next: { $role }
finding-unverified = not yet confirmed by the site
role-officer = officer
role-sergeant = sergeant
role-peer_specialist = peer specialist
role-case_manager = case manager
role-supervisor = supervisor
role-prosecutor_liaison = prosecutor
role-project_manager = project manager
role-evaluator = evaluator
role-community_referrer = community partner
role-site_admin = site administrator

## Saved

saved-title = Referral saved
saved-safe = It is safe on this device. It goes to the site by itself when there is a signal.
saved-received = The site has it and gave a receipt.
referral-id = Referral number
referral-short = No. { $short }
standing = Where it is
saved-next = What happens next
saved-next-send = The site receives it and sends back a receipt.
saved-next-check = Staff check the records and decide.
saved-next-hear = You hear the decision here.
saved-show = Show this referral
saved-done = Done

## Queue

queue-title = Queue
queue-tabs = Parts of the queue
queue-needs_you = Needs you
queue-needs_you-what = The site has these and somebody has to look.
queue-needs_you-none = Nothing needs you.
queue-parked-entry = Entry { $short }
queue-waiting = Waiting
queue-waiting-what = Saved on this device. They go by themselves.
queue-waiting-none = Everything on this device has been received.
queue-drafts = Drafts
queue-drafts-what = Not sent yet.
queue-drafts-none = No drafts.
queue-received = Received
queue-received-what = The site has these and gave a receipt.
queue-received-none = The site has received nothing from you yet.
queue-received-more = The newest { $shown } of { $total }.
queue-last-check = Site last answered { $time }.
queue-others = { $count ->
    [one] 1 more of another person on this device waits too.
   *[other] { $count } more of other people on this device wait too.
}
standing-on_device = Saved on this device
standing-sent = Sent, no receipt yet
standing-received = Received by the site { $time }
standing-parked = Needs you
receipt = Receipt { $receipt }
parked-key_missing = The site has it but lacks the key to read it. It is safe at the site and here. Call your administrator.
parked-cannot_open = The site has it and cannot open it. It is safe at the site, and you can still read it here. Call your administrator.
parked-context_forged = The site has it, but the proof of who wrote it does not hold. It is kept at the site and here. Call your administrator now.
parked-author_mismatch = The site has it, but it names two different writers. It is kept at the site and here. Call your administrator.
parked-author_unknown = The site has it and does not know your key yet. It is safe at the site and here. Ask your administrator to look at your name on the roster.
parked-author_disabled = The site has it, but your name was switched off there. It is safe at the site and here. Call your supervisor so that somebody acts on it.
parked-unreadable = The site opened it and could not read it. It is safe at the site, and you can still read it here. Call your administrator.
parked-unknown_kind = The site has it, and its program is older than this app. It is safe and is read after the site’s update. Tell your administrator.
parked-not_permitted = The site has it, but your role there does not log referrals. It is safe at the site and here. Call your supervisor so that somebody acts on it.
parked-other_site = It was written for another site. It is kept at this site and here. Call your administrator so that the right site gets it.
parked-id_taken = The site has another referral with the same number. Both are kept. Call your administrator, who can compare them.
parked-erased = The site erased it before anybody read it. Nobody will act on it. Call the site if the person still needs help.
parked-lost = The site was put back to before it had this, and this device had let its sealed copy go. Lock and unlock: if you can still read it here, it is sealed and sent once more. If it still needs you after that, call your administrator, who may have a newer backup.
parked-other = The site has it and a person there has to look at it. It is safe at the site and here. Call the site if it is urgent.
parked-unknown = The site could not place it. It is safe at the site and here. Call the site and give this code: { $code }.
verification-pending = Not decided yet
verification-needs_information = The site has a question
verification-approved = Approved
verification-not_approved = Not approved

## One referral

referral = Referral
decisions = What the site said
decisions-none = Nothing yet. You hear it here.
engagement = Progress
engagement-draft = Not sent
engagement-submitted = Reported
engagement-screened = Checked
engagement-case_manager_called = Case manager called
engagement-handed_off = Handed off
engagement-declined_by_person = The person said no
engagement-contact_attempting = Staff are trying to reach them
engagement-brief_intake_done = First intake done
engagement-assessment_done = Assessment done
engagement-plan_active = Plan made
engagement-active = In contact
engagement-inactive = Out of contact
engagement-closed = Closed
charge = Charge
charge-none = None
charge-held = Held
charge-sent_to_prosecutor = With the prosecutor
charge-accepted = Prosecutor agrees to hold it
charge-rejected = Goes the ordinary way
charge-intake_due = Held; intake is due
charge-not_filed = Not filed
charge-intake_overdue = Held; intake is overdue
charge-returned = Sent back for filing
take-back = Take back
take-back-hint = Only until it leaves this device.
take-back-ask = Take this referral back?
take-back-what = It has not left this device. If you take it back, nobody will act on it.
take-back-keep = Keep referral
journal = For IT: place in the journal
journal-seq = Entry { $seq }
journal-hash = Chain hash
