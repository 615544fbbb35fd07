# Letters. Their paragraphs are in the order in which they are written.
# $site is the origin of the site, like "https://example.org".

letter = Hello,
    .copy-link = If the button does nothing, copy this address into your browser:
# $username (String)
letter-to = Hello { $username },
# $product (String)
# $site (Element)
letter-from = { $product } at { $site }
# $place (String) - like "Firefox on Linux at 192.0.2.7"
# $date (String) - like "22 November 2026, 19:38 UTC"
letter-place = { $place }, { $date }

# $site (String)
letter-test = Letters can be sent
    .what = Whoever runs { $site } wanted to know whether its letters arrive. This one has.
    .closing = There is nothing to do.

# $site (String)
letter-confirm = Confirm your email address
    .what = There is a new account at { $site } with this address. Confirm that it is yours.
    .replaced = There was one before, which nobody had confirmed. It has made way for this one.
    .action = Confirm address
    .once = The link works once, within 24 hours.
    .if-not = If you made no account, leave the link alone: nobody can confirm your address without it. { $site }/forgot-password makes the account yours, if you want it gone.

# $site (String)
letter-confirm-new = Confirm your new email address
    .what = An account at { $site } is to move to this address. Confirm that it is yours.
    .action = Confirm new address
    .once = The link works once, within 24 hours. Until then the account keeps the address it has.
    .if-not = If this was not you, somebody has mistyped their own address. There is nothing to do.

# $site (String)
letter-taken = You have an account already
    .what = Somebody, perhaps you, has just given this address for an account at { $site }. There is one with it already, so nothing has changed.
    .what-to-do = Sign in with it. If you do not remember the password, you can set another.
    .action = Sign in
    .forgot = For another password: { $site }/forgot-password
    .if-not = If this was not you, there is nothing to do.

# $site (String)
letter-set = Set a password
    .what = Whoever runs { $site } has sent you this link, so that you set a password for your account there.
    .another = For another link: { $site }/forgot-password

# $site (String)
# $place (String) - from where and when it was asked for
letter-reset = Set a new password
    .what = Somebody, most likely you, has asked for a new password at { $site } ({ $place }).
    .once = The link works once, within 30 minutes. With the new password every device is signed out.
    .if-not = If this was not you, there is nothing to do: your password is still the same.

# $site (String)
# $place (String) - from where and when
letter-password = Your password was changed
    .what = The password of your account at { $site } is another one since { $place }. Every other device was signed out.
    .if-not = If this was not you, set a new one at once: { $site }/forgot-password

# $site (String)
# $place (String) - from where and when
letter-moved = Your email address was changed
    .what = Your account at { $site } has moved from this address to another one ({ $place }).
    .what-to-do = If this was not you, take it back: the address becomes yours again, every device is signed out, and you set a new password.
    .action = Undo the change
    .once = The link works once, within 7 days. If it was you, there is nothing to do.

# $site (String)
# $place (String) - from where and when
letter-browser = New sign-in to your account
    .what = Your account at { $site } was signed in to from a browser that it did not know: { $place }.
    .what-to-do = If this was you, there is nothing to do. If not, end that session now, and set a new password.
    .action = This was not me
    .once = The link works once, within 7 days.

# $site (String)
# $place (String) - from where and when
letter-copied = A copy of your sign-in was used
    .what = Somebody used a copy of one of your sessions at { $site }: { $place }. The session was ended at once, for the copy and for the original.
    .what-to-do = Look through your devices and end what you do not know. A new password signs everybody out.
    .action = See your devices
    .forgot = For a new password: { $site }/forgot-password

# $site (String)
# $date (String) - like "22 November 2026, 19:38 UTC"
# $place (String) - from where and when it was asked for
letter-leaving = Your account will be deleted
    .what = Your account at { $site } and all that belongs to it will be deleted on { $date }, as was asked ({ $place }). Every device was signed out.
    .what-to-do = If you want to keep it, sign in before that day: this calls the deletion off.
    .action = Sign in and keep it
    .if-not = If this was not you, somebody knows your password. Set a new one: { $site }/forgot-password

# $site (String)
# $place (String) - from where and when
letter-stays = Your account stays
    .what = Somebody signed in to your account at { $site }, so it will not be deleted ({ $place }).
    .if-not = If this was not you, set a new password: { $site }/forgot-password

# $site (String)
letter-gone = Your account was deleted
    .what = Your account at { $site } is gone, with all that belonged to it. This is the last letter about it.
