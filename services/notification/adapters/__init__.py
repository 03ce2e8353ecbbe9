"""The outside of notification: access, and the names of professions."""
