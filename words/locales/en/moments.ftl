# When and where.

# $day (Number)
# $month (Number) - 1 is January
# $year (String)
# $time (String) - like "19:38"
calendar-date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }, { $time } UTC

# $day (Number)
# $month (Number) - 1 is January
day-of-year = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
# $day (Number)
# $month (Number) - 1 is January
day-of-year-short = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
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
