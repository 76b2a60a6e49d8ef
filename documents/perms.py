"""Who may open and try again a paper: one-line predicates, composed by the apps that own kinds."""

from accounts import perms
from documents.kinds import KINDS


def may_read(user, document):
    """Whoever the app owning the kind says; nobody once no app does."""
    kind = KINDS.get(document.kind)
    return kind is not None and kind.may_read(user, document)


def is_staff_of_centre(user, document):
    """The staff of the document's own centre: the `may_read` of papers that stay in the house."""
    return perms.is_staff_of(user, document.centre_id)


def may_retry(user, document):
    """The staff of the document's own centre."""
    return is_staff_of_centre(user, document)
