"""The services that a person may connect to their record, and what each person allowed them.

Never gives a service more than the person who allowed it may see.
"""
