import django.db.models.deletion
import django_fsm
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("banks", "0001_initial"),
        ("loans", "0001_initial"),
        ("pool", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FundingPlan",
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
                ("number", models.CharField(max_length=60, unique=True, verbose_name="计划文号")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("drafted", "拟稿"), ("issued", "已下达"), ("withdrawn", "已撤销")],
                        default="drafted",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("total", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="计划总额")),
                ("drafted_on", models.DateField(verbose_name="拟稿日期")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="下达日期")),
                ("papers_by", models.DateField(blank=True, null=True, verbose_name="拨款资料提交截止日")),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="资助计划文件",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟稿人",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签发人",
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
                "verbose_name": "风险补偿项目资助计划",
                "verbose_name_plural": "风险补偿项目资助计划",
                "ordering": ["-drafted_on", "-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("total__gt", 0)), name="plan_total_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued_by__isnull", True),
                            models.Q(("issued_by", models.F("drafted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="plan_issued_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Publicity",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="公示编号")),
                ("title", models.CharField(max_length=200, verbose_name="公示标题")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("posted", "公示中"), ("ended", "公示期满")],
                        default="posted",
                        max_length=8,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("posted_on", models.DateField(verbose_name="发布日期")),
                ("last_day", models.DateField(verbose_name="公示截止日")),
                ("content_hash", models.CharField(max_length=64, verbose_name="内容校验值")),
                (
                    "posted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发布人",
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
                "verbose_name": "公示",
                "verbose_name_plural": "公示",
                "ordering": ["-posted_on", "-id"],
                "abstract": False,
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Claim",
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
                            ("draft", "草稿"),
                            ("submitted", "待初审"),
                            ("reviewing", "待终审"),
                            ("returned", "退回补正"),
                            ("held", "挂起待定"),
                            ("approved", "审核通过"),
                            ("refused", "审核不通过"),
                            ("re_examining", "复核中"),
                            ("publicised", "公示中"),
                            ("cleared", "公示无异议"),
                            ("planned", "已列入资助计划"),
                            ("instructed", "拨付中"),
                            ("paid", "已拨付"),
                            ("withdrawn", "已撤回"),
                            ("lapsed", "已失效"),
                            ("removed", "异议成立移出"),
                            ("refunded", "已退回补偿"),
                        ],
                        default="draft",
                        max_length=16,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("submitted_on", models.DateField(blank=True, null=True, verbose_name="提交日期")),
                ("first_submitted_on", models.DateField(blank=True, null=True, verbose_name="首次提交日期")),
                ("credit_report_on", models.DateField(blank=True, null=True, verbose_name="征信报告出具日期")),
                (
                    "reported_balances",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="征信报告所示他行贷款余额"
                    ),
                ),
                ("verified", models.JSONField(blank=True, default=dict, verbose_name="核定事实")),
                ("findings", models.JSONField(blank=True, default=list, verbose_name="规则核验")),
                ("edition", models.CharField(blank=True, max_length=40, verbose_name="适用规则版本")),
                ("edition_hash", models.CharField(blank=True, max_length=64, verbose_name="规则版本校验值")),
                (
                    "ratio",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=5, null=True, verbose_name="补偿比例"),
                ),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="补偿金额"
                    ),
                ),
                ("decide_by", models.DateField(blank=True, null=True, verbose_name="审核截止日")),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="审核日期")),
                ("decision_reason", models.TextField(blank=True, verbose_name="审核意见")),
                ("final", models.BooleanField(default=False, verbose_name="终局决定")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="到账日期")),
                ("transferred_on", models.DateField(blank=True, null=True, verbose_name="转录风险补偿项目库日期")),
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
                    "determination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="loans.determination",
                        verbose_name="不良认定",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
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
                "verbose_name": "风险补偿申请",
                "verbose_name_plural": "风险补偿申请",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["state", "decide_by"], name="claim_queue"),
                    models.Index(fields=["bank", "-id"], name="claim_by_bank"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "reviewing",
                                    "returned",
                                    "held",
                                    "approved",
                                    "re_examining",
                                    "publicised",
                                    "cleared",
                                    "planned",
                                    "instructed",
                                    "paid",
                                ],
                            )
                        ),
                        fields=("loan",),
                        name="one_live_claim_per_loan",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("submitted_by__isnull", True),
                            models.Q(("submitted_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="claim_submitted_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__isnull", True), ("amount__gte", 0), _connector="OR"),
                        name="claim_amount_not_negative",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Evidence",
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
                ("item", models.CharField(max_length=40, verbose_name="材料类别")),
                ("superseded", models.BooleanField(default=False, verbose_name="已替换")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="文件",
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
                "verbose_name": "申请材料",
                "verbose_name_plural": "申请材料",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PapersPacket",
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
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("open", "待提交拨款资料"), ("submitted", "待核对资料"), ("complete", "资料齐全")],
                        default="open",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("total", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="应拨金额")),
                ("papers_by", models.DateField(verbose_name="资料提交截止日")),
                ("submitted_on", models.DateField(blank=True, null=True, verbose_name="提交日期")),
                ("complete_on", models.DateField(blank=True, null=True, verbose_name="收齐日期")),
                ("pay_by", models.DateField(blank=True, null=True, verbose_name="拨付截止日")),
                ("returned_reason", models.TextField(blank=True, verbose_name="退回原因")),
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packets",
                        to="claims.fundingplan",
                        verbose_name="资助计划",
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
                        verbose_name="提交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "拨款资料",
                "verbose_name_plural": "拨款资料",
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("plan", "bank"), name="one_packet_per_plan_and_bank")],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="PlanItem",
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
                ("position", models.PositiveIntegerField(verbose_name="序号")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="补偿金额")),
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
                        related_name="plan_items",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="claims.fundingplan",
                        verbose_name="资助计划",
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
                "verbose_name": "资助计划明细",
                "verbose_name_plural": "资助计划明细",
                "ordering": ["plan", "position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "claim"), name="plan_claim_once"),
                    models.UniqueConstraint(fields=("plan", "position"), name="plan_position_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="plan_item_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicityItem",
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
                ("position", models.PositiveIntegerField(verbose_name="序号")),
                ("shown_bank", models.CharField(max_length=120, verbose_name="加盟银行")),
                ("shown_borrower", models.CharField(max_length=120, verbose_name="借款人")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="拟补偿金额")),
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
                        related_name="publicity_items",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
                    ),
                ),
                (
                    "publicity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="claims.publicity",
                        verbose_name="公示",
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
                "verbose_name": "公示明细",
                "verbose_name_plural": "公示明细",
                "ordering": ["publicity", "position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("publicity", "position"), name="publicity_position_once"),
                    models.UniqueConstraint(fields=("publicity", "claim"), name="publicity_claim_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
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
                (
                    "round",
                    models.CharField(
                        choices=[("first", "审核"), ("re_examination", "复核"), ("objection", "异议复核")],
                        default="first",
                        max_length=16,
                        verbose_name="轮次",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[("reviewer", "初审"), ("approver", "终审")], max_length=12, verbose_name="环节"
                    ),
                ),
                (
                    "opinion",
                    models.CharField(
                        choices=[("pass", "通过"), ("refuse", "不通过"), ("return", "退回补正")],
                        max_length=8,
                        verbose_name="意见",
                    ),
                ),
                ("reason", models.TextField(verbose_name="理由")),
                ("on", models.DateField(verbose_name="日期")),
                ("seen_version", models.PositiveIntegerField(verbose_name="所见版本")),
                ("seen_hash", models.CharField(max_length=64, verbose_name="所见内容校验值")),
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
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="claims.claim",
                        verbose_name="风险补偿申请",
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
                "verbose_name": "审核记录",
                "verbose_name_plural": "审核记录",
                "ordering": ["created_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Upgrade",
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
                            ("applied", "待审核"),
                            ("passed", "待终审"),
                            ("approved", "待退回补偿资金"),
                            ("refunded", "已退回补偿资金"),
                            ("refused", "不予转回"),
                        ],
                        default="applied",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                (
                    "classification",
                    models.CharField(
                        choices=[
                            ("normal", "正常"),
                            ("special_mention", "关注"),
                            ("substandard", "次级"),
                            ("doubtful", "可疑"),
                            ("loss", "损失"),
                        ],
                        max_length=16,
                        verbose_name="上调后分类",
                    ),
                ),
                ("upgraded_on", models.DateField(verbose_name="上调日期")),
                ("apply_by", models.DateField(verbose_name="申请截止日")),
                ("applied_on", models.DateField(verbose_name="申请日期")),
                ("applied_late", models.BooleanField(default=False, verbose_name="逾期申请")),
                ("reason", models.TextField(verbose_name="上调依据")),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="审核日期")),
                ("decision_reason", models.TextField(blank=True, verbose_name="审核意见")),
                (
                    "refund_due",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="应退回金额"
                    ),
                ),
                ("refund_by", models.DateField(blank=True, null=True, verbose_name="退回截止日")),
                ("refunded_on", models.DateField(blank=True, null=True, verbose_name="退回日期")),
                ("bank_reference", models.CharField(blank=True, max_length=80, verbose_name="银行回单号")),
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
                        related_name="upgrades",
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
                        verbose_name="终审人",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="upgrades",
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
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="初审人",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
            ],
            options={
                "verbose_name": "上调转回申请",
                "verbose_name_plural": "上调转回申请",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["applied", "passed", "approved"])),
                        fields=("loan",),
                        name="one_open_upgrade_per_loan",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("submitted_by", models.F("made_by")), _negated=True),
                        name="upgrade_submitted_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("reviewed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="upgrade_decided_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Objection",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="异议编号")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("received", "待复核"),
                            ("reported", "已出具复核报告"),
                            ("upheld", "异议成立"),
                            ("dismissed", "异议不成立"),
                        ],
                        default="received",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="异议人")),
                ("contact", models.CharField(max_length=120, verbose_name="联系方式")),
                ("text", models.TextField(verbose_name="异议内容")),
                ("received_on", models.DateField(verbose_name="收到日期")),
                ("report", models.TextField(blank=True, verbose_name="复核报告")),
                ("reported_on", models.DateField(blank=True, null=True, verbose_name="报告日期")),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="决定日期")),
                (
                    "attachment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="附件",
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
                        verbose_name="决定人",
                    ),
                ),
                (
                    "reported_by",
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="claims.publicityitem",
                        verbose_name="公示明细",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示异议",
                "verbose_name_plural": "公示异议",
                "abstract": False,
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Payment",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="拨付编号")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("prepared", "待复核"),
                            ("instructed", "已发出拨付指令"),
                            ("posted", "已到账记账"),
                            ("failed", "拨付失败"),
                        ],
                        default="prepared",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="拨付金额")),
                ("seen_hash", models.CharField(max_length=64, verbose_name="所见内容校验值")),
                ("prepared_on", models.DateField(verbose_name="经办日期")),
                ("instructed_on", models.DateField(blank=True, null=True, verbose_name="指令日期")),
                ("value_date", models.DateField(blank=True, null=True, verbose_name="起息日期")),
                ("bank_reference", models.CharField(blank=True, max_length=80, verbose_name="银行回单号")),
                ("failure", models.CharField(blank=True, max_length=200, verbose_name="失败原因")),
                (
                    "approved_by",
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
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="到账登记人",
                    ),
                ),
                (
                    "packet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="claims.paperspacket",
                        verbose_name="拨款资料",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="banks.payeeaccount",
                        verbose_name="收款账户",
                    ),
                ),
                (
                    "prepared_by",
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
            ],
            options={
                "verbose_name": "资金拨付",
                "verbose_name_plural": "资金拨付",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "failed"), _negated=True),
                        fields=("packet",),
                        name="one_live_payment_per_packet",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_approved_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="PaymentPaper",
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
                ("item", models.CharField(max_length=40, verbose_name="资料类别")),
                ("superseded", models.BooleanField(default=False, verbose_name="已替换")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "packet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="claims.paperspacket",
                        verbose_name="拨款资料",
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
                "verbose_name": "拨款资料文件",
                "verbose_name_plural": "拨款资料文件",
                "abstract": False,
            },
        ),
    ]
