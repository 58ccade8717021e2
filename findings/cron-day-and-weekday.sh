#!/usr/bin/env bash
# A day of the month and a weekday in one cron expression: four libraries, three meanings, and a fifth puts them in words.
#
# Guess: "0 9 */2 * 1" is either "or" (as Vixie's cron has it) or "and", and 1-31 is the same as *.
# Seen with croniter 7.0.0, cronsim 2.8, APScheduler 3.11.3, cron-converter 2.0.2, cron-descriptor 2.2.1:
# - "*/2" and Monday: croniter means "or", cronsim and cron-converter "and", though cronsim means "or" of "1".
# - "1-31" and Monday: every day for croniter and cronsim, Mondays for cron-converter, Tuesdays for APScheduler, whose
#   weekdays begin with Monday as 0 even in from_crontab.
# - The words of cron-descriptor are those of croniter only.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    croniter==7.0.0 cronsim==2.8 apscheduler==3.11.3 cron-converter==2.0.2 cron-descriptor==2.2.1
"$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from itertools import islice

from apscheduler.triggers.cron import CronTrigger
from cron_converter import Cron
from cron_descriptor import get_description
from croniter import croniter
from cronsim import CronSim

START = datetime(2026, 12, 1, 12, tzinfo=timezone.utc)  # a Tuesday


def apscheduler(rule):
    trigger, now = CronTrigger.from_crontab(rule, timezone=timezone.utc), START
    while True:
        found = trigger.get_next_fire_time(None, now)
        yield found
        now = found + timedelta(seconds=1)


def cron_converter(rule):
    schedule = Cron(rule).schedule(START)
    while True:
        yield schedule.next()


LIBRARIES = {
    "croniter": lambda rule: croniter(rule, START, ret_type=datetime),
    "cronsim": lambda rule: CronSim(rule, START),
    "apscheduler": apscheduler,
    "cron-converter": cron_converter,
}
for rule in ("0 9 1 * 1", "0 9 */2 * 1", "0 9 1-31 * 1"):
    print(f"{rule}: {get_description(rule)}")
    for name, runs in LIBRARIES.items():
        print(f"  {name:<15}", *(each.strftime("%a %d %b") for each in islice(runs(rule), 4)), sep="  ")
PYTHON
cat > "$work/expected" <<'SEEN'
0 9 1 * 1: At 09:00 AM, on day 1 of the month, or on Monday
  croniter         Mon 07 Dec  Mon 14 Dec  Mon 21 Dec  Mon 28 Dec
  cronsim          Mon 07 Dec  Mon 14 Dec  Mon 21 Dec  Mon 28 Dec
  apscheduler      Tue 01 Jun  Tue 01 Feb  Tue 01 Aug  Tue 01 May
  cron-converter   Mon 01 Feb  Mon 01 Mar  Mon 01 Nov  Mon 01 May
0 9 */2 * 1: At 09:00 AM, every 2 days, or on Monday
  croniter         Thu 03 Dec  Sat 05 Dec  Mon 07 Dec  Wed 09 Dec
  cronsim          Mon 07 Dec  Mon 21 Dec  Mon 11 Jan  Mon 25 Jan
  apscheduler      Tue 15 Dec  Tue 29 Dec  Tue 05 Jan  Tue 19 Jan
  cron-converter   Mon 07 Dec  Mon 21 Dec  Mon 11 Jan  Mon 25 Jan
0 9 1-31 * 1: At 09:00 AM, between day 1 and 31 of the month, or on Monday
  croniter         Wed 02 Dec  Thu 03 Dec  Fri 04 Dec  Sat 05 Dec
  cronsim          Wed 02 Dec  Thu 03 Dec  Fri 04 Dec  Sat 05 Dec
  apscheduler      Tue 08 Dec  Tue 15 Dec  Tue 22 Dec  Tue 29 Dec
  cron-converter   Mon 07 Dec  Mon 14 Dec  Mon 21 Dec  Mon 28 Dec
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
