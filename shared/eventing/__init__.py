"""From a log to the world and back: relay, follow, parking, replay."""
