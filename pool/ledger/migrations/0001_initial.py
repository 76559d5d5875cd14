import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pool", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=80, verbose_name="科目代码")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cash", "专户存款"),
                            ("appropriation", "财政拨款"),
                            ("reserved", "已预留"),
                            ("reserve_contra", "预留对应"),
                            ("compensation", "风险补偿支出"),
                            ("returns", "清偿返还"),
                            ("refunds", "上调退回"),
                            ("interest", "利息收入"),
                            ("fees", "手续费"),
                            ("suspense", "待查款项"),
                        ],
                        max_length=20,
                        verbose_name="科目种类",
                    ),
                ),
                ("subject", models.UUIDField(blank=True, null=True, verbose_name="银行")),
                ("name", models.CharField(max_length=120, verbose_name="科目名称")),
                ("balance", models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="余额")),
                ("version", models.PositiveBigIntegerField(default=0, verbose_name="版本")),
                (
                    "scheme",
                    models.ForeignKey(
                        default="shenzhen",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.scheme",
                        verbose_name="资金池方案",
                    ),
                ),
            ],
            options={
                "verbose_name": "科目",
                "verbose_name_plural": "科目",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "code"), name="account_code"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["cash", "reserved"]), _negated=True),
                            ("balance__gte", 0),
                            _connector="OR",
                        ),
                        name="account_cash_and_reserved_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["compensation", "returns", "refunds"]), ("subject__isnull", False)),
                            models.Q(
                                models.Q(("kind__in", ["compensation", "returns", "refunds"]), _negated=True),
                                ("subject__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="account_by_bank_has_bank",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerTransaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=160, unique=True, verbose_name="业务键")),
                ("body_hash", models.CharField(max_length=64, verbose_name="内容摘要")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("appropriate", "拨款到账"),
                            ("reserve", "预留"),
                            ("void", "释放预留"),
                            ("payment", "支付补偿"),
                            ("return", "收到返还"),
                            ("refund", "收到退回"),
                            ("interest", "利息"),
                            ("fee", "手续费"),
                            ("suspense", "待查款到账"),
                            ("reversal", "冲正"),
                        ],
                        max_length=20,
                        verbose_name="种类",
                    ),
                ),
                ("occurred_on", models.DateField(verbose_name="发生日")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="记账时间")),
                ("article", models.CharField(blank=True, max_length=20, verbose_name="条款")),
                ("reference", models.CharField(blank=True, max_length=160, verbose_name="凭证")),
                ("bank", models.UUIDField(blank=True, db_column="bank_id", null=True, verbose_name="银行")),
                ("subject", models.UUIDField(blank=True, null=True, verbose_name="对象编号")),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="ledger.ledgertransaction",
                        verbose_name="冲正对象",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        default="shenzhen",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.scheme",
                        verbose_name="资金池方案",
                    ),
                ),
            ],
            options={
                "verbose_name": "记账凭证",
                "verbose_name_plural": "记账凭证",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["subject"], name="transaction_subject"),
                    models.Index(fields=["occurred_on"], name="transaction_occurred"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="transaction_two_people",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="金额")),
                ("balance_after", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="记账后余额")),
                ("account_version", models.PositiveBigIntegerField(verbose_name="科目版本")),
                ("bank", models.UUIDField(blank=True, db_column="bank_id", null=True, verbose_name="银行")),
                ("subject", models.UUIDField(blank=True, null=True, verbose_name="对象编号")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="ledger.account",
                        verbose_name="科目",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="ledger.ledgertransaction",
                        verbose_name="记账凭证",
                    ),
                ),
            ],
            options={
                "verbose_name": "分录",
                "verbose_name_plural": "分录",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["subject", "account"], name="entry_subject")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "account_version"), name="entry_account_version"),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="entry_amount_not_zero"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appropriation",
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
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="金额")),
                ("document", models.CharField(max_length=200, verbose_name="拨款文件")),
                ("on", models.DateField(verbose_name="到账日期")),
                ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="确认日")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="撤回日")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="文件扫描件",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        default="shenzhen",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.scheme",
                        verbose_name="资金池方案",
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.ledgertransaction",
                        verbose_name="记账凭证",
                    ),
                ),
            ],
            options={
                "verbose_name": "拨款",
                "verbose_name_plural": "拨款",
                "ordering": ["-on", "-created_at"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="appropriation_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="appropriation_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_by__isnull", True),
                                ("confirmed_on__isnull", True),
                                ("transaction__isnull", True),
                            ),
                            models.Q(
                                ("confirmed_by__isnull", False),
                                ("confirmed_on__isnull", False),
                                ("transaction__isnull", False),
                                ("withdrawn_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="appropriation_confirmed_is_posted",
                    ),
                ],
            },
        ),
    ]
