"""The screens of this floor, one module per subject."""
