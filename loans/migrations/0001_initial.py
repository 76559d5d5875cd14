import django.db.models.deletion
import django_fsm
import pool.crypto
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("banks", "0002_guards"),
        ("pool", "0003_whose_and_how_far"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StagedRow",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="编号")),
                ("upload_id", models.UUIDField(db_index=True, verbose_name="批次")),
                ("row", models.PositiveIntegerField(verbose_name="行号")),
                ("sheet", models.CharField(max_length=80, verbose_name="工作表")),
                ("loan_number", models.CharField(max_length=80, verbose_name="借据号")),
                ("loan_number_key", models.CharField(max_length=80, verbose_name="借据号（归一）")),
                ("identity", models.CharField(max_length=64, verbose_name="借款主体标识")),
                ("status", models.CharField(max_length=8, verbose_name="结果")),
                ("late", models.BooleanField(verbose_name="逾期录入")),
                ("raw", models.JSONField(verbose_name="原文")),
                ("facts", models.JSONField(verbose_name="内容")),
                ("findings", models.JSONField(verbose_name="入库核验")),
                ("problems", models.JSONField(verbose_name="问题")),
            ],
            options={
                "verbose_name": "暂存行",
                "verbose_name_plural": "暂存行",
            },
        ),
        migrations.CreateModel(
            name="Borrower",
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
                    "credit_code",
                    models.CharField(
                        blank=True, max_length=18, null=True, unique=True, verbose_name="统一社会信用代码"
                    ),
                ),
                (
                    "person_index",
                    models.CharField(blank=True, max_length=64, null=True, unique=True, verbose_name="证件号码盲索引"),
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
                "verbose_name": "借款主体",
                "verbose_name_plural": "借款主体",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credit_code__isnull", False), ("person_index__isnull", False), _connector="OR"
                        ),
                        name="borrower_has_an_identity",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
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
                ("number", models.CharField(max_length=40, unique=True, verbose_name="批次编号")),
                (
                    "source",
                    models.CharField(
                        choices=[("file", "表格上传"), ("form", "逐笔填报"), ("api", "接口报送")],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("template_version", models.CharField(blank=True, max_length=40, verbose_name="模板版本")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("received", "已接收"),
                            ("checking", "校验中"),
                            ("checked", "待复核提交"),
                            ("submitted", "已提交"),
                            ("entered", "已入库"),
                            ("cancelled", "已取消"),
                            ("failed", "无法读取"),
                        ],
                        default="received",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("problems", models.JSONField(blank=True, default=list, verbose_name="文件问题")),
                ("headers", models.JSONField(blank=True, default=dict, verbose_name="文件表头")),
                ("rows_total", models.PositiveIntegerField(default=0, verbose_name="总行数")),
                ("rows_done", models.PositiveIntegerField(default=0, verbose_name="已处理行数")),
                ("rows_good", models.PositiveIntegerField(default=0, verbose_name="可入库行数")),
                ("rows_held", models.PositiveIntegerField(default=0, verbose_name="暂缓行数")),
                ("rows_known", models.PositiveIntegerField(default=0, verbose_name="已在库行数")),
                ("rows_late", models.PositiveIntegerField(default=0, verbose_name="逾期录入行数")),
                ("rows_warned", models.PositiveIntegerField(default=0, verbose_name="有提示行数")),
                ("rows_entered", models.PositiveIntegerField(default=0, verbose_name="已入库行数")),
                (
                    "principal_good",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="可入库本金"),
                ),
                (
                    "principal_entered",
                    models.DecimalField(decimal_places=2, default=0, max_digits=18, verbose_name="已入库本金"),
                ),
                ("made_on", models.DateField(verbose_name="上传日期")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("submitted_on", models.DateField(blank=True, null=True, verbose_name="提交日期")),
                ("receipt_number", models.CharField(blank=True, max_length=40, verbose_name="回执编号")),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="上传文件",
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
                    "receipt",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.storedfile",
                        verbose_name="入库回执",
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
                "verbose_name": "入库批次",
                "verbose_name_plural": "入库批次",
                "abstract": False,
                "indexes": [models.Index(fields=["bank", "-created_at"], name="upload_by_bank")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("submitted_by__isnull", True),
                            models.Q(("submitted_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="upload_submitted_by_another",
                    )
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Loan",
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
                ("loan_number", models.CharField(max_length=80, verbose_name="借据号")),
                ("loan_number_key", models.CharField(max_length=80, verbose_name="借据号（归一）")),
                ("contract_number", models.CharField(blank=True, max_length=80, verbose_name="合同编号")),
                ("branch_name", models.CharField(blank=True, max_length=100, verbose_name="经办机构")),
                (
                    "borrower_kind",
                    models.CharField(
                        choices=[("enterprise", "企业"), ("owner", "小微企业主"), ("sole_trader", "个体工商户")],
                        max_length=12,
                        verbose_name="借款人类型",
                    ),
                ),
                ("borrower_name", models.CharField(max_length=120, verbose_name="借款人名称")),
                ("credit_code", models.CharField(blank=True, max_length=18, verbose_name="统一社会信用代码")),
                ("owner_name", models.CharField(blank=True, max_length=60, verbose_name="企业主姓名")),
                ("owner_id_kind", models.CharField(blank=True, max_length=20, verbose_name="企业主证件类型")),
                ("owner_id_number", pool.crypto.EncryptedTextField(blank=True, verbose_name="企业主证件号码")),
                ("firm_name", models.CharField(blank=True, max_length=120, verbose_name="经营主体名称")),
                ("co_borrower_name", models.CharField(blank=True, max_length=120, verbose_name="共同借款人名称")),
                (
                    "co_borrower_code",
                    models.CharField(blank=True, max_length=40, verbose_name="共同借款人统一社会信用代码"),
                ),
                ("district", models.CharField(blank=True, max_length=20, verbose_name="经营所在区")),
                ("industry_code", models.CharField(max_length=8, verbose_name="行业代码")),
                ("industry_group", models.CharField(max_length=32, verbose_name="划型行业")),
                ("staff", models.PositiveIntegerField(verbose_name="从业人数")),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="营业收入")),
                ("assets", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="资产总额")),
                ("in_city", models.BooleanField(verbose_name="在本市实际经营")),
                ("quasi_financial", models.BooleanField(verbose_name="类金融企业")),
                ("industry_restricted", models.BooleanField(default=False, verbose_name="属限制或禁止类产业")),
                (
                    "product",
                    models.CharField(
                        choices=[
                            ("working_capital", "流动资金贷款"),
                            ("personal_business", "个人经营性贷款"),
                            ("other", "其他贷款"),
                        ],
                        max_length=20,
                        verbose_name="产品类型",
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("operations", "本企业生产经营"),
                            ("on_lending", "转贷"),
                            ("entrusted_loan", "委托贷款"),
                            ("acquisition", "并购"),
                            ("prohibited_project", "国家禁止或限制的项目"),
                            ("private_lending", "参与民间借贷"),
                            ("capital_market", "投资资本市场"),
                            ("personal_consumption", "个人消费"),
                            ("other", "其他用途"),
                        ],
                        max_length=24,
                        verbose_name="贷款用途",
                    ),
                ),
                ("use_detail", models.CharField(blank=True, max_length=200, verbose_name="用途说明")),
                ("security", models.JSONField(blank=True, default=list, verbose_name="担保方式")),
                (
                    "other_cover",
                    models.CharField(
                        choices=[
                            ("none", "无"),
                            ("insurance", "保险公司保险"),
                            ("guarantee_company", "融资担保公司担保"),
                            ("re_guarantee", "财政再担保"),
                            ("other_compensation", "其他同类风险补偿"),
                        ],
                        max_length=20,
                        verbose_name="其他保障",
                    ),
                ),
                ("currency", models.CharField(default="CNY", max_length=3, verbose_name="币种")),
                ("original_principal", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="原币金额")),
                ("principal", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="贷款本金（元）")),
                ("credit_line", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="单户授信总额")),
                ("other_balances", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="其他贷款余额")),
                ("annual_rate", models.DecimalField(decimal_places=4, max_digits=8, verbose_name="年利率（%）")),
                ("disbursed_on", models.DateField(verbose_name="发放日期")),
                ("matures_on", models.DateField(verbose_name="到期日期")),
                ("extended_to", models.DateField(blank=True, null=True, verbose_name="展期到期日")),
                ("qualifications", models.JSONField(blank=True, default=list, verbose_name="企业资质")),
                ("features", models.JSONField(blank=True, default=list, verbose_name="业务特征")),
                ("special_approval", models.CharField(blank=True, max_length=80, verbose_name="特别批准文号")),
                ("remarks", models.CharField(blank=True, max_length=500, verbose_name="备注")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("entered", "在库"),
                            ("non_performing", "不良"),
                            ("compensated", "已补偿"),
                            ("recovered", "已清偿"),
                            ("closed", "已结项"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="entered",
                        max_length=16,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                (
                    "library",
                    models.CharField(
                        choices=[
                            ("loan", "贷款项目库"),
                            ("compensation", "风险补偿项目库"),
                            ("settlement", "清偿项目库"),
                        ],
                        default="loan",
                        max_length=12,
                        verbose_name="所在项目库",
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
                        default="normal",
                        max_length=16,
                        verbose_name="五级分类",
                    ),
                ),
                ("entered_on", models.DateField(verbose_name="入库日期")),
                ("entered_at", models.DateTimeField(verbose_name="入库时间")),
                ("entry_closes_on", models.DateField(verbose_name="录入截止日")),
                ("entered_late", models.BooleanField(default=False, verbose_name="逾期录入")),
                ("edition", models.CharField(max_length=40, verbose_name="适用规则版本")),
                ("edition_hash", models.CharField(max_length=64, verbose_name="规则版本校验值")),
                ("findings", models.JSONField(blank=True, default=list, verbose_name="入库核验")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="结项日期")),
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
                    "borrower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loans.borrower",
                        verbose_name="借款主体",
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
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="loans.upload",
                        verbose_name="入库批次",
                    ),
                ),
            ],
            options={
                "verbose_name": "贷款项目",
                "verbose_name_plural": "贷款项目",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["bank", "-id"], name="loan_by_bank"),
                    models.Index(fields=["bank", "state", "-id"], name="loan_by_bank_state"),
                    models.Index(fields=["borrower"], name="loan_by_borrower"),
                    models.Index(fields=["loan_number_key"], name="loan_by_number"),
                    models.Index(fields=["credit_code"], name="loan_by_credit_code"),
                    models.Index(fields=["borrower_name"], name="loan_by_borrower_name"),
                    models.Index(fields=["disbursed_on"], name="loan_by_disbursement"),
                    models.Index(
                        condition=models.Q(("state__in", ["entered", "non_performing"])),
                        fields=["matures_on"],
                        name="loan_open_by_maturity",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "withdrawn"), _negated=True),
                        fields=("bank", "loan_number_key"),
                        name="loan_number_once_per_bank",
                    ),
                    models.CheckConstraint(condition=models.Q(("principal__gt", 0)), name="loan_principal_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("matures_on__gt", models.F("disbursed_on"))),
                        name="loan_matures_after_disbursement",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entered_on__gte", models.F("disbursed_on"))),
                        name="loan_entered_after_disbursement",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("library", "loan"),
                                ("state__in", ["entered", "non_performing", "compensated", "closed", "withdrawn"]),
                            ),
                            models.Q(("library", "compensation"), ("state__in", ["compensated", "closed"])),
                            models.Q(("library", "settlement"), ("state__in", ["recovered", "closed"])),
                            _connector="OR",
                        ),
                        name="loan_library_fits_state",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="UploadRow",
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
                ("sheet", models.CharField(max_length=80, verbose_name="工作表")),
                ("row", models.PositiveIntegerField(verbose_name="行号")),
                ("loan_number", models.CharField(blank=True, max_length=80, verbose_name="借据号")),
                ("loan_number_key", models.CharField(blank=True, max_length=80, verbose_name="借据号（归一）")),
                ("identity", models.CharField(blank=True, max_length=64, verbose_name="借款主体标识")),
                (
                    "status",
                    models.CharField(
                        choices=[("good", "可入库"), ("held", "暂缓"), ("known", "已在库"), ("entered", "已入库")],
                        max_length=8,
                        verbose_name="结果",
                    ),
                ),
                ("late", models.BooleanField(default=False, verbose_name="逾期录入")),
                ("raw", models.JSONField(blank=True, default=dict, verbose_name="原文")),
                ("facts", models.JSONField(blank=True, default=dict, verbose_name="内容")),
                ("findings", models.JSONField(blank=True, default=list, verbose_name="入库核验")),
                ("problems", models.JSONField(blank=True, default=list, verbose_name="问题")),
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
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="loans.upload",
                        verbose_name="入库批次",
                    ),
                ),
            ],
            options={
                "verbose_name": "入库批次明细",
                "verbose_name_plural": "入库批次明细",
                "abstract": False,
                "indexes": [models.Index(fields=["upload", "status", "row"], name="upload_row_by_status")],
                "constraints": [models.UniqueConstraint(fields=("upload", "sheet", "row"), name="upload_row_once")],
            },
        ),
        migrations.CreateModel(
            name="Determination",
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
                        verbose_name="五级分类",
                    ),
                ),
                ("determined_on", models.DateField(verbose_name="认定日期")),
                (
                    "principal_balance",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="认定时本金余额"),
                ),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="终止日期")),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[("upgraded", "上调分类"), ("voided", "撤销认定")],
                        max_length=12,
                        verbose_name="终止原因",
                    ),
                ),
                ("recovered_on", models.DateField(blank=True, null=True, verbose_name="本金全部收回日期")),
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
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
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
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="determinations",
                        to="loans.loan",
                        verbose_name="贷款项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "不良认定",
                "verbose_name_plural": "不良认定",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("loan",),
                        name="one_standing_determination",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("principal_balance__gt", 0)), name="determination_balance_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("made_by", models.F("checked_by")), _negated=True),
                        name="determination_checked_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClassificationRequest",
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
                        choices=[("prepared", "待复核"), ("submitted", "已提交"), ("cancelled", "已取消")],
                        default="prepared",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("normal", "正常"),
                            ("special_mention", "关注"),
                            ("substandard", "次级"),
                            ("doubtful", "可疑"),
                            ("loss", "损失"),
                        ],
                        max_length=16,
                        verbose_name="拟调整为",
                    ),
                ),
                ("on", models.DateField(verbose_name="分类日期")),
                ("principal_balance", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="本金余额")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="分类依据")),
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
                    "checked_by",
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
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="classification_requests",
                        to="loans.loan",
                        verbose_name="贷款项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "分类调整申请",
                "verbose_name_plural": "分类调整申请",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "prepared")),
                        fields=("loan",),
                        name="one_open_classification_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_by__isnull", True),
                            models.Q(("checked_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="classification_checked_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="ClassificationChange",
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
                ("on", models.DateField(verbose_name="分类日期")),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("normal", "正常"),
                            ("special_mention", "关注"),
                            ("substandard", "次级"),
                            ("doubtful", "可疑"),
                            ("loss", "损失"),
                        ],
                        max_length=16,
                        verbose_name="原分类",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("normal", "正常"),
                            ("special_mention", "关注"),
                            ("substandard", "次级"),
                            ("doubtful", "可疑"),
                            ("loss", "损失"),
                        ],
                        max_length=16,
                        verbose_name="新分类",
                    ),
                ),
                ("principal_balance", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="本金余额")),
                ("checked_on", models.DateField(verbose_name="提交日期")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="分类依据")),
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
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
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
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="classifications",
                        to="loans.loan",
                        verbose_name="贷款项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "分类变动",
                "verbose_name_plural": "分类变动",
                "ordering": ["on", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WithdrawalRequest",
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
                        choices=[("prepared", "待复核"), ("submitted", "已提交"), ("cancelled", "已取消")],
                        default="prepared",
                        max_length=12,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(max_length=400, verbose_name="撤回原因")),
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
                    "checked_by",
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
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal_requests",
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
            ],
            options={
                "verbose_name": "撤回入库申请",
                "verbose_name_plural": "撤回入库申请",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "prepared")), fields=("loan",), name="one_open_withdrawal_request"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_by__isnull", True),
                            models.Q(("checked_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="withdrawal_checked_by_another",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
    ]
