from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_outbox_held_and_handed")]

    operations = [
        migrations.RemoveConstraint(
            model_name="outboxmessage",
            name="outbox_message_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="outboxmessage",
            name="outbox_message_sent_dated",
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "sent", "failed", "held", "handed"])),
                name="outbox_message_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(("sent_at", None), ("state__in", ["waiting", "failed"])),
                    models.Q(("state__in", ["sent", "waiting", "failed"]), _negated=True),
                    _connector="OR",
                ),
                name="outbox_message_sent_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("handed_at__isnull", False),
                        ("state", "handed"),
                        models.Q(("handed_by", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "handed"), _negated=True), ("handed_at", None), ("handed_by", "")
                    ),
                    _connector="OR",
                ),
                name="outbox_message_handed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resends", None), models.Q(("resends", models.F("id")), _negated=True), _connector="OR"
                ),
                name="outbox_message_resends_another",
            ),
        ),
    ]
