"""The services of Carnet: same rooms, same file names, and none imports another."""
