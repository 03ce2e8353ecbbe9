"""Rules of appointments, calendars, reminders and prevention."""
