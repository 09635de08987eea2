"""The rules of booking: what may happen, what changes, what is told.

A rule is `rule(uow, actor, …)`, or `rule(uow, …)` where nobody acts. It works on a unit of work
(domain/unit_of_work.py), which gives it the state, the time and the settings, and either changes the state and tells
events, or raises a Refusal. It knows no Flask, no I/O and no clock of its own.
"""
