"""Rules of professionals, facilities and their national ids."""
