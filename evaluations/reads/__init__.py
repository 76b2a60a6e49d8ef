"""What is read whole, once, before anything is shown or decided. One module per subject."""
