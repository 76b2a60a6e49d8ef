"""A paper made and proven: data frozen first, rendered later, never altered, checkable by anyone.

Knows kinds as plain strings, states of rendering, files by their hash, verification codes.
Ignores what a paper says: the app that owns a kind registers its builder and template.
"""
