# Was auf allen Seiten steht.

language-name = Deutsch
# In welche Richtung geschrieben wird: ltr oder rtl.
language-direction = ltr

skip-to-content = Zum Inhalt springen
main-navigation = Hauptmenü
nav-dashboard = Übersicht
sign-out = Abmelden
sign-up = Registrieren
sign-in = Anmelden
tagline = Die Anmeldung für Webanwendungen in Rust.
description = Melden Sie sich an, oder legen Sie ein Konto an.
go-to-start = Zur Startseite
choose-language = Sprache

theme = Farben
    .system = System
    .light = Hell
    .dark = Dunkel

title-of-error = Fehler: { $title }

not-found = Diese Seite gibt es nicht
    .title = Seite nicht gefunden
    .what = Vielleicht ist die Adresse falsch geschrieben, oder die Seite ist umgezogen.

# Formulare.

email = E-Mail-Adresse
password = Passwort
new-password = Neues Passwort
current-password = Bisheriges Passwort
show = Anzeigen
hide = Verbergen
show-password = Passwort anzeigen
hide-password = Passwort verbergen
one-moment = Einen Moment …
sending = Wird gesendet …
send-the-link = Link senden
send-a-new-link = Neuen Link senden
send-link-again = Link noch einmal senden
forgot-password = Passwort vergessen?
create-an-account = Konto anlegen
set-a-new-password = Neues Passwort festlegen
back-to-profile = Zurück zum Profil
username = Benutzername
    .hint = 3 bis 32 Buchstaben, Ziffern, Punkte, Binde- oder Unterstriche. Sie können sich damit anmelden.
password-hint = Mindestens { $least } Zeichen. Ein paar Wörter hintereinander lassen sich leicht merken.

# Die Startseite.

home = Die Tür zu Ihrer Webanwendung in Rust
    .lead = { $product } hält Menschen mit kurzlebigen Token angemeldet, die sich selbst erneuern, und alle anderen draußen, noch bevor eine Seite entsteht.
    .points = Was es kann
home-binary = Ein Programm
    .what = Seiten, Passwörter, Sitzungen und die Datenbank stecken in einem Programm. Mehr muss nicht laufen.
home-script = Auch ohne Skript
    .what = Jedes Formular ist zuerst reines HTML. Ein wenig WebAssembly macht es bequemer, und nichts hängt davon ab.
home-ends = Schluss, wenn Sie es sagen
    .what = Wer sich abmeldet, ist sofort abgemeldet. Ein kopiertes Token, das zweimal benutzt wird, beendet die Sitzung, aus der es stammt.
continue-as = Weiter als { $name }
continue-as-yourself = Weiter

# Anmelden.

login = Anmelden
    .busy = Anmeldung läuft …
    .identifier = E-Mail-Adresse oder Benutzername
    .wanted = Melden Sie sich an, um diese Seite zu sehen.
    .leaving = Ihr Konto wird in 7 Tagen gelöscht, und Sie sind überall abgemeldet. Wenn Sie es behalten möchten, melden Sie sich vorher an.
    .remember = Angemeldet bleiben
login-no-letter = Keine E-Mail von uns? { -confirm-your-address }
-confirm-your-address = Adresse bestätigen
login-new-here = Neu hier? { -create-account-link }
-create-account-link = Konto anlegen

# Ein Konto anlegen.

register = Konto anlegen
    .busy = Ihr Konto wird angelegt …
register-have-account = Sie haben schon ein Konto? { -sign-in-link }
-sign-in-link = Anmelden

# Das Passwort vergessen.

forgot = Geben Sie die Adresse Ihres Kontos ein, und wir senden Ihnen einen Link, mit dem Sie ein neues festlegen.
    .sent = Wenn es ein Konto mit dieser Adresse gibt, ist eine E-Mail unterwegs. Der Link darin gilt einmal, 30 Minuten lang.
check-your-mail = Sehen Sie in Ihr Postfach
forgot-remembered = Wieder eingefallen? { -sign-in-link }
forgot-no-letter = Nach ein paar Minuten noch keine E-Mail? Sehen Sie im Spam-Ordner nach, oder { -try-again }.
-try-again = versuchen Sie es noch einmal

# Mit einem Link ein anderes Passwort festlegen.

reset-for = Für { $email }. Alle Geräte, die angemeldet sind, werden abgemeldet.
reset = Passwort festlegen
    .busy = Wird festgelegt …

# Links in E-Mails.

dead-link = Dieser Link gilt nicht mehr
    .why = Links gelten einmal, und nicht lange. Vielleicht wurde er schon benutzt, oder ein neuerer wurde verschickt, oder beim Kopieren ging ein Teil verloren.
no-mail-here = Diese Website ist in Entwicklung und verschickt keine E-Mails. { -read-in-outbox }
-read-in-outbox = Im Postausgang lesen

# Eine Adresse bestätigen.

confirm-address = Bestätigen Sie Ihre Adresse
    .submit = Adresse bestätigen
    .submit-and-sign-in = Bestätigen und anmelden
    .busy = Wird bestätigt …
    .hint = Das Sie für dieses Konto gewählt haben. Es zeigt, dass auch das Konto Ihnen gehört.
    .sent = Eine E-Mail ist unterwegs. Öffnen Sie den Link darin, um Ihre Adresse zu bestätigen: Er gilt einmal, 24 Stunden lang.
    .for-stranger = Geben Sie die Adresse Ihres Kontos ein, und wir senden Ihnen noch einen Link, der sie bestätigt.
    .for-member = Wir senden noch einen Link an die Adresse, die Sie noch nicht bestätigt haben.
confirm-is-it-yours = Gehört { $email } Ihnen?
confirm-unknown-password = Sie kennen es nicht, oder haben dieses Konto nicht angelegt? { -set-new-password-link }, und es gehört Ihnen allein.
-set-new-password-link = Legen Sie ein neues Passwort fest
confirm-no-letter = Nach ein paar Minuten noch keine E-Mail? Sehen Sie im Spam-Ordner nach, oder { -send-it-again }.
-send-it-again = fordern Sie sie noch einmal an
confirm-reminder = Ihre Adresse ist noch nicht bestätigt. Wenn sich vorher jemand anderes damit registriert, ist dieses Konto mit allem darin verloren. { -send-again-link }
-send-again-link = Link noch einmal senden

# Ein Konto zurückholen.

secure = Ihr Konto sichern
secure-moved = Holen Sie Ihr Konto zurück
    .what = Ihr Konto wurde von { $from } auf { $to } umgestellt. Wir stellen es zurück, beenden alle Sitzungen, und Sie legen ein neues Passwort fest. Das alte öffnet nichts mehr.
    .submit = Änderung rückgängig machen
secure-signed-in = Diese Sitzung beenden
    .what = Jemand hat sich bei Ihrem Konto angemeldet, und zwar hier: { $place }. Wir beenden diese Sitzung sofort, und Sie legen ein neues Passwort fest.
    .submit = Beenden und ein neues Passwort festlegen
secure-over = Diese Sitzung ist beendet
    .what = Jemand hat sich bei Ihrem Konto angemeldet, und diese Sitzung ist schon beendet. Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Legen Sie ein neues fest.

# Die Seiten zu einem Konto.

your-account = Ihr Konto

profile = Profil
    .saved = Ihre Änderungen sind gespeichert.
    .names = Wie Sie heißen
    .save = Speichern
    .saving = Wird gespeichert …
    .name = Name
    .name-hint = Wie Sie genannt werden möchten. Das Feld darf leer bleiben.
address = Adresse
    .is-confirmed = Ihre Adresse ist bestätigt.
    .sent = Eine E-Mail an die neue Adresse ist unterwegs. Öffnen Sie den Link darin, und die Adresse gehört zu Ihrem Konto.
    .confirmed = Bestätigt
    .not-confirmed = Nicht bestätigt
    .new = Neue Adresse
    .waits = Noch zu bestätigen
    .change = Adresse ändern
    .since = Dabei seit
letter-undelivered = Eine E-Mail an { $recipient } konnte nicht zugestellt werden ({ $when }).
    .tried-again = Wir versuchen es von selbst noch einmal. Stimmt die Adresse?
    .given-up = Wir haben es aufgegeben. Prüfen Sie die Adresse, und lassen Sie die E-Mail noch einmal senden.

change-email = Ihre Adresse ist { $email }. Wir senden einen Link an die neue; bis Sie ihn öffnen, ändert sich nichts.
    .hint = Damit das niemand sonst von Ihrem Gerät aus tun kann.
    .keep = Adresse behalten
change-email-pending = Sie haben schon { $email } angegeben. Um das abzubrechen, geben Sie die Adresse ein, die Sie haben.

security = Sicherheit
    .changed = Ihr Passwort ist geändert, und alle anderen Geräte sind abgemeldet.
    .submit = Passwort ändern
    .busy = Wird geändert …
security-forgot = Vergessen? { -new-one-by-mail }
-new-one-by-mail = Per E-Mail ein neues festlegen

proof = Bestätigen Sie, dass Sie es sind
    .why = Was nun kommt, ist vertraulich, und Sie haben Ihr Passwort vor einiger Zeit eingegeben. Geben Sie es noch einmal ein.
    .submit = Weiter

data = Daten
    .title = Ihre Daten
    .copy = Eine Kopie mitnehmen
    .copy-what = Eine Datei mit allem, was hier über Sie gespeichert ist: Ihr Konto, Sitzungen, Browser, E-Mails und was geschehen ist. Das Format ist JSON, das Menschen lesen und Programme verarbeiten können.
    .download = Meine Daten herunterladen
    .delete = Mein Konto löschen
    .delete-what = Ihr Name, Ihre Adresse, Ihr Passwort, Ihre Sitzungen und E-Mails werden gelöscht, und niemand kann sie wiederherstellen. Eine Liste sicherheitsrelevanter Ereignisse bleibt, in der Sie nur eine Nummer sind, jeweils mit Netzwerkadresse und Browser.
    .delete-when = Sie werden sofort überall abgemeldet, und in 7 Tagen ist das Konto gelöscht. Wer sich vorher anmeldet, behält es.

devices = Geräte
    .where = Wo Sie angemeldet sind
    .nowhere-else = Sie sind nirgends sonst angemeldet.
    .end-others = Alle anderen Sitzungen beenden
    .this = Dieses Gerät
    .end = Sitzung beenden
device-since = Seit { $date }
device-since-and-seen = Seit { $date }, zuletzt gesehen { $when }
device-end = Sitzung beenden: { $place }, zuletzt gesehen { $when }
sessions-ended = { $count ->
    [0] Es gab keine andere Sitzung, die zu beenden war.
    [one] Die Sitzung wurde beendet.
   *[other] { $count } Sitzungen wurden beendet.
}

activity = Aktivität
    .what = Was auf Ihrem Konto geschehen ist
    .lately = Zuletzt auf Ihrem Konto
    .all = Alle Aktivitäten
    .older = Ältere
    .newest = Neueste
    .nothing = Älteres gibt es nicht.

hello = Hallo, { $name }
session = Diese Sitzung
    .as = Angemeldet als
    .how = Anmeldung
    .remembered = Mit Ihrem Passwort, in diesem Browser dauerhaft
    .browser = Mit Ihrem Passwort, bis Sie den Browser schließen
    .on = Mit
    .devices = Ihre Geräte

# Das Leben der Sitzung, als Zeitleiste.

life-began = Angemeldet
life-ends = Endet spätestens
life-ends-idle = Endet ohne Besuch
life-renewed = Zuletzt erneuert
life-now = Jetzt
life-renews = Nächste Erneuerung
    .by-itself = von selbst, solange Sie hier sind
life-told = Zeitleiste dieser Sitzung: angemeldet { $began }, zuletzt erneuert { $renewed }, nächste Erneuerung { $renews }, Ende { $idle } ohne Besuch und spätestens { $latest }.

# Das Diagramm der Anmeldungen.

sign-ins = Anmeldungen der letzten 6 Wochen
    .today = Heute
    .none = In diesen Wochen hat sich niemand bei Ihrem Konto angemeldet. Kommende Anmeldungen werden hier gezeichnet, Tag für Tag.
    .first = Das ist Ihre erste. Die kommenden werden hier gezeichnet, Tag für Tag.
    .if-not-you = Waren diese Versuche nicht Ihre? Dann rät jemand.
    .change = Wählen Sie ein Passwort, das niemand errät
count-of-sign-ins = { $count ->
    [one] { $count } Anmeldung
   *[other] { $count } Anmeldungen
}
count-of-attempts = { $count ->
    [one] { $count } Fehlversuch
   *[other] { $count } Fehlversuche
}
sign-ins-and-attempts = { $some } und { $others }

# Eine kopierte Sitzung.

warning = Jemand hat eine Kopie Ihrer Anmeldung benutzt
warning-what-to-do = Die Sitzung wurde sofort beendet, für die Kopie und für das Original. Wenn Sie das nicht waren, sehen Sie { -your-devices-link } durch und beenden Sie, was Sie nicht kennen. { -all-activity-link } zeigen, was sonst geschehen ist.
-your-devices-link = Ihre Geräte
-all-activity-link = Alle Aktivitäten
warning-told = { $date } ({ $when }): Eine Kopie wurde benutzt, und zwar hier: { $place }.
warning-copy-of = Kopiert wurde diese Sitzung: { $place }.

# Der Postausgang einer Website in Entwicklung.

outbox = Postausgang
    .what = E-Mails, die eine Website in Entwicklung nicht verschickt. Es sind Dateien im Ordner „outbox“ ihrer Daten.
    .empty = Noch gibt es keine E-Mail.
    .to = An
    .from = Von
    .date = Datum
    .as-html = Als HTML ansehen
    .all = Alle E-Mails
    .missing = Diese E-Mail gibt es nicht.
    .only-here = Der Postausgang ist nur auf dem Rechner zu sehen, auf dem die Website läuft, unter ihrer eigenen Adresse.
