"""People, companies and dossiers: who asks for a certificate, with whom, evaluated how.

Knows civil identity, registrations and the dossier de modalités.
Ignores evaluations, commissions and juries.
"""
