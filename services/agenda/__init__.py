"""Appointments, reminders and the prevention plan of a record.

It books nothing, and never decides who may see what: it asks ``access`` each time.
"""
