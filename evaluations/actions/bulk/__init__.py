"""An act on many candidates: prepared, started, run row by row, taken back."""

from evaluations.actions.bulk.acts import prepare_bulk, settle_bulk, start_bulk, undo_bulk

__all__ = ["prepare_bulk", "settle_bulk", "start_bulk", "undo_bulk"]
