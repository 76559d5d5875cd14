import django.db.models.deletion
import django_fsm
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("banks", "0002_guards"),
        ("claims", "0003_guards"),
        ("loans", "0002_guards"),
        ("pool", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Recovery",
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
                ("position", models.PositiveIntegerField(blank=True, null=True, verbose_name="上报次序")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("prepared", "待复核"), ("submitted", "已上报"), ("cancelled", "已取消")],
                        default="prepared",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="收回日期")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="收回金额")),
                ("principal_part", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="其中：本金")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("collection", "追收"),
                            ("package_sale", "打包出售"),
                            ("transfer", "转让"),
                            ("securitisation", "证券化"),
                            ("asset_in_kind", "以物抵债"),
                            ("other", "其他方式"),
                        ],
                        max_length=16,
                        verbose_name="处置方式",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="说明")),
                ("submitted_on", models.DateField(blank=True, null=True, verbose_name="上报日期")),
                ("report_by", models.DateField(blank=True, null=True, verbose_name="上报截止日")),
                ("reported_late", models.BooleanField(default=False, verbose_name="逾期上报")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.bank",
                        verbose_name="加盟银行",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.branch",
                        verbose_name="分支机构",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
                    ),
                ),
                (
                    "determination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="loans.determination",
                        verbose_name="不良认定",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="loans.loan",
                        verbose_name="贷款项目",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
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
                    "submitted_by",
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
                    "voucher",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="凭证",
                    ),
                ),
            ],
            options={
                "verbose_name": "清收记录",
                "verbose_name_plural": "清收记录",
                "ordering": ["received_on", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("determination", "position"), name="recovery_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("position__isnull", False), ("state", "submitted"), ("submitted_on__isnull", False)
                            ),
                            models.Q(
                                models.Q(("state", "submitted"), _negated=True),
                                ("position__isnull", True),
                                ("submitted_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="recovery_submitted_is_numbered",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="recovery_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("principal_part__gte", 0), ("principal_part__lte", models.F("amount"))),
                        name="recovery_principal_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("submitted_by__isnull", True),
                            models.Q(("submitted_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="recovery_submitted_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Settlement",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="申请编号")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("prepared", "待复核"),
                            ("applied", "待审核"),
                            ("accepted", "已转录清偿项目库"),
                            ("refused", "退回"),
                            ("cancelled", "已取消"),
                        ],
                        default="prepared",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("disposal_ended_on", models.DateField(verbose_name="处置完成日期")),
                ("apply_by", models.DateField(verbose_name="申请截止日")),
                ("applied_on", models.DateField(blank=True, null=True, verbose_name="申请日期")),
                ("applied_late", models.BooleanField(default=False, verbose_name="逾期申请")),
                ("recovered_total", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="累计收回金额")),
                ("summary", models.TextField(verbose_name="处置情况")),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="审核日期")),
                ("decision_reason", models.TextField(blank=True, verbose_name="审核意见")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.bank",
                        verbose_name="加盟银行",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.branch",
                        verbose_name="分支机构",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="处置证明材料",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="loans.loan",
                        verbose_name="贷款项目",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
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
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
            ],
            options={
                "verbose_name": "清收申请",
                "verbose_name_plural": "清收申请",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["prepared", "applied"])),
                        fields=("loan",),
                        name="one_open_settlement_per_loan",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("submitted_by__isnull", True),
                            models.Q(("submitted_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="settlement_submitted_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["prepared", "cancelled"]),
                            models.Q(("applied_on__isnull", False), ("submitted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="settlement_applied_by_two",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Closing",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="结项编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("settled", "清偿结项"),
                            ("paid_off", "正常结清结项"),
                            ("automatic", "自动结项"),
                            ("refused", "不予补偿结项"),
                            ("write_off", "核销结项"),
                        ],
                        max_length=12,
                        verbose_name="结项类型",
                    ),
                ),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("prepared", "待银行复核"),
                            ("applied", "待高新投审核"),
                            ("manager_passed", "待金融中心复核"),
                            ("finance_passed", "待主管部门批准"),
                            ("authority_approved", "待监管执行部门批准"),
                            ("supervisor_approved", "待高新投结项"),
                            ("closed", "已结项"),
                            ("refused", "退回"),
                            ("cancelled", "已取消"),
                        ],
                        default="prepared",
                        max_length=20,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("event_on", models.DateField(blank=True, null=True, verbose_name="结清或核销日期")),
                ("apply_by", models.DateField(blank=True, null=True, verbose_name="申请截止日")),
                ("applied_on", models.DateField(blank=True, null=True, verbose_name="申请日期")),
                ("applied_late", models.BooleanField(default=False, verbose_name="逾期申请")),
                ("decide_by", models.DateField(blank=True, null=True, verbose_name="审核截止日")),
                ("reason", models.TextField(verbose_name="结项事由")),
                ("findings", models.JSONField(blank=True, default=list, verbose_name="规则核验")),
                (
                    "loss_amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="核销或认定损失金额"
                    ),
                ),
                ("responsibility", models.TextField(blank=True, verbose_name="责任认定情况")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="结项日期")),
                ("refused_on", models.DateField(blank=True, null=True, verbose_name="退回日期")),
                ("refusal_reason", models.TextField(blank=True, verbose_name="退回原因")),
                (
                    "authority_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="主管部门批准人",
                    ),
                ),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.bank",
                        verbose_name="加盟银行",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.branch",
                        verbose_name="分支机构",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="结项操作人",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="核销证明材料",
                    ),
                ),
                (
                    "finance_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="金融中心复核人",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="loans.loan",
                        verbose_name="贷款项目",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "manager_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="高新投审核人",
                    ),
                ),
                (
                    "refused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="退回人",
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
                    "submitted_by",
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
                    "supervisor_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="监管执行部门批准人",
                    ),
                ),
            ],
            options={
                "verbose_name": "结项",
                "verbose_name_plural": "结项",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["refused", "cancelled"]), _negated=True),
                        fields=("loan",),
                        name="one_live_closing_per_loan",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True), ("closed_on__isnull", False), _connector="OR"
                        ),
                        name="closing_closed_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "write_off"), _negated=True),
                            models.Q(
                                ("claim__isnull", False),
                                ("event_on__isnull", False),
                                ("evidence__isnull", False),
                                ("loss_amount__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="write_off_has_its_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "write_off"), ("state", "closed"), _negated=True),
                            models.Q(
                                ("authority_by__isnull", False),
                                ("closed_by__isnull", False),
                                ("finance_by__isnull", False),
                                ("manager_by__isnull", False),
                                ("supervisor_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="write_off_closed_by_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "settled"), ("state", "closed"), _negated=True),
                            models.Q(("finance_by__isnull", False), ("manager_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="settled_closed_by_both_institutions",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("made_by__isnull", True),
                            ("submitted_by__isnull", True),
                            models.Q(("submitted_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="closing_submitted_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Return",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="返还编号")),
                ("instalment", models.PositiveIntegerField(verbose_name="期次")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("due", "待返还"),
                            ("receipt_entered", "待确认到账"),
                            ("received", "已返还"),
                            ("cancelled", "已并入上调退回"),
                        ],
                        default="due",
                        max_length=16,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("recovered_total", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="累计收回金额")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="应返还金额")),
                ("advised_on", models.DateField(verbose_name="通知日期")),
                ("due_on", models.DateField(verbose_name="返还截止日")),
                ("due_provisional", models.BooleanField(default=False, verbose_name="截止日暂定")),
                ("last", models.BooleanField(default=False, verbose_name="末次返还")),
                ("bank_reference", models.CharField(blank=True, max_length=80, verbose_name="银行回单号")),
                ("received_on", models.DateField(blank=True, null=True, verbose_name="到账日期")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.bank",
                        verbose_name="加盟银行",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.branch",
                        verbose_name="分支机构",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="loans.loan",
                        verbose_name="贷款项目",
                    ),
                ),
                (
                    "receipt_confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="收款确认人",
                    ),
                ),
                (
                    "receipt_entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="收款登记人",
                    ),
                ),
                (
                    "recovery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_advice",
                        to="recovery.recovery",
                        verbose_name="清收记录",
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
                "verbose_name": "返还记录",
                "verbose_name_plural": "返还记录",
                "ordering": ["claim", "instalment"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "instalment"), name="return_instalment_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="return_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "received"), _negated=True),
                            models.Q(("receipt_confirmed_by__isnull", False), ("received_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="return_received_is_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("receipt_confirmed_by__isnull", True),
                            models.Q(("receipt_confirmed_by", models.F("receipt_entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="return_confirmed_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
    ]
