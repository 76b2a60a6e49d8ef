"""A class registered in one go: file after file until it is right, then one act; undone while nothing stands on it."""

from candidates.actions.imports.answers import settle_finding, settle_warnings
from candidates.actions.imports.confirming import confirm_import
from candidates.actions.imports.files import check_again, prepare_import, send_file
from candidates.actions.imports.undoing import undo_import

__all__ = [
    "check_again",
    "confirm_import",
    "prepare_import",
    "send_file",
    "settle_finding",
    "settle_warnings",
    "undo_import",
]
