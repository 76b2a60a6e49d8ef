"""The norm: what a certification asks for, in dated versions frozen once published.

Knows capacities, criteria, conditions and methods, and the centre de ressource that keeps them.
Ignores candidates and results.
"""
