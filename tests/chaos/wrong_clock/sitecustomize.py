"""Every Python program with this folder on its path lives at another hour.

Only the clock that people set is wrong. Those that count seconds since the machine was started
go on as they are, as they do when somebody really turns the other one.
"""

import datetime
import os

import time_machine

HOURS = datetime.timedelta(hours=float(os.environ["CONCORD_CHAOS_CLOCK_HOURS"]))
time_machine.travel(datetime.datetime.now(datetime.UTC) + HOURS, tick=True).start()
