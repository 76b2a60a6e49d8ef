"""How an action says no: with the list of what is missing, in French, changing nothing."""


class Refusal(Exception):
    """An action refused; `reasons` is a list of French sentences for the person who asked.

    Views turn it into messages beside the button; nothing was stored.
    """

    def __init__(self, *reasons: object) -> None:
        self.reasons = [str(reason) for reason in reasons]
        super().__init__(" ".join(self.reasons))


class Stale(Refusal):
    """Refused because somebody else changed the row meanwhile: reload, look, decide again."""

    def __init__(
        self,
        reason: object = "Quelqu’un d’autre vient de modifier cette fiche. Rechargez la page pour voir ses changements.",
    ) -> None:
        super().__init__(reason)
