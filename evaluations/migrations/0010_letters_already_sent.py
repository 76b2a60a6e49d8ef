from django.db import migrations

from cqpm.utils.french import hour, long_day
from referentiel.models import Method


def facts(held_on, at, place):
    return {"when": long_day(held_on), "hour": hour(at) if at else "", "length": "", "place": place}


def already_sent(apps, schema_editor):
    """What was announced before letters were kept, of all that is still to come: one row for each person told."""

    def model(name):
        return apps.get_model("evaluations", name)

    Summons, rows = model("Summons"), []

    def add(about, person, audience, template, name, email, centre, made_at, by, context, registration=None):
        rows.append(
            Summons(
                centre_id=centre,
                audience=audience,
                about=about,
                person=person,
                registration_id=registration,
                name=name,
                email=email,
                template=template,
                context=context,
                made_at=made_at,
                made_by=by,
            )
        )

    for member in model("CommissionMember").objects.filter(summoned_at__isnull=False).exclude(
        commission__state="closed"
    ).select_related("commission"):  # fmt: skip
        sitting = member.commission
        heard = (
            model("CommissionCandidate")
            .objects.filter(commission=sitting)
            .select_related("registration__candidate")
        )
        names = [full_name(entry.registration.candidate) for entry in heard]
        context = facts(sitting.held_on, sitting.starts_at, sitting.place) | {
            "president": member.is_president,
            "account": member.user_id is not None,
            "commission": str(sitting.pk),
            "candidates": names,
        }
        add(
            f"commission:{sitting.pk}", f"commissionmember:{member.pk}", "member", "commission_member",
            member.name, member.email, sitting.centre_id, member.summoned_at, sitting.summoned_by or sitting.created_by,
            context,
        )  # fmt: skip
    for entry in model("CommissionCandidate").objects.filter(summoned_at__isnull=False).exclude(
        commission__state="closed"
    ).select_related("commission", "registration__candidate", "registration__referentiel"):  # fmt: skip
        sitting, registration = entry.commission, entry.registration
        context = facts(sitting.held_on, entry.expected_at or sitting.starts_at, sitting.place) | {
            "title": registration.referentiel.title,
            "adaptation": registration.adaptation,
        }
        add(
            f"commission:{sitting.pk}", f"registration:{registration.pk}", "candidate", "commission_candidate",
            full_name(registration.candidate), registration.candidate.email, sitting.centre_id, entry.summoned_at,
            sitting.summoned_by or sitting.created_by, context, registration.pk,
        )  # fmt: skip
    for sheet in model("ScoreSheet").objects.filter(
        evaluation__state="planned", evaluator__isnull=False
    ).select_related(
        "evaluator", "evaluation__visit", "evaluation__commission", "evaluation__registration__candidate",
        "evaluation__registration__referentiel",
    ):  # fmt: skip
        evaluation, registration = sheet.evaluation, sheet.evaluation.registration
        day = evaluation.visit or evaluation.commission
        context = facts(day.held_on, evaluation.starts_at, day.place) | {
            "evaluation": str(evaluation.pk),
            "candidate": full_name(registration.candidate),
            "number": registration.number,
            "title": registration.referentiel.title,
            "method": Method(evaluation.method).label,
            "kind": evaluation.method,
            "capacities": [],
            "adaptation": registration.adaptation,
        }
        add(
            f"evaluation:{evaluation.pk}", f"user:{sheet.evaluator_id}", "evaluator", "evaluation_planned",
            f"{sheet.evaluator.first_name} {sheet.evaluator.last_name}".strip() or sheet.evaluator.email,
            sheet.evaluator.email, registration.centre_id, evaluation.created_at, evaluation.created_by, context,
            registration.pk,
        )  # fmt: skip
    for member in model("JuryMember").objects.filter(
        summoned_on__isnull=False, seat__jury__state__in=["prepared", "summoned", "open"]
    ).select_related("seat__jury"):  # fmt: skip
        jury = member.seat.jury
        context = facts(jury.held_on, jury.starts_at, jury.place) | {"president": member.is_president}
        add(
            f"jury:{jury.pk}", f"member:{member.pk}", "juror", "jury_member", member.name, member.email,
            jury.centre_id, jury.created_at, jury.summoned_by or jury.created_by, context,
        )  # fmt: skip
    Summons.objects.bulk_create(rows)


def full_name(candidate):
    return f"{candidate.first_name} {(candidate.usage_name or candidate.birth_name).upper()}"


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0009_summons")]

    operations = [migrations.RunPython(already_sent, migrations.RunPython.noop)]
