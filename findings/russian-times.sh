#!/usr/bin/env bash
# Russian times of day in the two readers that know Russian: each is wrong where the other may be right, and neither says so.
#
# Guess: "дня" after an hour means the afternoon; a phrase that is not understood gives nothing.
# Seen with dateparser 1.5.0 (PyPI) and chrono-node 2.10.3 (npm), on Monday 30 November 2026, 14:20, future preferred:
# - "завтра в 3 дня" (tomorrow at three in the afternoon): dateparser answers in three days, chrono-node tomorrow at 14:20.
# - "завтра в 12 дня" (tomorrow at noon): dateparser answers 12 December.
# - "через полтора часа" (in an hour and a half): chrono-node answers in one hour.
# - "в 12 ночи" (at midnight): chrono-node answers noon of the next day.
# - "в пятницу в 10" (on Friday at ten): dateparser answers a Tuesday three weeks ago.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
npm install --silent --no-audit --no-fund --prefix "$work" chrono-node@2.10.3
"$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
import warnings
from datetime import datetime

import dateparser

warnings.simplefilter("ignore")
SETTINGS = {"RELATIVE_BASE": datetime(2026, 11, 30, 14, 20), "PREFER_DATES_FROM": "future"}
for phrase in ("завтра в 3 дня", "завтра в 12 дня", "через полтора часа", "в 12 ночи", "в пятницу в 10", "завтра в 9 вечера"):
    found = dateparser.parse(phrase, languages=["ru"], settings=SETTINGS)
    print(f"dateparser   {phrase:<19}", found.strftime("%a %d %b %Y %H:%M") if found else "nothing")
PYTHON
cd "$work"
cat > times.mjs <<'SCRIPT'
import * as chrono from "chrono-node";

const now = new Date(2026, 10, 30, 14, 20);
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const two = (number) => String(number).padStart(2, "0");
for (const phrase of ["завтра в 3 дня", "завтра в 12 дня", "через полтора часа", "в 12 ночи", "в пятницу в 10", "завтра в 9 вечера"]) {
  const found = chrono.ru.parseDate(phrase, now, { forwardDate: true });
  const month = found && ["Nov", "Dec"][found.getMonth() - 10];
  const time = found && `${days[found.getDay()]} ${two(found.getDate())} ${month} ${found.getFullYear()} ${two(found.getHours())}:${two(found.getMinutes())}`;
  console.log(`chrono-node  ${phrase.padEnd(19)} ${time || "nothing"}`);
}
SCRIPT
node times.mjs >> seen
cat > "$work/expected" <<'SEEN'
dateparser   завтра в 3 дня      Thu 03 Dec 2026 14:20
dateparser   завтра в 12 дня     Sat 12 Dec 2026 14:20
dateparser   через полтора часа  Mon 30 Nov 2026 15:50
dateparser   в 12 ночи           nothing
dateparser   в пятницу в 10      Tue 10 Nov 2026 00:00
dateparser   завтра в 9 вечера   nothing
chrono-node  завтра в 3 дня      Tue 01 Dec 2026 14:20
chrono-node  завтра в 12 дня     Tue 01 Dec 2026 14:20
chrono-node  через полтора часа  Mon 30 Nov 2026 15:20
chrono-node  в 12 ночи           Tue 01 Dec 2026 12:00
chrono-node  в пятницу в 10      Fri 04 Dec 2026 10:00
chrono-node  завтра в 9 вечера   Tue 01 Dec 2026 21:00
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
