"""Calendars of elsewhere (iCalendar, RFC 5545 and 5546), read and written."""
