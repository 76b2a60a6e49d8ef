"""What waits on a desk: dossiers at each of their steps, and what became of the mails."""

from accounts.actions import mark_address
from accounts.models import OutboxMessage
from accounts.tasks import RETRY_AFTER, send_reminders
from candidates import actions as candidates
from candidates.rules import Route
from cqpm.demo import people, steps
from referentiel.models import Method


def dossiers(story):
    """Returned, awaiting the company, being written, VAE to confirm, its recevabilité late; an abandoned registration; one just transmitted."""
    returned = story.register(25, -30)
    with story.clock.on(-26):
        dossier = steps.transmit(returned, by=story.officer)
    with story.clock.on(-22):
        candidates.return_dossier(
            dossier=dossier,
            comment="Préciser la pièce support de la capacité 4.",
            by=story.users["ressource"],
        )
    shared = story.registrations[
        22
    ]  # whose tutor follows this one too, and is asked for her opinion on the other
    awaiting = story.register(26, -18, company=shared.company, tutor_email=shared.tutor_email)
    with story.clock.on(-14):
        dossier = candidates.save_dossier(
            dossier=awaiting.dossiers.last(), context=steps.CONTEXT, choices=steps.default_choices(awaiting.referentiel),
            by=story.officer,
        )  # fmt: skip
        dossier = candidates.approve_for_centre(dossier=dossier, by=story.officer)
        candidates.ask_partner_approval(dossier=dossier, by=story.officer)
    with story.clock.on(-2, 17):
        steps.hand_opinion_over(shared, to=people.COLLEAGUE, by=story.officer)
    drafting = story.register(27, -72)  # nobody came back to it: late since twelve days
    with story.clock.on(-66):
        candidates.save_dossier(
            dossier=drafting.dossiers.last(), context=steps.CONTEXT,
            choices={1: {Method.REAL_SITUATION: ""}, 2: {Method.PROJECT: ""}}, by=story.officer,
        )  # fmt: skip
    vae = story.register(28, -72, route=Route.VAE)
    with story.clock.on(-70):
        candidates.receive_eligibility_file(
            registration=vae, asked_on=story.clock(-70), by=story.officer
        )  # late now
    left = story.register(30, -60)
    with story.clock.on(-45):
        candidates.abandon_registration(
            registration=left, reason="Contrat rompu, le candidat renonce.", by=story.officer
        )
    fresh = story.register(31, -12, adaptation="Temps majoré d’un tiers")
    with story.clock.on(-5):
        steps.transmit(fresh, by=story.officer)


def mails(story):
    """What became of the mails: one that came back, one the server did not take, the reminders of last week."""
    tutor = story.registrations[14].opinions.get().link
    with story.clock.on(-12):
        mark_address(
            message=tutor.messages.get(template="opinion_requested"),
            reason="Boîte inconnue : le tuteur a quitté l’entreprise.",
            by=story.officer,
        )
    # What only a mail server does, and none is there to do it.
    refused = OutboxMessage.objects.filter(
        template="evaluation_planned", centre=story.centres["brenne"]
    ).first()
    OutboxMessage.objects.filter(pk=refused.pk).update(
        state=OutboxMessage.State.FAILED,
        attempts=len(RETRY_AFTER) + 1,
        error="SMTPServerDisconnected : le serveur de courriel ne répond pas",
    )
    with story.clock.on(-3, 8):
        send_reminders()
