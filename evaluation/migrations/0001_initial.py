import django.db.models.deletion
import django_fsm
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("banks", "0001_initial"),
        ("pool", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Evaluation",
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
                ("year", models.PositiveSmallIntegerField(verbose_name="评价年度")),
                ("revision", models.PositiveSmallIntegerField(default=1, verbose_name="版次")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("draft", "草稿"), ("filed", "已报备")],
                        default="draft",
                        max_length=8,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("made_on", models.DateField(verbose_name="评价日期")),
                ("file_by", models.DateField(verbose_name="报备截止日")),
                ("filed_on", models.DateField(blank=True, null=True, verbose_name="报备日期")),
                ("inputs", models.JSONField(verbose_name="评价依据数据")),
                ("inputs_hash", models.CharField(max_length=64, verbose_name="数据校验值")),
                ("edition", models.CharField(max_length=40, verbose_name="适用规则版本")),
                ("edition_hash", models.CharField(max_length=64, verbose_name="规则版本校验值")),
                (
                    "filed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="报备人",
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
                        verbose_name="评价人",
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
                "verbose_name": "年度绩效评价",
                "verbose_name_plural": "年度绩效评价",
                "ordering": ["-year", "-revision"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "year", "revision"), name="evaluation_revision_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("filed_by__isnull", True),
                            ("made_by__isnull", True),
                            models.Q(("filed_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="evaluation_filed_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Report",
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
                    "kind",
                    models.CharField(
                        choices=[("half_year", "半年度统计报告"), ("evaluation", "年度绩效评价报告")],
                        max_length=12,
                        verbose_name="报告类型",
                    ),
                ),
                ("period", models.CharField(max_length=12, verbose_name="报告期")),
                ("revision", models.PositiveSmallIntegerField(default=1, verbose_name="版次")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="报告编号")),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("requested", "生成中"),
                            ("draft", "待核准"),
                            ("issued", "已发布"),
                            ("failed", "生成失败"),
                        ],
                        default="requested",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="报告期起")),
                ("ends_on", models.DateField(verbose_name="报告期止")),
                ("made_on", models.DateField(verbose_name="编制日期")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="发布日期")),
                ("as_of", models.DateTimeField(blank=True, null=True, verbose_name="数据时点")),
                ("inputs", models.JSONField(default=dict, verbose_name="统计数据")),
                ("inputs_hash", models.CharField(blank=True, max_length=64, verbose_name="数据校验值")),
                ("check_code", models.CharField(blank=True, max_length=24, verbose_name="校验码")),
                ("code_version", models.CharField(blank=True, max_length=40, verbose_name="程序版本")),
                ("problem", models.TextField(blank=True, verbose_name="失败原因")),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发布人",
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
                        verbose_name="编制人",
                    ),
                ),
                (
                    "pdf",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="PDF 文件",
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
                    "xlsx",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="数据表",
                    ),
                ),
            ],
            options={
                "verbose_name": "报告",
                "verbose_name_plural": "报告",
                "ordering": ["-ends_on", "-revision"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheme", "kind", "period", "revision"), name="report_revision_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued_by__isnull", True),
                            ("made_by__isnull", True),
                            models.Q(("issued_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="report_issued_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="EvaluationLine",
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
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="当年发放贷款总额")),
                ("borrowers", models.PositiveIntegerField(verbose_name="当年获贷中小微企业数")),
                (
                    "last_amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="上年发放贷款总额"
                    ),
                ),
                (
                    "last_borrowers",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="上年获贷中小微企业数"),
                ),
                ("violations", models.PositiveSmallIntegerField(default=0, verbose_name="违规次数")),
                ("amount_rank", models.PositiveSmallIntegerField(verbose_name="总额排名")),
                ("borrowers_rank", models.PositiveSmallIntegerField(verbose_name="户数排名")),
                (
                    "growth",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=12, null=True, verbose_name="同比增速"
                    ),
                ),
                ("growth_rank", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="增速排名")),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("excellent", "优秀"),
                            ("good", "良好"),
                            ("qualified", "合格"),
                            ("unqualified", "不合格"),
                        ],
                        max_length=12,
                        verbose_name="评价等级",
                    ),
                ),
                ("findings", models.JSONField(default=list, verbose_name="评定依据")),
                ("second_strike", models.BooleanField(default=False, verbose_name="连续两年不合格")),
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
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="evaluation.evaluation",
                        verbose_name="年度绩效评价",
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
                "verbose_name": "年度绩效评价明细",
                "verbose_name_plural": "年度绩效评价明细",
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("evaluation", "bank"), name="evaluation_line_once")],
            },
        ),
    ]
