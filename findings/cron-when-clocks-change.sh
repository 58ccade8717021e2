#!/usr/bin/env bash
# One cron expression, four libraries, the nights on which the clocks change.
#
# Guess: they differ by a few minutes at most, and each day has its run.
# Seen with APScheduler 3.11.3, croniter 7.0.0, cronsim 2.8, cron-converter 2.0.2, tzdata 2026.3:
# - "0 0 * * *" in Santiago: 6 September 2026 has no midnight. APScheduler skips that whole day, the others run at 01:00.
# - "30 2 * * *" in Berlin, spring: two run at the first moment after the gap (03:00), two at 03:30.
# - the same in autumn: croniter and APScheduler run twice that night, cronsim and cron-converter once.
# - "15 * * * *" in autumn: cron-converter lets the repeated hour pass without a run.
# - "*/30 * * * *" in spring: cron-converter's runs go back in time and meet an instant that was there already.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    apscheduler==3.11.3 croniter==7.0.0 cronsim==2.8 cron-converter==2.0.2 tzdata==2026.3
PYTHONTZPATH= "$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from cron_converter import Cron
from croniter import croniter
from cronsim import CronSim


def apscheduler(rule, start):
    trigger, now, last = CronTrigger.from_crontab(rule, timezone=start.tzinfo), start, None
    while True:
        last = trigger.get_next_fire_time(last, now)
        yield last
        after = max(now.astimezone(timezone.utc), last.astimezone(timezone.utc)) + timedelta(seconds=1)
        now = after.astimezone(start.tzinfo)


def cron_converter(rule, start):
    schedule = Cron(rule).schedule(start)
    while True:
        yield schedule.next()


LIBRARIES = {
    "apscheduler": apscheduler,
    "croniter": lambda rule, start: croniter(rule, start, ret_type=datetime),
    "cronsim": lambda rule, start: CronSim(rule, start),
    "cron-converter": cron_converter,
}
for rule, zone, start, count in [
    ("0 0 * * *", "America/Santiago", datetime(2026, 9, 5, 12), 2),
    ("30 2 * * *", "Europe/Berlin", datetime(2027, 3, 27, 12), 2),
    ("30 2 * * *", "Europe/Berlin", datetime(2027, 10, 30, 12), 2),
    ("15 * * * *", "Europe/Berlin", datetime(2027, 10, 31, 1, 45), 3),
    ("*/30 * * * *", "Europe/Berlin", datetime(2027, 3, 28, 1, 45), 3),
]:
    print(rule, zone)
    for name, runs in LIBRARIES.items():
        times = [each.astimezone(timezone.utc) for each in islice(runs(rule, start.replace(tzinfo=ZoneInfo(zone))), count)]
        print(f"  {name:<15}", *(each.strftime("%d %b %H:%MZ") for each in times), sep="  ")
PYTHON
cat > "$work/expected" <<'SEEN'
0 0 * * * America/Santiago
  apscheduler      07 Sep 03:00Z  08 Sep 03:00Z
  croniter         06 Sep 04:00Z  07 Sep 03:00Z
  cronsim          06 Sep 04:00Z  07 Sep 03:00Z
  cron-converter   06 Sep 04:00Z  07 Sep 03:00Z
30 2 * * * Europe/Berlin
  apscheduler      28 Mar 01:30Z  29 Mar 00:30Z
  croniter         28 Mar 01:00Z  29 Mar 00:30Z
  cronsim          28 Mar 01:00Z  29 Mar 00:30Z
  cron-converter   28 Mar 01:30Z  29 Mar 00:30Z
30 2 * * * Europe/Berlin
  apscheduler      31 Oct 00:30Z  31 Oct 01:30Z
  croniter         31 Oct 00:30Z  31 Oct 01:30Z
  cronsim          31 Oct 00:30Z  01 Nov 01:30Z
  cron-converter   31 Oct 00:30Z  01 Nov 01:30Z
15 * * * * Europe/Berlin
  apscheduler      31 Oct 00:15Z  31 Oct 01:15Z  31 Oct 02:15Z
  croniter         31 Oct 00:15Z  31 Oct 01:15Z  31 Oct 02:15Z
  cronsim          31 Oct 00:15Z  31 Oct 01:15Z  31 Oct 02:15Z
  cron-converter   31 Oct 00:15Z  31 Oct 02:15Z  31 Oct 03:15Z
*/30 * * * * Europe/Berlin
  apscheduler      28 Mar 01:00Z  28 Mar 01:30Z  28 Mar 02:00Z
  croniter         28 Mar 01:00Z  28 Mar 01:30Z  28 Mar 02:00Z
  cronsim          28 Mar 01:00Z  28 Mar 01:30Z  28 Mar 02:00Z
  cron-converter   28 Mar 01:00Z  28 Mar 01:30Z  28 Mar 01:00Z
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
