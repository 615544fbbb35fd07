# What stands on every page.

language-name = English
# In which direction it is written: ltr or rtl.
language-direction = ltr

skip-to-content = Skip to content
main-navigation = Main
nav-dashboard = Dashboard
sign-out = Sign out
sign-up = Sign up
# On buttons and links that lead to the sign-in.
sign-in = Sign in
tagline = Sign-in for Rust web applications.
# What search engines show below the title.
description = Sign in, or create an account.
go-to-start = Go to the start page
choose-language = Language

theme = Colours
    .system = System
    .light = Light
    .dark = Dark

# Before the title of a page whose form was refused.
# $title (String) - of the page
title-of-error = Error: { $title }

not-found = There is no such page
    .title = Page not found
    .what = The address may have a typing mistake, or the page has moved.

# Forms.

email = Email
password = Password
new-password = New password
current-password = Current password
show = Show
hide = Hide
show-password = Show password
hide-password = Hide password
one-moment = One moment…
sending = Sending…
send-the-link = Send the link
send-a-new-link = Send a new link
send-link-again = Send the link again
forgot-password = Forgot your password?
create-an-account = Create an account
set-a-new-password = Set a new password
back-to-profile = Back to your profile
username = Username
    .hint = 3 to 32 letters, digits, dots, hyphens or underscores. You can sign in with it.
# $least (Number) - of characters
password-hint = At least { $least } characters. A few words in a row are easy to remember.

# The start page.

# $product (String)
home = The door to your Rust web application
    .lead = { $product } keeps people signed in with short-lived tokens that renew themselves, and keeps everyone else out before a page is rendered.
    .points = What it does
home-binary = One binary
    .what = Pages, passwords, sessions and the database come in one program. There is nothing else to run.
home-script = Works without script
    .what = Every form is plain HTML first. A small WebAssembly bundle makes it smoother, and nothing depends on it.
home-ends = Ends when you say so
    .what = Signing out is final at once. A copied token that is used twice ends the session it was copied from.
# $name (Element) - what somebody is called
continue-as = Continue as { $name }
continue-as-yourself = Continue as yourself

# Signing in.

login = Sign in
    .busy = Signing in…
    .identifier = Email or username
    .wanted = Sign in to see that page.
    .leaving = Your account will be deleted in 7 days, and you are signed out everywhere. If you want to keep it, sign in before then.
    .remember = Keep me signed in
# -confirm-your-address (Element)
login-no-letter = No letter from us? { -confirm-your-address }
-confirm-your-address = Confirm your address
# -create-account-link (Element)
login-new-here = New here? { -create-account-link }
-create-account-link = Create an account

# Making an account.

register = Create account
    .busy = Creating your account…
# -sign-in-link (Element)
register-have-account = Have an account? { -sign-in-link }
-sign-in-link = Sign in

# Forgetting the password.

forgot = Enter the address of your account, and we send you a link that sets a new one.
    .sent = If there is an account with that address, a letter is on its way. The link in it works once, within 30 minutes.
check-your-mail = Check your mail
# -sign-in-link (Element)
forgot-remembered = Remembered it? { -sign-in-link }
# -try-again (Element)
forgot-no-letter = No letter after a few minutes? Look in your spam folder, or { -try-again }.
-try-again = try again

# Setting another password by a link.

# $email (Element) - whose password it is
reset-for = For { $email }. Every device that is signed in will be signed out.
reset = Set password
    .busy = Setting it…

# Links in letters.

dead-link = This link is no longer good
    .why = Links work once, and not for long. It may have been used already, or a newer one was sent, or a part of it was lost when it was copied.
# -read-in-outbox (Element)
no-mail-here = This site is in development and sends no mail. { -read-in-outbox }
-read-in-outbox = Read it in the outbox

# Confirming an address.

confirm-address = Confirm your address
    .submit = Confirm address
    .submit-and-sign-in = Confirm and sign in
    .busy = Confirming…
    .hint = The one you chose for this account. It shows that the account is yours, too.
    .sent = A letter is on its way. Open the link in it to confirm your address: it works once, within 24 hours.
    .for-stranger = Enter the address of your account, and we send you another link that confirms it.
    .for-member = We send another link to the address that you have not confirmed yet.
# $email (Element) - the address
confirm-is-it-yours = Is { $email } yours?
# -set-new-password-link (Element)
confirm-unknown-password = You do not know it, or did not make this account? { -set-new-password-link } and it is yours alone.
-set-new-password-link = Set a new password
# -send-it-again (Element)
confirm-no-letter = No letter after a few minutes? Look in your spam folder, or { -send-it-again }.
-send-it-again = send it again
# -send-again-link (Element)
confirm-reminder = Your address is not confirmed yet. If somebody registers with it before you confirm, this account and everything in it is gone. { -send-again-link }
-send-again-link = Send the link again

# Taking an account back.

secure = Secure your account
# $from (String) - the address before
# $to (String) - the address now, all but its first letter withheld
secure-moved = Take your account back
    .what = Your account was moved from { $from } to { $to }. We move it back, end every session, and let you set a new password. The old one opens nothing any more.
    .submit = Undo the change
# $place (String) - like "Firefox on Linux at 192.0.2.7"
secure-signed-in = End that session
    .what = Somebody signed in to your account from { $place }. We end that session at once, and let you set a new password.
    .submit = End it and set a new password
secure-over = That session is over
    .what = Somebody signed in to your account, and that session has ended already. If it was not you, they know your password: set a new one.

# The pages about an account.

your-account = Your account

profile = Profile
    .saved = Your changes are saved.
    .names = What you are called
    .save = Save
    .saving = Saving…
    .name = Name
    .name-hint = What you want to be called. You may leave it empty.
address = Address
    .is-confirmed = Your address is confirmed.
    .sent = A letter is on its way to the new address. Open the link in it, and the address is yours.
    .confirmed = Confirmed
    .not-confirmed = Not confirmed
    .new = New address
    .waits = Waits to be confirmed
    .change = Change address
    .since = Member since
# $recipient (String) - the address
# $when (Element)
letter-undelivered = A letter to { $recipient } could not be delivered ({ $when }).
    .tried-again = We try again by ourselves. Is the address right?
    .given-up = We have given it up. Check the address, and have it sent again.

# $email (Element) - the address now
change-email = Your address is { $email }. We send a link to the new one; until you open it, nothing changes.
    .hint = So that nobody else can do this from your device.
    .keep = Keep the address
# $email (Element) - the new address
change-email-pending = You have asked for { $email } already. To call that off, enter the address that you have.

security = Security
    .changed = Your password is changed, and every other device is signed out.
    .submit = Change password
    .busy = Changing it…
# -new-one-by-mail (Element)
security-forgot = Forgot it? { -new-one-by-mail }
-new-one-by-mail = Set a new one by mail

proof = Confirm it is you
    .why = What comes next is sensitive, and you entered your password some time ago. Enter it again to go on.
    .submit = Go on

data = Data
    .title = Your data
    .copy = Take a copy
    .copy-what = One file with everything that is held on you here: your account, sessions, browsers, letters and what happened. It is JSON, which people can read and programs can use.
    .download = Download my data
    .delete = Delete my account
    .delete-what = Your name, address, password, sessions and letters go, and nobody can bring them back. A list of security events stays, in which you are only a number, with the network address and browser of each.
    .delete-when = You are signed out everywhere now, and it is done in 7 days. Whoever signs in before then keeps the account.

devices = Devices
    .where = Where you are signed in
    .nowhere-else = You are signed in nowhere else.
    .end-others = End all other sessions
    .this = This device
    .end = End session
# $date (String) - like "22 November 2026, 19:38 UTC"
device-since = Since { $date }
# $date (String) - like "22 November 2026, 19:38 UTC"
# $when (Element) - like "2 hours ago"
device-since-and-seen = Since { $date }, last seen { $when }
# $place (String) - like "Firefox on Linux at 192.0.2.7"
# $when (String) - like "2 hours ago"
device-end = End session of { $place }, last seen { $when }
sessions-ended = { $count ->
    [0] There was no other session to end.
    [one] The session was ended.
   *[other] { $count } sessions were ended.
}

activity = Activity
    .what = What happened on your account
    .lately = Lately on your account
    .all = All activity
    .older = Older
    .newest = Newest
    .nothing = There is nothing older.

# $name (Element) - what somebody is called
hello = Hello, { $name }
session = This session
    .as = Signed in as
    .how = How
    .remembered = With your password, kept signed in on this browser
    .browser = With your password, until you close the browser
    .on = On
    .devices = Your devices

# The life of the session, as a time line.

life-began = Signed in
life-ends = Ends at the latest
life-ends-idle = Ends without a visit
life-renewed = Last renewed
life-now = Now
life-renews = Next renewal
    .by-itself = by itself, while you are here
# What the picture says, for those who do not see it. All are like "in 2 hours".
# $began (String)
# $renewed (String)
# $renews (String)
# $idle (String)
# $latest (String)
life-told = Time line of this session: signed in { $began }, last renewed { $renewed }, next renewal { $renews }, ends { $idle } without a visit and { $latest } at the latest.

# The chart of sign-ins.

sign-ins = Sign-ins of the last 6 weeks
    .today = Today
    .none = Nobody signed in to your account in these weeks. Sign-ins to come are drawn here, day by day.
    .first = This is your first one. Those to come are drawn here, day by day.
    .if-not-you = Were those attempts not yours? Then somebody guesses.
    .change = Choose a password that nobody can guess
count-of-sign-ins = { $count ->
    [one] { $count } sign-in
   *[other] { $count } sign-ins
}
count-of-attempts = { $count ->
    [one] { $count } failed attempt
   *[other] { $count } failed attempts
}
# $some (String) - like "2 sign-ins"
# $others (String) - like "1 failed attempt"
sign-ins-and-attempts = { $some } and { $others }

# A copied session.

warning = Somebody used a copy of your sign-in
# -your-devices-link (Element)
# -all-activity-link (Element)
warning-what-to-do = The session was ended at once, for the copy and for the original. If this was not you, look through { -your-devices-link } and end what you do not know. { -all-activity-link } shows what else happened.
-your-devices-link = your devices
-all-activity-link = All activity
# $date (Element)
# $when (Element)
# $place (Element)
warning-told = { $date } ({ $when }): a copy was used from { $place }.
# $place (String) - like "Firefox on Linux at 192.0.2.7"
warning-copy-of = It was a copy of the session of { $place }.

# The outbox of a site in development.

outbox = Outbox
    .what = Letters that a site in development does not send. They are files in the outbox folder of its data.
    .empty = There is no letter yet.
    .to = To
    .from = From
    .date = Date
    .as-html = See it as HTML
    .all = All letters
    .missing = There is no such letter.
    .only-here = The outbox is shown on the machine that the site runs on, under its own address.
