"""The servers that everything else is tested on."""
