"""Why a candidate of a selection gets no copy of a dossier, or no request for its approval; what is to be read again."""

from evaluations.rules.reason import Sentence


class NotCopied(Sentence):
    """Why a candidate does not get the choices of the model: «refused because…»."""

    MODEL = "Son dossier est le modèle."
    OTHER_VERSION = "Inscrit pour une autre version du référentiel que le modèle."
    TRANSMITTED = "Dossier déjà transmis : il ne change que par un avenant."
    STARTED = "Dossier déjà commencé : rien n’y est écrasé, reprenez-le depuis sa page."
    ALL_KEPT = "Toutes les capacités sont conservées : aucune modalité à choisir."
    NOTHING = "Le modèle ne dit rien des capacités à évaluer pour ce candidat."


class CopyRemark(Sentence):
    """What is to be adjusted, or read again, once the choices are copied; it blocks nothing."""

    UNCHOSEN = "{which} à choisir : le modèle n’en dit rien."
    CONTEXT = "Contexte à décrire."
    OTHER_COMPANY = "Pas l’entreprise du modèle : contexte à relire."
    RECONSTITUTED = (
        "Situation reconstituée ({which}) : motif à relire, l’entreprise n’est pas celle du modèle."
    )
    NO_COMPANY = "Sans entreprise : dire pourquoi aucune ne donnera d’avis."


class NotAsked(Sentence):
    """Why a candidate's dossier is not put to its approvals."""

    UNOPENED = "Aucun dossier de modalités n’est ouvert."
    TRANSMITTED = "Dossier déjà transmis : les accords ont été donnés."
    INCOMPLETE = "Dossier incomplet. {missing}"
    APPROVED = "Déjà approuvé par les deux : à transmettre."
    ASKED = "Accord déjà demandé, la réponse est attendue."
    CENTRE_LEFT = "L’autre partie a déjà approuvé : il ne manque que le centre."


class RequestRemark(Sentence):
    """What is to be looked at before a dossier is put to its approvals; it blocks nothing."""

    RETURNED = "Retourné par le centre de ressource le {on} : vérifiez qu’il a été repris."
