# What somebody is told when something was refused or failed: what to do, as far as there is something.

error-malformed = The form did not arrive as it was sent. Please try again.
error-unauthenticated = You are signed out. Please sign in again.
error-unavailable = We cannot reach our records right now. Please try again in a moment.
error-internal = Something went wrong on our side. Please try again.
error-incomplete = A field of the form is missing, there twice, or has a value that is not known. Please try again.
error-unknown-field = The form has a field that is not known here. Please try again.
error-content-type = Forms are accepted as application/x-www-form-urlencoded only. Send it from the page itself.
error-too-slow = It took too long to arrive. Please try again.
error-too-large = That is more than can be taken. Please shorten it.
error-bad-path = This address is not written as addresses are. Go on from the start page.
error-cross-origin = This request came from another site. Open the page here, and send it from there.
error-overloaded = Many people are here right now. Please try again in a moment.
error-forbidden = This is for administrators. Ask one of them, or sign in as one.
error-not-found = There is nothing at this address. Check it for a typing mistake.
error-method-not-allowed = This address cannot be used that way. Go back to the page that you came from.
error-unreachable = The server could not be reached. Nothing was lost: please try again.

error-bad-credentials = That name and password do not go together. Check both and try again.
    .or-unconfirmed = That name and password do not go together, or your address is not confirmed yet. Check them, and look for our letter.
error-wrong-password = That is not the password. Check it and try again.
error-already-confirmed = Your address is confirmed already. There is nothing left to do.
error-link-gone = This link is no longer good. Ask for a new one.
error-proof-needed = Confirm that it is you, and try again.
error-busy = Many people are signing in right now. Please try again in a moment.
error-unknown-session = That session is over already. Nothing is left to be done.
error-registration-closed = Registration is closed here. Ask whoever runs this site for an account.

# $soon (String) - like "in a moment" or "in 5 minutes"
error-throttled = A letter was sent a short while ago. Look for it, or try again { $soon }.
# $soon (String) - like "in a moment" or "in 5 minutes"
error-too-many-attempts = There were too many tries. Try again { $soon }.

error-email-missing = Enter your email address.
error-email-too-long = This address is too long to be one. Check it for a typing mistake.
error-email-malformed = Enter an email address, like name@example.org.
error-email-taken = There is an account with this address. Sign in instead.
    .meanwhile = Somebody has shown meanwhile that this address is theirs, for another account: nothing was changed. If that account is yours, sign in to it, and change its address or delete it; then open the link again.
error-email-same = This is the address that your account has already. Enter another one.

error-username-missing = Choose a username.
error-username-length = Use 3 to 32 characters.
error-username-characters = Use only letters from a to z, digits, dots, hyphens and underscores.
error-username-taken = This username is taken. Choose another.

error-name-too-long = Use 64 characters at most.
error-name-characters = The name has characters that cannot be shown. Leave them out.

error-password-missing = Choose a password.
# $least (Number)
error-password-too-short = Use at least { $least } characters. Length is what makes a password strong.
# $most (Number)
error-password-too-long = Use { $most } characters at most.
error-password-common = This is one of the passwords that are tried first. Choose another.
error-password-context = Your password must not be your name, your address or ours. Choose another.
error-password-same = This is the password that you have. Choose another.

# The heading of a page that is shown when no other can be, by its status.

failure = That was not understood
    .signed-out = You are signed out
    .not-open = This is not open to you
    .nothing-there = There is no such page
    .not-that-way = That does not work here
    .too-slow = That took too long
    .came-first = Something else came first
    .gone = This is gone
    .too-large = That is too much
    .too-many = Too many tries
    .not-now = Not right now
    .internal = Something went wrong
    .again = Try again
