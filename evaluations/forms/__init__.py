"""The forms of this floor, one module per subject."""
