"""A class registered from a spreadsheet: read in a child process, checked by rules, written back with its findings."""
