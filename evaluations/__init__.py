"""What is judged: evaluations, opinion, interview, validation, deliberation, decision.

Knows every floor below; owns the rules of the certificate and the screens that show a whole candidate.
Ignores how a PDF is drawn or a mail is sent.
"""
