# E-Mails. Ihre Absätze stehen in der Reihenfolge, in der sie geschrieben werden.

letter = Guten Tag,
    .copy-link = Wenn der Knopf nichts bewirkt, kopieren Sie diese Adresse in Ihren Browser:
letter-to = Guten Tag { $username },
letter-from = { $product } auf { $site }
letter-place = { $place }, { $date }

letter-test = E-Mails kommen an
    .what = Der Betreiber von { $site } wollte wissen, ob seine E-Mails ankommen. Diese ist angekommen.
    .closing = Es ist nichts zu tun.

letter-confirm = Bestätigen Sie Ihre E-Mail-Adresse
    .what = Auf { $site } gibt es ein neues Konto mit dieser Adresse. Bestätigen Sie, dass sie Ihnen gehört.
    .replaced = Vorher gab es schon eines, das niemand bestätigt hatte. Es hat diesem Platz gemacht.
    .action = Adresse bestätigen
    .once = Der Link gilt einmal, 24 Stunden lang.
    .if-not = Wenn Sie kein Konto angelegt haben, lassen Sie den Link unberührt: Ohne ihn kann niemand Ihre Adresse bestätigen. Auf { $site }/forgot-password machen Sie das Konto zu Ihrem, wenn Sie es loswerden möchten.

letter-confirm-new = Bestätigen Sie Ihre neue E-Mail-Adresse
    .what = Ein Konto auf { $site } soll auf diese Adresse umgestellt werden. Bestätigen Sie, dass sie Ihnen gehört.
    .action = Neue Adresse bestätigen
    .once = Der Link gilt einmal, 24 Stunden lang. Bis dahin behält das Konto seine bisherige Adresse.
    .if-not = Wenn Sie das nicht waren, hat sich jemand bei der eigenen Adresse vertippt. Es ist nichts zu tun.

letter-taken = Sie haben schon ein Konto
    .what = Jemand, vielleicht Sie selbst, hat gerade diese Adresse für ein Konto auf { $site } angegeben. Es gibt dort schon eines damit, daher hat sich nichts geändert.
    .what-to-do = Melden Sie sich damit an. Wenn Sie das Passwort nicht mehr wissen, können Sie ein anderes festlegen.
    .action = Anmelden
    .forgot = Für ein anderes Passwort: { $site }/forgot-password
    .if-not = Wenn Sie das nicht waren, ist nichts zu tun.

letter-set = Legen Sie ein Passwort fest
    .what = Der Betreiber von { $site } hat Ihnen diesen Link geschickt, damit Sie ein Passwort für Ihr Konto dort festlegen.
    .another = Für einen anderen Link: { $site }/forgot-password

letter-reset = Legen Sie ein neues Passwort fest
    .what = Jemand, höchstwahrscheinlich Sie selbst, hat auf { $site } ein neues Passwort angefordert ({ $place }).
    .once = Der Link gilt einmal, 30 Minuten lang. Mit dem neuen Passwort werden alle Geräte abgemeldet.
    .if-not = Wenn Sie das nicht waren, ist nichts zu tun: Ihr Passwort ist noch dasselbe.

letter-password = Ihr Passwort wurde geändert
    .what = Das Passwort Ihres Kontos auf { $site } ist ein anderes ({ $place }). Alle anderen Geräte wurden abgemeldet.
    .if-not = Wenn Sie das nicht waren, legen Sie sofort ein neues fest: { $site }/forgot-password

letter-moved = Ihre E-Mail-Adresse wurde geändert
    .what = Ihr Konto auf { $site } wurde von dieser Adresse auf eine andere umgestellt ({ $place }).
    .what-to-do = Wenn Sie das nicht waren, holen Sie es zurück: Die Adresse gehört wieder Ihnen, alle Geräte werden abgemeldet, und Sie legen ein neues Passwort fest.
    .action = Änderung rückgängig machen
    .once = Der Link gilt einmal, 7 Tage lang. Wenn Sie es waren, ist nichts zu tun.

letter-browser = Neue Anmeldung bei Ihrem Konto
    .what = Bei Ihrem Konto auf { $site } gab es eine Anmeldung aus einem Browser, der dort noch nicht bekannt war: { $place }.
    .what-to-do = Wenn Sie das waren, ist nichts zu tun. Wenn nicht, beenden Sie diese Sitzung jetzt, und legen Sie ein neues Passwort fest.
    .action = Das war ich nicht
    .once = Der Link gilt einmal, 7 Tage lang.

letter-copied = Eine Kopie Ihrer Anmeldung wurde benutzt
    .what = Jemand hat eine Kopie einer Ihrer Sitzungen auf { $site } benutzt: { $place }. Die Sitzung wurde sofort beendet, für die Kopie und für das Original.
    .what-to-do = Sehen Sie Ihre Geräte durch, und beenden Sie, was Sie nicht kennen. Ein neues Passwort meldet alle ab.
    .action = Ihre Geräte ansehen
    .forgot = Für ein neues Passwort: { $site }/forgot-password

letter-leaving = Ihr Konto wird gelöscht
    .what = Ihr Konto auf { $site } und alles, was dazugehört, wird wie gewünscht gelöscht, und zwar am { $date } ({ $place }). Alle Geräte wurden abgemeldet.
    .what-to-do = Wenn Sie es behalten möchten, melden Sie sich vorher an: Damit ist die Löschung abgesagt.
    .action = Anmelden und behalten
    .if-not = Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Legen Sie ein neues fest: { $site }/forgot-password

letter-stays = Ihr Konto bleibt
    .what = Jemand hat sich bei Ihrem Konto auf { $site } angemeldet, daher wird es nicht gelöscht ({ $place }).
    .if-not = Wenn Sie das nicht waren, legen Sie ein neues Passwort fest: { $site }/forgot-password

letter-gone = Ihr Konto wurde gelöscht
    .what = Ihr Konto auf { $site } ist gelöscht, mit allem, was dazugehörte. Dies ist die letzte E-Mail dazu.
