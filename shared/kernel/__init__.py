"""Words all services share; standard library only."""
