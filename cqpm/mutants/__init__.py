"""Do the tests bite? `make mutants` changes the rules one place at a time and asks which tests notice.

It knows the files of `TARGETS`, nothing of what they say. By hand before a landing, never in CI: some minutes.
"""
