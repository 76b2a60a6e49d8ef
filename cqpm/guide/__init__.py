"""The pictures of `docs/guide-utilisateur.md`, taken in the demonstration: `make guide`.

`shots` says which pages, and what is done on them; `__main__` starts a site of its own and takes them. Nothing here is
imported by the application.
"""
