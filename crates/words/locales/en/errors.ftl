### Errors: what happened, what is safe, what to do.

problem = { $count ->
    [one] 1 answer is still needed
   *[other] { $count } answers are still needed
}

error-not_enrolled = This device is not set up yet. Set it up with the code from your site.
error-already_enrolled = This device is set up already. Unlock it with your password.
error-code_unreadable = That is not a code as sites give them out. Check each letter and number, and type it again.
error-code_refused = The site does not take this code. It was used, or it is too old. Ask your administrator for a new one.
error-site_not_pinned = Another computer answered in place of your site. Nothing was sent to it. Tell your administrator before you try again.
error-site_not_reached = The site did not answer. What you saved is safe on this device and goes when there is a signal. You can keep working.
error-site_answer_unreadable = The site answered in a way that this app does not understand. What you saved is safe on this device. Tell your administrator.
error-update_needed = The site needs a newer version of this app. You can keep working; what you save is sent after the update.
error-wrong_password = The password is not right. Nothing was changed. Try again.
error-password_refused = This password is too short or too common. Choose a longer one; a sentence works well.
error-locked = The device is locked. Your draft is saved. Unlock it to go on.
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
error-no_rule_pack = The rules for this kind of referral are not on this device. You can refer; staff check the rules.
error-request_unreadable = The parts of this app do not fit together. Your work is saved. Restart the app, and tell your administrator if it happens again.
error-internal = Something went wrong inside the app. What was saved is safe. Try again, and tell your administrator if it happens again.
error-tries-left = { $tries ->
    [one] 1 try is left.
   *[other] { $tries } tries are left.
}
error-wait = { $minutes ->
    [one] Wait 1 minute before the next try.
   *[other] Wait { $minutes } minutes before the next try.
}

## What cannot stay as it is in a field

field-unknown = This answer cannot stay as it is. Check it.
field-required = This answer is still needed
field-name_missing = Give a name, what people call them, or choose “Name not known”
field-age_missing = Give an age: a group, a birth date or years
field-id_basis_missing = Say how you know who it is
field-birth_date_unreadable = The birth date does not read as a date
field-birth_date_in_future = The birth date is in the future
field-birth_date_too_old = The birth date is too long ago
field-years_unreadable = The age has to be a number of years
field-encounter_at_missing = Say when it was
field-encounter_at_unreadable = The date or time does not read as one
field-encounter_at_in_future = The date is in the future
field-date_unreadable = The date does not read as one
field-date_in_future = The date is in the future
field-place_missing = Say where it was
field-unknown_zone = This area is not one of your site’s
field-needs_missing = Choose at least one need
field-offence_missing = Choose at least one offense
field-unknown_offence = This offense code is not known
field-quantity_missing = Give the amount, or say it is estimated
field-quantity_unreadable = The amount has to be a number, such as 2.5
field-quantity_negative = The amount cannot be below zero
field-quantity_too_fine = The amount has too many digits
field-quantity_too_large = The amount is too large. Use a larger unit
field-involvement_missing = Say what you know of earlier involvement
field-doses_unreadable = The number of doses has to be a number
field-offer_missing = Say what the person answered to the offer
field-response_missing = Say what the person answered to the offer
field-not_made_reason_missing = Say why no offer was made
field-reason_missing = Say in a few words why you refer anyway
field-language_unreadable = This language is not known. Use its name or its short code
field-too_long = This text is too long
field-control_characters = This text holds signs that cannot be stored. Type it again
field-most_recent_unreadable = The date does not read as one. The year alone is fine
field-unknown_question = The rules have changed. Look at page 4 again
