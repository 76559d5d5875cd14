import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from pool.db import OnlyColumns


class Migration(migrations.Migration):
    dependencies = [
        ("pool", "0004_day_a_file_was_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="RestoreAcceptance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="编号",
                    ),
                ),
                ("anchor_seq", models.BigIntegerField(verbose_name="锚点序号")),
                ("anchor_head", models.CharField(max_length=64, verbose_name="锚点摘要")),
                ("anchor_on", models.DateField(verbose_name="锚点日期")),
                ("kept_seq", models.BigIntegerField(verbose_name="保留至序号")),
                ("reason", models.TextField(verbose_name="恢复经过和丢失内容")),
                ("proposed_on", models.DateField(verbose_name="提交日期")),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="提交时间")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "恢复核对",
                "verbose_name_plural": "恢复核对",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True)),
                        fields=("anchor_head",),
                        name="restore_proposed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="restore_confirmed_by_another",
                    ),
                ],
            },
        ),
        OnlyColumns("pool_restoreacceptance", ["confirmed_by_id", "confirmed_at"]),
    ]
