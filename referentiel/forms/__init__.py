"""Forms of the norm: who keeps it, bringing it in, correcting a draft."""

from referentiel.forms.drafts import SECTIONS, BlocksForm, CapacityForm
from referentiel.forms.norm import CertificationsForm, ImportForm

__all__ = ["SECTIONS", "BlocksForm", "CapacityForm", "CertificationsForm", "ImportForm"]
