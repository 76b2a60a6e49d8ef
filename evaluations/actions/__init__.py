"""Every stored change of this app: keyword-only verbs, one transaction each; a refusal has changed nothing."""
