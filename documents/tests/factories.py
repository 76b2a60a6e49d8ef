"""Documents as the actions make them: nothing here writes a column by itself."""

from itertools import count

from accounts.log import SYSTEM
from accounts.tests.factories import make_centre
from documents import actions, kinds, tasks

ranks = count(1)


def make_document(
    kind="test_certificate", *, centre=None, by=SYSTEM, fact=None, number=None, label=None, **fields
):
    """A document requested, its data frozen; not rendered."""
    rank = next(ranks)
    return actions.request_document(
        kind=kind,
        fact=fact or f"decision:{rank}",
        number=f"2026-0007-{rank:03}" if number is None else number,
        label=label or f"{kinds.KINDS[kind].title}, Inès LACOSTE",
        centre=centre or make_centre(),
        by=by,
        **fields,
    )


def make_rendered(kind="test_certificate", **fields):
    """A document rendered and stored."""
    document = make_document(kind, **fields)
    tasks.render_document(document.pk)
    document.refresh_from_db()
    assert document.is_ready, document.error
    return document


def make_issued(kind="test_certificate", **fields):
    """A document rendered, stored and published."""
    document = make_rendered(kind, **fields)
    actions.publish_documents(documents=[document], by=SYSTEM)
    document.refresh_from_db()
    return document
