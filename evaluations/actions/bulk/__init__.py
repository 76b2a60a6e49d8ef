"""An act on many candidates: prepared, started, run row by row, taken back."""

from evaluations.actions.bulk.acts import follow_bulk, prepare_bulk, settle_bulk, start_bulk, undo_bulk

__all__ = ["follow_bulk", "prepare_bulk", "settle_bulk", "start_bulk", "undo_bulk"]
