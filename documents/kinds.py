"""The kinds of paper, as the apps that own them register them in `AppConfig.ready()`:

kinds.register(PaperKind(
    key="attestation",
    title="Attestation d’admissibilité",
    template="documents/attestation.html",
    template_version=1,
    build=papers.attestation,
    may_read=perms.may_read_paper,
    public=True,
))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from accounts.keys import Key

# What the verification page shows of a public document, and nothing else: `data["public"]` holds these keys, and
# may hold «lines», [{"label", "text"}], where the paper states more that somebody could alter.
PUBLIC_KEYS = ("holder", "title", "decided_on", "centre")


@dataclass(frozen=True)
class PaperKind:
    """A kind of paper.

    `build(fact)`: the key of the fact («decision:<uuid>») in, the plain values the template prints out: they are
    frozen with the request. `template_version`: raised with each change of template or of what `build` gives; a
    document still waiting is then built again. `may_read(user, document)`: who may open it. `public`: it bears a
    verification code and a QR code, and its data hold `public` with `PUBLIC_KEYS`, `decided_on` as yyyy-mm-dd.
    """

    key: str
    title: str
    template: str
    template_version: int
    build: Callable[[Key], dict]
    may_read: Callable[..., bool]
    public: bool = False


KINDS: dict[str, PaperKind] = {}


def register(*kinds):
    for kind in kinds:
        KINDS[kind.key] = kind


def checked(kind, data):
    """The data of a paper; ValueError when a public kind does not say what its verification shows."""
    if kind.public:
        public = data.get("public", {})
        if public.keys() - {"lines"} != set(PUBLIC_KEYS):
            raise ValueError(f"{kind.key}: data['public'] must hold exactly {', '.join(PUBLIC_KEYS)}")
        date.fromisoformat(public["decided_on"])
    return data
