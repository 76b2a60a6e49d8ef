"""How versions follow one another: a new one begins as a copy, capacities are mapped, documents go with a version."""

from collections.abc import Iterable
from pathlib import PurePath

from django.db import IntegrityError, transaction

from accounts import log
from accounts.models import User
from cqpm.utils import stored
from cqpm.utils.refusal import Refusal
from referentiel.actions.norm import create_draft, quoted
from referentiel.exchange import content
from referentiel.models import CapacityMapping, Certification, Referentiel, ResourceDocument

FOLDER = "ressources"


@transaction.atomic
def copy_version(*, referentiel: Referentiel, version: str, by: User) -> Referentiel:
    """Begins a new version as a draft holding the text of this one, its capacities mapped one to one. Gives it.

    Refused when the version number is taken.
    """
    certification = Certification.objects.select_for_update().get(pk=referentiel.certification_id)
    if certification.versions.filter(version=version).exists():
        raise Refusal(f"La version {version} de cette certification existe déjà.")
    draft = create_draft(certification, content(referentiel) | {"version": version})
    CapacityMapping.objects.bulk_create(
        CapacityMapping(old=old, new=new) for old, new in zip(referentiel.tree, draft.tree, strict=True)
    )
    log.record(
        by=by,
        verb="copy_version",
        subject=draft,
        sentence=f"Version {version} de {quoted(draft)} commencée d’après la version {referentiel.version}",
    )
    return draft


@transaction.atomic
def map_capacities(*, old: Referentiel, new: Referentiel, pairs: Iterable[tuple[int, int]], by: User) -> None:
    """Says which capacities of `new` follow which of `old`. `pairs`: (pk of old, pk of new); replaces all of them."""
    if old.certification_id != new.certification_id or old.pk == new.pk:
        raise Refusal("Les deux versions ne sont pas de la même certification.")
    Referentiel.objects.select_for_update().filter(pk__in=[old.pk, new.pk]).order_by("pk").first()
    known_old, known_new = ({row.pk for row in version.capacities.all()} for version in (old, new))
    CapacityMapping.objects.filter(old__referentiel=old, new__referentiel=new).delete()
    rows = CapacityMapping.objects.bulk_create(
        CapacityMapping(old_id=before, new_id=after)
        for before, after in sorted(set(pairs))
        if before in known_old and after in known_new
    )
    log.record(
        by=by,
        verb="map_capacities",
        subject=new,
        sentence=f"Correspondances de {quoted(new)} : versions {old.version} et {new.version}, {len(rows)} paires",
        data={"old": old.pk, "pairs": sorted(set(pairs))},
    )


@transaction.atomic
def add_document(
    *, referentiel: Referentiel, title: str, content: bytes, file_name: str, media_type: str, by: User
) -> ResourceDocument:
    """Attaches a file to a version, draft or published. Gives the row."""
    try:
        with transaction.atomic():
            row = ResourceDocument.objects.create(
                referentiel=referentiel,
                title=title,
                file_name=PurePath(file_name).name[-200:],
                media_type=media_type,
                sha256=stored.keep(FOLDER, content),
                size=len(content),
                added_by=by,
            )
    except IntegrityError:
        raise Refusal(f"Cette version a déjà un document intitulé «\u00a0{title}\u00a0».") from None
    sentence = f"Document {row.title} ajouté à {quoted(referentiel)}, version {referentiel.version}"
    log.record(by=by, verb="add_document", subject=referentiel, sentence=sentence)
    return row


@transaction.atomic
def remove_document(*, document: ResourceDocument, by: User) -> None:
    """Detaches a file; its bytes stay stored, another version may have them."""
    referentiel = document.referentiel
    document.delete()
    sentence = f"Document {document.title} retiré de {quoted(referentiel)}, version {referentiel.version}"
    log.record(by=by, verb="remove_document", subject=referentiel, sentence=sentence)
