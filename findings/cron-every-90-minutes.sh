#!/usr/bin/env bash
# "Every 90 minutes", says the description of a cron expression that runs every hour.
#
# Guess: a step that a field can't make is refused, or put in words as what it does.
# Seen with cron-descriptor 2.2.1, croniter 7.0.0, cronsim 2.8: all three take "*/90". It runs at minute 0 of each hour, and
# the words are "Every 90 minutes". "*/45" runs after 45 and after 15 minutes in turn, "*/5" hours after four at midnight; the
# words name an even rhythm for both. A page that shows the words beside the times contradicts itself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    cron-descriptor==2.2.1 croniter==7.0.0 cronsim==2.8
"$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
from datetime import datetime, timezone
from itertools import islice

from cron_descriptor import get_description
from croniter import croniter
from cronsim import CronSim

START = datetime(2026, 12, 1, tzinfo=timezone.utc)
for rule in ("*/90 * * * *", "*/45 * * * *", "0 */5 * * *"):
    print(f"{rule}: {get_description(rule)}")
    for name, runs in (("croniter", croniter(rule, START, ret_type=datetime)), ("cronsim", CronSim(rule, START))):
        times = [START, *islice(runs, 6)]
        gaps = [int((later - earlier).total_seconds() / 60) for earlier, later in zip(times, times[1:])]
        print(f"  {name:<9} minutes between runs: {gaps}")
PYTHON
cat > "$work/expected" <<'SEEN'
*/90 * * * *: Every 90 minutes
  croniter  minutes between runs: [60, 60, 60, 60, 60, 60]
  cronsim   minutes between runs: [60, 60, 60, 60, 60, 60]
*/45 * * * *: Every 45 minutes
  croniter  minutes between runs: [45, 15, 45, 15, 45, 15]
  cronsim   minutes between runs: [45, 15, 45, 15, 45, 15]
0 */5 * * *: Every 5 hours
  croniter  minutes between runs: [300, 300, 300, 300, 240, 300]
  cronsim   minutes between runs: [300, 300, 300, 300, 240, 300]
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
