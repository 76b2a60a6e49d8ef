"""Proof that a change leaves every text as it was: `make same BASE=<commit>`.

`collect` builds the demonstration of one tree at a fixed instant and writes down all it says; `__main__` has that done
for two trees and shows what differs. Nothing here is imported by the application.
"""
