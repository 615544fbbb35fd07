# When and where.
#
# In what is said of a date only the month may be chosen by: days, years and times are put into it later.

# $day (String) - like "21"
# $month (String) - "jan" is January
# $year (String)
# $time (String) - like "19:38"
calendar-date = { $day } { $month ->
    [jan] January
    [feb] February
    [mar] March
    [apr] April
    [may] May
    [jun] June
    [jul] July
    [aug] August
    [sep] September
    [oct] October
    [nov] November
   *[dec] December
} { $year }, { $time } UTC

# $day (String) - like "21"
# $month (String) - "jan" is January
day-of-year = { $day } { $month ->
    [jan] January
    [feb] February
    [mar] March
    [apr] April
    [may] May
    [jun] June
    [jul] July
    [aug] August
    [sep] September
    [oct] October
    [nov] November
   *[dec] December
}
# $day (String) - like "21"
# $month (String) - "jan" is January
day-of-year-short = { $day } { $month ->
    [jan] Jan
    [feb] Feb
    [mar] Mar
    [apr] Apr
    [may] May
    [jun] Jun
    [jul] Jul
    [aug] Aug
    [sep] Sep
    [oct] Oct
    [nov] Nov
   *[dec] Dec
}

just-now = just now
in-a-moment = in a moment
in-seconds = { $count ->
    [one] in { $count } second
   *[other] in { $count } seconds
}
in-minutes = { $count ->
    [one] in { $count } minute
   *[other] in { $count } minutes
}
in-hours = { $count ->
    [one] in { $count } hour
   *[other] in { $count } hours
}
in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}
minutes-ago = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
hours-ago = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
days-ago = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}

# $browser (String) - like "Firefox"
# $system (String) - like "Linux"
browser-on = { $browser } on { $system }
browser-unknown = Unknown browser
browser-program = A program
# $browser (String) - like "Firefox on Linux"
# $address (String) - like "192.0.2.7"
place-at = { $browser } at { $address }
