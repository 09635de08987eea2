"""The law of booking: what may happen, what changes, what is told.

A rule is `rule(change, now, limits, …)`: it works on a unit of work (change.py), gets the time and the settings as
arguments, and either changes and tells, or raises a Refusal. No Flask, no I/O, no clock of its own.
"""
