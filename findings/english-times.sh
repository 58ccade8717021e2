#!/usr/bin/env bash
# Plain English times in two well-known readers: both answer, and not what was asked.
#
# Guess: where a phrase is understood in part only, nothing is returned.
# Seen with dateparser 1.5.0 (PREFER_DATES_FROM = "future") and parsedatetime 2.6, on Monday 30 November 2026, 14:20:
# - "friday at 10": dateparser answers a Saturday eleven months ahead; parsedatetime Friday, at the present time of day.
# - "tonight at 9": dateparser answers now.
# - "in half an hour", "in an hour and a half": parsedatetime answers an hour from now to both.
# - "day after tomorrow at 9": parsedatetime answers tomorrow.
# A reminder made of one of these comes at a wrong time, and nobody is told.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    dateparser==1.5.0 parsedatetime==2.6
"$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
import warnings
from datetime import datetime

import dateparser
import parsedatetime

warnings.simplefilter("ignore")
NOW = datetime(2026, 11, 30, 14, 20)
SETTINGS = {"RELATIVE_BASE": NOW, "PREFER_DATES_FROM": "future"}
for phrase in (
    "friday at 10", "tonight at 9", "in half an hour", "in an hour and a half", "day after tomorrow at 9", "tomorrow at 9 pm"
):
    first = dateparser.parse(phrase, languages=["en"], settings=SETTINGS)
    second, understood = parsedatetime.Calendar().parseDT(phrase, sourceTime=NOW)
    times = [each.strftime("%a %d %b %Y %H:%M") if each else "nothing" for each in (first, second if understood else None)]
    print(f"{phrase:<24} dateparser: {times[0]:<21} parsedatetime: {times[1]}")
PYTHON
cat > "$work/expected" <<'SEEN'
friday at 10             dateparser: Sat 30 Oct 2027 00:00 parsedatetime: Fri 04 Dec 2026 14:20
tonight at 9             dateparser: Mon 30 Nov 2026 14:20 parsedatetime: Mon 30 Nov 2026 21:00
in half an hour          dateparser: nothing               parsedatetime: Mon 30 Nov 2026 15:20
in an hour and a half    dateparser: nothing               parsedatetime: Mon 30 Nov 2026 15:20
day after tomorrow at 9  dateparser: Wed 02 Dec 2026 14:20 parsedatetime: Tue 01 Dec 2026 09:00
tomorrow at 9 pm         dateparser: Tue 01 Dec 2026 21:00 parsedatetime: Tue 01 Dec 2026 21:00
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
