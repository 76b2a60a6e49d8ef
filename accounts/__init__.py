"""Who may enter, what was sent to them, who did what.

Knows people with an account, centres, links sent by mail, the outbox and the log.
Ignores what a référentiel, a candidate or a jury is: to it they are plain strings.
"""
