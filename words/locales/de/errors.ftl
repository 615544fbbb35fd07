# Was jemand erfährt, wenn etwas abgelehnt wurde oder misslang: was zu tun ist, soweit es etwas gibt.

error-malformed = Das Formular kam nicht so an, wie es abgeschickt wurde. Bitte versuchen Sie es noch einmal.
error-unauthenticated = Sie sind abgemeldet. Bitte melden Sie sich wieder an.
error-unavailable = Unsere Daten sind gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.
error-internal = Bei uns ging etwas schief. Bitte versuchen Sie es noch einmal.
error-incomplete = Ein Feld des Formulars fehlt, ist doppelt da oder hat einen unbekannten Wert. Bitte versuchen Sie es noch einmal.
error-unknown-field = Das Formular hat ein Feld, das hier nicht bekannt ist. Bitte versuchen Sie es noch einmal.
error-content-type = Formulare werden nur als application/x-www-form-urlencoded angenommen. Senden Sie es von der Seite selbst.
error-too-slow = Die Übertragung hat zu lange gedauert. Bitte versuchen Sie es noch einmal.
error-too-large = Das ist mehr, als angenommen werden kann. Bitte kürzen Sie es.
error-bad-path = Diese Adresse ist nicht so geschrieben, wie Adressen es sind. Gehen Sie von der Startseite aus weiter.
error-cross-origin = Diese Anfrage kam von einer anderen Website. Öffnen Sie die Seite hier und senden Sie sie von dort.
error-overloaded = Gerade sind viele Menschen hier. Bitte versuchen Sie es gleich noch einmal.
error-forbidden = Das ist für Administratoren. Fragen Sie jemanden von ihnen, oder melden Sie sich als Administrator an.
error-not-found = Unter dieser Adresse gibt es nichts. Prüfen Sie, ob Sie sich vertippt haben.
error-method-not-allowed = Diese Adresse lässt sich so nicht verwenden. Gehen Sie zurück zu der Seite, von der Sie kamen.
error-unreachable = Der Server war nicht zu erreichen. Es ging nichts verloren: Bitte versuchen Sie es noch einmal.

error-bad-credentials = Dieser Name und dieses Passwort passen nicht zusammen. Prüfen Sie beide, und versuchen Sie es noch einmal.
    .or-unconfirmed = Dieser Name und dieses Passwort passen nicht zusammen, oder Ihre Adresse ist noch nicht bestätigt. Prüfen Sie beide, und sehen Sie nach unserer E-Mail.
error-wrong-password = Das ist nicht das Passwort. Prüfen Sie es, und versuchen Sie es noch einmal.
error-already-confirmed = Ihre Adresse ist schon bestätigt. Es bleibt nichts zu tun.
error-link-gone = Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.
error-proof-needed = Bestätigen Sie, dass Sie es sind, und versuchen Sie es noch einmal.
error-busy = Gerade melden sich viele Menschen an. Bitte versuchen Sie es gleich noch einmal.
error-unknown-session = Diese Sitzung ist schon beendet. Es bleibt nichts zu tun.
error-registration-closed = Hier kann man sich nicht registrieren. Bitten Sie den Betreiber dieser Website um ein Konto.

error-throttled = Vor Kurzem wurde schon eine E-Mail verschickt. Sehen Sie danach, oder versuchen Sie es { $soon } noch einmal.
error-too-many-attempts = Das waren zu viele Versuche. Versuchen Sie es { $soon } noch einmal.

error-email-missing = Geben Sie Ihre E-Mail-Adresse ein.
error-email-too-long = Diese Adresse ist zu lang, um eine zu sein. Prüfen Sie, ob Sie sich vertippt haben.
error-email-malformed = Geben Sie eine E-Mail-Adresse ein, etwa name@example.org.
error-email-taken = Zu dieser Adresse gibt es ein Konto. Melden Sie sich damit an.
    .meanwhile = Inzwischen hat jemand gezeigt, dass diese Adresse zu einem anderen Konto gehört: Es wurde nichts geändert. Wenn jenes Konto Ihres ist, melden Sie sich dort an und ändern Sie seine Adresse, oder löschen Sie es; öffnen Sie dann den Link noch einmal.
error-email-same = Diese Adresse hat Ihr Konto schon. Geben Sie eine andere ein.

error-username-missing = Wählen Sie einen Benutzernamen.
error-username-length = Verwenden Sie 3 bis 32 Zeichen.
error-username-characters = Verwenden Sie nur Buchstaben von a bis z, Ziffern, Punkte, Binde- und Unterstriche.
error-username-taken = Dieser Benutzername ist vergeben. Wählen Sie einen anderen.

error-name-too-long = Verwenden Sie höchstens 64 Zeichen.
error-name-characters = Der Name enthält Zeichen, die sich nicht darstellen lassen. Lassen Sie sie weg.

error-password-missing = Wählen Sie ein Passwort.
error-password-too-short = Verwenden Sie mindestens { $least } Zeichen. Die Länge macht ein Passwort stark.
error-password-too-long = Verwenden Sie höchstens { $most } Zeichen.
error-password-common = Das ist eines der Passwörter, die zuerst probiert werden. Wählen Sie ein anderes.
error-password-context = Ihr Passwort darf weder Ihr Name noch Ihre oder unsere Adresse sein. Wählen Sie ein anderes.
error-password-same = Das ist das Passwort, das Sie schon haben. Wählen Sie ein anderes.

# Die Überschrift einer Seite, die gezeigt wird, wenn keine andere es kann, nach ihrem Status.

failure = Das war nicht zu verstehen
    .signed-out = Sie sind abgemeldet
    .not-open = Das steht Ihnen nicht offen
    .nothing-there = Diese Seite gibt es nicht
    .not-that-way = Das geht hier nicht
    .too-slow = Das hat zu lange gedauert
    .came-first = Etwas anderes kam zuvor
    .gone = Das gibt es nicht mehr
    .too-large = Das ist zu viel
    .too-many = Zu viele Versuche
    .not-now = Gerade geht es nicht
    .internal = Etwas ist schiefgegangen
    .again = Noch einmal versuchen
