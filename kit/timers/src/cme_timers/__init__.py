"""Due instants that fire once, and the business time they run on. See the README for the rules."""

from pathlib import Path

from cme_timers.clock import BusinessClock, SteeredClock, SystemClock, business_clock
from cme_timers.loop import Handler, TimerLoop, Together
from cme_timers.state import Overdue, next_due, overdue, sweep
from cme_timers.timers import Detail, Timer, Timers, Wanted

MIGRATIONS = Path(__file__).with_name("migrations")
"""The SQL of component "timers", for `cme_bus.migrate.migrate`."""

__all__ = [
    "MIGRATIONS",
    "BusinessClock",
    "Detail",
    "Handler",
    "Overdue",
    "SteeredClock",
    "SystemClock",
    "Timer",
    "TimerLoop",
    "Timers",
    "Together",
    "Wanted",
    "business_clock",
    "next_due",
    "overdue",
    "sweep",
]
