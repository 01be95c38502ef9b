### Errors: what happened, what is safe, what to do.

problem = { $count ->
    [one] 1 answer is still needed
   *[other] { $count } answers are still needed
}

error-not_enrolled = This device is not set up yet. Set it up with the code from your site.
error-already_enrolled = This device is set up already. Nothing was changed, and the code is still unused. Unlock it with your password.
error-code_unreadable = That is not a code as sites give them out. Check each letter and number, and type it again.
error-code_unknown = The site did not give out this code. Nothing was changed. Check that it is from your site, or ask your administrator for a new one.
error-code_used = This code was used already, perhaps from here when the signal broke. This device is not set up, and nothing was lost. Ask your administrator for a new code.
error-code_expired = This code is too old. Nothing was changed. Ask your administrator for a new one.
error-code_not_proven = What reached the site does not fit this code. Nothing was changed, and the code is still good. Try again. If it happens twice, change the network and tell your administrator.
error-code_void = This code was tried too often, so the site no longer takes it. Nothing was changed. Ask your administrator for a new one, and say how often you tried.
error-device_known_otherwise = The site knows this device from before, with another key. Nothing was changed. Ask your administrator to look at the list of devices.
error-device_revoked = The site no longer lets this device in. Nothing was changed. Ask your administrator if you should have another device.
error-person_disabled = Your name is switched off at the site. Nothing was changed, and the code is still unused. Ask your administrator.
error-site_unconfirmed = The site was put back from a backup and is being checked. Nothing was changed, and the code is still unused. Try again later, or ask your administrator.
error-enrolment_unreadable = The site could not read what this device sent. Nothing was changed, and the code is still unused. Tell your administrator: the app or the name of this device may have to change.
error-site_busy = The site has too much to do right now. Nothing was changed, and the code is still good. Try again in a minute.
error-code_refused = The site did not take this code and gave a reason that this app does not know. Nothing was changed. Ask your administrator.
error-site_not_proven = The computer that answered could not prove that it is your site. This device is not set up, and nothing of what it said was kept. Tell your administrator before you try again.
error-site_not_pinned = Another computer answered in place of your site. Nothing was sent to it. Tell your administrator before you try again.
error-site_not_reached = The site did not answer. What you saved is safe on this device and goes when there is a signal. You can keep working.
error-site_answer_unreadable = The site answered in a way that this app does not understand. What you saved is safe on this device. Tell your administrator.
error-update_needed = The site needs a newer version of this app. You can keep working; what you save is sent after the update.
error-site_update_needed = Your site is older than this app and has to be updated. You can keep working; what you save is sent after the update. Tell your administrator.
error-wrong_password = The password is not right. Nothing was changed. Try again.
error-password_refused = { $reason ->
    [too_short] This password is too short. Nothing was changed. Use at least 12 characters; a sentence works well.
    [too_long] This password is too long. Nothing was changed. Choose a shorter one.
    [known] This password is little more than a name that others know. Nothing was changed. Choose another; a sentence works well.
    [repeats] This password repeats itself. Nothing was changed. Choose another; a sentence works well.
   *[common] This password is one that many people try first. Nothing was changed. Choose another; a sentence works well.
}
error-locked = The device is locked. Your draft is saved. Unlock it to go on.
error-lease_ran_out = To read saved referrals, this device has to reach the site once. Everything is kept.
error-not_permitted = Your role at this site does not log referrals. Nothing was sent; your draft is saved. Ask your administrator.
error-unknown_user = This person is not set up on this device. Choose another name, or set the device up with a new code.
error-form_incomplete = Some answers have to change before this can be sent. The draft is saved. See the list below.
error-unknown_draft = This draft is not here any more. It was sent or deleted. Look in the queue.
error-unknown_referral = This referral is not on this device. Look in the queue, or ask the site.
error-already_sent = It has left this device already, so it cannot be taken back. Call the site if it must be stopped.
error-disk_full = The disk of this device is full. The last change is not saved. Make room, then try again; keep this window open.
error-another_writer = The app is open twice on this device. Close the other window, then try again.
error-file_damaged = A file on this device is damaged. It was set aside, not deleted. Tell your administrator. New referrals can be saved.
error-files_newer = A newer version of this app was used on this device. Your files are safe. Ask your administrator to update the app.
error-clock_impossible = The clock of this device is wrong. Set the date and time, then try again. Nothing is lost.
error-request_unreadable = The parts of this app do not fit together. Your work is saved. Restart the app, and tell your administrator if it happens again.
error-internal = Something went wrong inside the app. What was saved is safe. Try again, and tell your administrator if it happens again.

## What cannot stay as it is in a field: `field-<code>`, or `field-<code>-<path>` where a field has its own sentence

field-unknown = This answer cannot stay as it is. Check it.
field-missing = This answer is still needed
field-missing-who-given_name = Give a name or what people call them, or choose “Name not known”
field-missing-who-age = Give an age: a group, a birth date or years
field-missing-who-id_basis = Say how you know who it is
field-missing-place-encounter_at = Say when it was
field-missing-place-address = Say where it was
field-missing-why-needs = Choose what the person may need
field-missing-why-offences = Choose at least one offense
field-missing-why-involvement = Say what shows earlier involvement
field-missing-offer-made = Say what the person answered to the offer
field-missing-offer-response = Say what the person answered to the offer
field-missing-offer-not_made_reason = Say why it was not offered
field-missing-refer_anyway = Say in a few words why you refer anyway
field-not_a_number = This has to be a number
field-not_a_number-who-age = The age has to be a number of years
field-not_a_number-why-drugs-quantity = The amount has to be a number, such as 2.5
field-not_a_number-answers-prior_diversions-count = How many times has to be a number
field-not_a_number-why-overdose-doses = The doses have to be a number
field-not_a_date = This does not read as a date. The year alone is fine
field-not_a_date-who-age = The birth date does not read as a date
field-not_a_time = The date or time does not read as one
field-birth_date_in_future = The birth date is in the future
field-age_impossible = No person is that old. Correct the age
field-age_band_reversed = The lower age comes first
field-unknown_offence_code = This offense code is not known
field-offence_not_named = Say which offense
field-negative_amount = The amount cannot be below zero
field-date_in_future = The date is in the future
field-date_without_yes = There is a date, but the answer is not yes. Change one of them
field-position_off_the_globe = There is no such place
field-no_area_named = Name the area
field-control_character = The text holds signs that no keyboard types. Type it again
field-too_long = This text is too long
field-encounter_in_future = The time is in the future. Correct it, or the clock of this device
field-name_and_not_known = There is a name, and “Name not known” is chosen too. Remove one of them
field-none_and_some = It says that there is none, and one is named too. Remove one of them
field-none_and_some-why-drugs = “No drugs found” is chosen, and a drug is named too. Remove one of them
field-not_in_pack = Your site’s rules have changed. Answer this again
