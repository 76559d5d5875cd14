import django.db.models.deletion
import pool.crypto
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pool", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bank",
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
                ("code", models.CharField(max_length=12, verbose_name="机构代码")),
                ("name", models.CharField(max_length=120, verbose_name="机构全称")),
                ("short_name", models.CharField(max_length=40, verbose_name="机构简称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("bank", "银行"), ("guarantee_institution", "政府性融资担保机构")],
                        default="bank",
                        max_length=24,
                        verbose_name="机构类型",
                    ),
                ),
                ("credit_code", models.CharField(max_length=18, verbose_name="统一社会信用代码")),
                ("has_local_branch", models.BooleanField(default=True, verbose_name="在深设立分行以上机构")),
                ("joined_on", models.DateField(verbose_name="加盟日期")),
                ("cancelled_on", models.DateField(blank=True, null=True, verbose_name="取消加盟日期")),
                ("may_reapply_from", models.DateField(blank=True, null=True, verbose_name="可再次申请加盟日期")),
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
                "verbose_name": "加盟银行",
                "verbose_name_plural": "加盟银行",
                "ordering": ["code"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("scheme", "code"), name="bank_code_once_per_scheme")],
            },
        ),
        migrations.CreateModel(
            name="Branch",
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
                ("code", models.CharField(max_length=20, verbose_name="分支机构代码")),
                ("name", models.CharField(max_length=120, verbose_name="分支机构名称")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="branches",
                        to="banks.bank",
                        verbose_name="加盟银行",
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
                "verbose_name": "分支机构",
                "verbose_name_plural": "分支机构",
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("bank", "code"), name="branch_code_once_per_bank")],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
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
                    "counterparty",
                    models.CharField(
                        choices=[("manager", "高新投集团"), ("finance_centre", "深圳市财政金融服务中心")],
                        max_length=16,
                        verbose_name="签约管理机构",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="协议编号")),
                ("signed_on", models.DateField(verbose_name="签订日期")),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="失效日期")),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="协议文本",
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
            ],
            options={
                "verbose_name": "合作协议",
                "verbose_name_plural": "合作协议",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="agreement_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DishonestyListing",
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
                ("listed_from", models.DateField(verbose_name="列入日期")),
                ("listed_to", models.DateField(blank=True, null=True, verbose_name="移出日期")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
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
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
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
                "verbose_name": "严重失信主体名单",
                "verbose_name_plural": "严重失信主体名单",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("listed_to__isnull", True), ("listed_to__gte", models.F("listed_from")), _connector="OR"
                        ),
                        name="listing_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                ("is_active", models.BooleanField(default=True, verbose_name="在岗")),
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
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="membership",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "银行人员",
                "verbose_name_plural": "银行人员",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PayeeAccount",
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
                ("revision", models.PositiveIntegerField(verbose_name="版本号")),
                ("account_name", models.CharField(max_length=120, verbose_name="户名")),
                ("account_number", pool.crypto.EncryptedTextField(verbose_name="账号")),
                ("opening_bank", models.CharField(max_length=120, verbose_name="开户行")),
                ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="确认日期")),
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
                        verbose_name="确认人",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
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
                "verbose_name": "收款专用账户",
                "verbose_name_plural": "收款专用账户",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("bank", "revision"), name="payee_revision_once_per_bank"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="payee_confirmed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
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
                    "entered_principal",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="入库贷款本金"),
                ),
                (
                    "npl_principal",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="不良贷款本金"),
                ),
                ("is_suspended", models.BooleanField(default=False, verbose_name="暂停办理")),
                ("since", models.DateField(blank=True, null=True, verbose_name="当前状态起始日")),
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
                "verbose_name": "不良率状态",
                "verbose_name_plural": "不良率状态",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("bank",), name="one_standing_per_bank"),
                    models.CheckConstraint(
                        condition=models.Q(("entered_principal__gte", 0), ("npl_principal__gte", 0)),
                        name="standing_sums_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingEvent",
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
                ("on", models.DateField(verbose_name="发生日期")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="记录时间")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("entered", "贷款入库"),
                            ("withdrawn", "撤回入库"),
                            ("determined", "认定不良"),
                            ("voided", "撤销认定"),
                            ("upgraded", "上调分类"),
                            ("recovered", "本金全部收回"),
                            ("rechecked", "定期重算"),
                        ],
                        max_length=12,
                        verbose_name="变动原因",
                    ),
                ),
                ("subject", models.UUIDField(blank=True, null=True, verbose_name="变动对象")),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                (
                    "entered_principal",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="入库贷款本金"),
                ),
                ("npl_principal", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="不良贷款本金")),
                ("is_suspended", models.BooleanField(verbose_name="暂停办理")),
                ("turned", models.BooleanField(default=False, verbose_name="状态改变")),
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
                "verbose_name": "不良率变动记录",
                "verbose_name_plural": "不良率变动记录",
                "ordering": ["bank", "number"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("bank", "number"), name="standing_event_numbered_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Violation",
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
                ("year", models.PositiveSmallIntegerField(verbose_name="所属年度")),
                ("description", models.TextField(verbose_name="违规事实")),
                ("document_number", models.CharField(max_length=80, verbose_name="处理文号")),
                ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="确认日期")),
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
                        verbose_name="确认人",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
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
                "verbose_name": "违规记录",
                "verbose_name_plural": "违规记录",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="violation_confirmed_by_another",
                    )
                ],
            },
        ),
    ]
