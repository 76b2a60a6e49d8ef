"""The forms of this floor, one module per subject. Labels and help texts come from the models where there is one."""
