"""The processes of notification."""
