"""What people asked to be frozen, until a worker has done it."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0029_inputs_are_final"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Freezing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sft", "Sft"),
                            ("rm", "Rm"),
                            ("ppo", "Ppo"),
                            ("pretrain", "Pretrain"),
                            ("completions", "Completions"),
                            ("eval", "Eval"),
                        ],
                        max_length=16,
                    ),
                ),
                ("query", models.JSONField()),
                ("text", models.TextField(blank=True)),
                ("wish_sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=16,
                    ),
                ),
                ("num_tries", models.PositiveSmallIntegerField(default=0)),
                ("failure", models.TextField(blank=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "snapshot",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="freezing",
                        to="training.snapshot",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=["created_at"],
                        name="freezings_to_do",
                    ),
                    models.Index(
                        condition=models.Q(("state", "failed")),
                        fields=["finished_at"],
                        name="freezings_failed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("snapshot__isnull", False), ("state", "done")),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                ("snapshot__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_finished_freezing_has_its_snapshot",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=("created_by", "wish_sha256"),
                        name="one_open_freezing_of_the_same",
                    ),
                ],
            },
        ),
    ]
