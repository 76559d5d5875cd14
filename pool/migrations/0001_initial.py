import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import pool.crypto
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("config", "0001_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Scheme",
            fields=[
                ("slug", models.SlugField(max_length=40, primary_key=True, serialize=False, verbose_name="代码")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
            ],
            options={
                "verbose_name": "资金池方案",
                "verbose_name_plural": "资金池方案",
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
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
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "该用户名已被使用。"},
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="用户名",
                    ),
                ),
                ("display_name", models.CharField(max_length=80, verbose_name="姓名")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="电子邮箱")),
                ("phone", pool.crypto.EncryptedTextField(blank=True, default="", verbose_name="手机号码")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("bank_maker", "银行经办"),
                            ("bank_checker", "银行复核"),
                            ("bank_admin", "银行管理员"),
                            ("manager_reviewer", "高新投初审"),
                            ("manager_approver", "高新投终审"),
                            ("manager_statistics", "高新投统计"),
                            ("finance_clerk", "金融中心经办"),
                            ("finance_approver", "金融中心复核"),
                            ("authority", "主管部门"),
                            ("supervisor", "监管执行部门"),
                            ("regulator", "共享单位"),
                            ("auditor", "审计员"),
                            ("system_admin", "系统管理员"),
                            ("security_admin", "安全管理员"),
                        ],
                        max_length=30,
                        verbose_name="角色",
                    ),
                ),
                ("institution", models.UUIDField(blank=True, null=True, verbose_name="所属银行")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("must_change_password", models.BooleanField(default=False, verbose_name="须修改密码")),
                ("last_seen", models.DateTimeField(blank=True, null=True, verbose_name="最近活动")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
            ],
            options={
                "verbose_name": "用户",
                "verbose_name_plural": "用户",
                "indexes": [models.Index(fields=["institution", "role"], name="user_institution_role")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("institution__isnull", False), ("role__startswith", "bank_")),
                            models.Q(
                                models.Q(("role__startswith", "bank_"), _negated=True), ("institution__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="user_bank_role_has_bank",
                        violation_error_message="银行角色必须属于一家银行，其他角色不属于任何银行。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockInterval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.UUIDField(verbose_name="对象编号")),
                ("bank", models.UUIDField(blank=True, db_column="bank_id", null=True, verbose_name="银行")),
                ("kind", models.SlugField(max_length=60, verbose_name="期限种类")),
                ("started_on", models.DateField(verbose_name="开始日")),
                ("stopped_on", models.DateField(blank=True, null=True, verbose_name="停止日")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="停止原因")),
            ],
            options={
                "verbose_name": "计时区间",
                "verbose_name_plural": "计时区间",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stopped_on__isnull", True)),
                        fields=("subject_id", "kind"),
                        name="clockinterval_one_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stopped_on__isnull", True), ("stopped_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="clockinterval_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfficialText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.CharField(max_length=60, verbose_name="版本代码")),
                ("article", models.PositiveSmallIntegerField(verbose_name="条")),
                ("text", models.TextField(verbose_name="正文")),
                ("source", models.CharField(max_length=300, verbose_name="来源")),
                ("sha256", models.CharField(max_length=64, verbose_name="来源文件摘要")),
                ("loaded_at", models.DateTimeField(auto_now=True, verbose_name="载入时间")),
            ],
            options={
                "verbose_name": "正式条文",
                "verbose_name_plural": "正式条文",
                "ordering": ["edition", "article"],
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "article"), name="officialtext_one_per_article")
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxTask",
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
                ("task", models.CharField(max_length=80, verbose_name="任务")),
                ("arguments", models.JSONField(default=dict, verbose_name="参数")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发送时间")),
                ("done_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="次数")),
                ("last_error", models.CharField(blank=True, max_length=500, verbose_name="最近错误")),
            ],
            options={
                "verbose_name": "待办任务",
                "verbose_name_plural": "待办任务",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)), fields=["created_at"], name="outboxtask_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sequence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="种类")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("last", models.PositiveIntegerField(default=0, verbose_name="最近编号")),
            ],
            options={
                "verbose_name": "编号序列",
                "verbose_name_plural": "编号序列",
                "constraints": [models.UniqueConstraint(fields=("kind", "year"), name="sequence_one_per_year")],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
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
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("prefix", models.CharField(max_length=8, verbose_name="前缀")),
                ("token_hash", models.CharField(max_length=64, unique=True, verbose_name="令牌摘要")),
                ("scopes", models.JSONField(default=list, verbose_name="范围")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="最近使用")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "接口令牌",
                "verbose_name_plural": "接口令牌",
            },
        ),
        migrations.CreateModel(
            name="ReferenceCoverage",
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
                ("source", models.CharField(max_length=300, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="被替代时间")),
                (
                    "kind",
                    models.CharField(
                        choices=[("lpr", "贷款市场报价利率"), ("fx", "汇率"), ("catalogue", "限制与禁止类产业目录")],
                        max_length=12,
                        verbose_name="种类",
                    ),
                ),
                ("confirmed_through", models.DateField(verbose_name="确认至")),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "参考数据覆盖期",
                "verbose_name_plural": "参考数据覆盖期",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="referencecoverage_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("replaced_at__isnull", True)),
                        fields=("kind",),
                        name="referencecoverage_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RestrictedIndustry",
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
                ("source", models.CharField(max_length=300, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="被替代时间")),
                ("code", models.CharField(max_length=12, verbose_name="行业代码")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                (
                    "category",
                    models.CharField(
                        choices=[("restricted", "限制发展类"), ("prohibited", "禁止发展类")],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="失效日期")),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "限制与禁止类产业",
                "verbose_name_plural": "限制与禁止类产业",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="restrictedindustry_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("replaced_at__isnull", True)),
                        fields=("code", "valid_from"),
                        name="restrictedindustry_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RulebookEdition",
            fields=[
                ("slug", models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name="版本代码")),
                ("title", models.CharField(max_length=200, verbose_name="文件名称")),
                ("number", models.CharField(max_length=60, verbose_name="文号")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("first_used_at", models.DateTimeField(auto_now_add=True, verbose_name="首次使用时间")),
                (
                    "scheme",
                    models.ForeignKey(
                        default="shenzhen",
                        on_delete=django.db.models.deletion.PROTECT,
                        to="pool.scheme",
                        verbose_name="资金池方案",
                    ),
                ),
            ],
            options={
                "verbose_name": "规则版本",
                "verbose_name_plural": "规则版本",
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
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
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("size", models.PositiveBigIntegerField(verbose_name="大小")),
                ("name", models.CharField(max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("path", models.CharField(max_length=200, verbose_name="存放路径")),
                ("bank", models.UUIDField(blank=True, db_column="bank_id", null=True, verbose_name="银行")),
                ("purpose", models.CharField(max_length=60, verbose_name="用途")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "文件",
                "verbose_name_plural": "文件",
                "indexes": [models.Index(fields=["sha256"], name="storedfile_sha256")],
            },
        ),
        migrations.CreateModel(
            name="Transition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_kind", models.CharField(max_length=60, verbose_name="对象种类")),
                ("subject_id", models.UUIDField(verbose_name="对象编号")),
                ("bank", models.UUIDField(db_column="bank_id", null=True, verbose_name="银行")),
                ("field", models.CharField(max_length=40, verbose_name="字段")),
                ("source", models.CharField(blank=True, max_length=40, verbose_name="原状态")),
                ("target", models.CharField(max_length=40, verbose_name="新状态")),
                ("on", models.DateField(verbose_name="业务日期")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("article", models.CharField(blank=True, max_length=20, verbose_name="条款")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
            ],
            options={
                "verbose_name": "状态变更",
                "verbose_name_plural": "状态变更",
                "indexes": [models.Index(fields=["subject_id", "field", "id"], name="transition_subject")],
            },
        ),
        migrations.CreateModel(
            name="AccessLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("username", models.CharField(blank=True, max_length=150, verbose_name="用户名")),
                ("role", models.CharField(blank=True, max_length=30, verbose_name="角色")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("read", "查看"),
                            ("download", "下载"),
                            ("denied", "拒绝"),
                            ("sign_in", "登录"),
                            ("sign_out", "退出"),
                            ("sign_in_failed", "登录失败"),
                        ],
                        max_length=20,
                        verbose_name="种类",
                    ),
                ),
                ("subject_kind", models.CharField(blank=True, max_length=60, verbose_name="对象种类")),
                ("subject_id", models.CharField(blank=True, max_length=64, verbose_name="对象编号")),
                ("method", models.CharField(blank=True, max_length=8, verbose_name="方法")),
                ("path", models.CharField(blank=True, max_length=300, verbose_name="路径")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="来源地址")),
                ("detail", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("request_id", models.CharField(blank=True, max_length=36, verbose_name="请求编号")),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "访问日志",
                "verbose_name_plural": "访问日志",
                "indexes": [
                    models.Index(fields=["at"], name="accesslog_at"),
                    models.Index(fields=["subject_kind", "subject_id"], name="accesslog_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("on", models.DateField(null=True, verbose_name="业务日期")),
                ("actor_name", models.CharField(blank=True, max_length=80, verbose_name="操作人姓名")),
                ("role", models.CharField(blank=True, max_length=30, verbose_name="角色")),
                ("action", models.CharField(max_length=60, verbose_name="操作")),
                ("subject_kind", models.CharField(max_length=60, verbose_name="对象种类")),
                ("subject_id", models.CharField(max_length=64, verbose_name="对象编号")),
                ("subject_label", models.CharField(blank=True, max_length=200, verbose_name="对象")),
                ("bank", models.UUIDField(db_column="bank_id", null=True, verbose_name="银行")),
                ("article", models.CharField(blank=True, max_length=20, verbose_name="条款")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("before", models.JSONField(null=True, verbose_name="变更前")),
                ("after", models.JSONField(null=True, verbose_name="变更后")),
                ("request_id", models.CharField(blank=True, max_length=36, verbose_name="请求编号")),
                ("seq", models.BigIntegerField(null=True, unique=True, verbose_name="链上序号")),
                ("prev_hash", models.CharField(blank=True, max_length=64, verbose_name="前一摘要")),
                ("hash", models.CharField(blank=True, max_length=64, verbose_name="摘要")),
                ("algorithm", models.CharField(blank=True, max_length=10, verbose_name="算法")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
            ],
            options={
                "verbose_name": "审计记录",
                "verbose_name_plural": "审计记录",
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id", "id"], name="auditevent_subject"),
                    models.Index(condition=models.Q(("seq__isnull", True)), fields=["id"], name="auditevent_unsealed"),
                    models.Index(fields=["at"], name="auditevent_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BusinessDate",
            fields=[
                (
                    "scheme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="business_date",
                        serialize=False,
                        to="pool.scheme",
                        verbose_name="资金池方案",
                    ),
                ),
                ("day", models.DateField(verbose_name="业务日期")),
                ("moved_at", models.DateTimeField(auto_now=True, verbose_name="变更时间")),
                (
                    "moved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
            ],
            options={
                "verbose_name": "业务日期",
                "verbose_name_plural": "业务日期",
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
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
                ("source", models.CharField(max_length=300, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="被替代时间")),
                ("day", models.DateField(verbose_name="日期")),
                ("working", models.BooleanField(verbose_name="工作日")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="名称")),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "日历日",
                "verbose_name_plural": "日历日",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="calendarday_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("replaced_at__isnull", True)),
                        fields=("day",),
                        name="calendarday_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarYear",
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
                ("source", models.CharField(max_length=300, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="被替代时间")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "日历年度",
                "verbose_name_plural": "日历年度",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="calendaryear_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("replaced_at__isnull", True)),
                        fields=("year",),
                        name="calendaryear_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
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
                ("subject_kind", models.CharField(max_length=60, verbose_name="对象种类")),
                ("subject_id", models.UUIDField(verbose_name="对象编号")),
                ("bank", models.UUIDField(blank=True, db_column="bank_id", null=True, verbose_name="银行")),
                ("kind", models.SlugField(max_length=60, verbose_name="期限种类")),
                ("label", models.CharField(blank=True, max_length=120, verbose_name="名称")),
                ("waiting_for", models.CharField(blank=True, max_length=60, verbose_name="等待谁")),
                ("event_on", models.DateField(verbose_name="起算事件日")),
                ("opens_on", models.DateField(blank=True, null=True, verbose_name="开始日")),
                ("closes_on", models.DateField(verbose_name="截止日")),
                ("article", models.CharField(max_length=20, verbose_name="条款")),
                ("unit", models.CharField(max_length=20, verbose_name="单位")),
                ("explanation", models.JSONField(default=dict, verbose_name="计算说明")),
                ("calendar_version", models.CharField(max_length=64, verbose_name="日历版本")),
                ("provisional", models.BooleanField(default=False, verbose_name="暂定")),
                ("fulfilled_on", models.DateField(blank=True, null=True, verbose_name="完成日")),
                ("dropped_on", models.DateField(blank=True, null=True, verbose_name="撤销日")),
                ("dropped_because", models.CharField(blank=True, max_length=200, verbose_name="撤销原因")),
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
                "verbose_name": "期限",
                "verbose_name_plural": "期限",
                "indexes": [
                    models.Index(
                        condition=models.Q(("dropped_on__isnull", True), ("fulfilled_on__isnull", True)),
                        fields=["closes_on"],
                        name="deadline_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subject_id", "kind", "event_on"), name="deadline_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fulfilled_on__isnull", True), ("dropped_on__isnull", True), _connector="OR"
                        ),
                        name="deadline_fulfilled_or_dropped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("route", models.CharField(max_length=200, verbose_name="路由")),
                ("key", models.UUIDField(verbose_name="表单键")),
                ("body_hash", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="跳转地址")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "表单键",
                "verbose_name_plural": "表单键",
                "constraints": [models.UniqueConstraint(fields=("person", "route", "key"), name="formkey_once")],
            },
        ),
        migrations.CreateModel(
            name="FxRate",
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
                ("source", models.CharField(max_length=300, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="被替代时间")),
                ("day", models.DateField(verbose_name="日期")),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "kind",
                    models.CharField(
                        choices=[("parity", "中间价"), ("spot_buying", "现汇买入价"), ("cash_buying", "现钞买入价")],
                        max_length=12,
                        verbose_name="汇率种类",
                    ),
                ),
                ("rate", models.DecimalField(decimal_places=8, max_digits=14, verbose_name="汇率")),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "汇率",
                "verbose_name_plural": "汇率",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="fxrate_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("replaced_at__isnull", True)),
                        fields=("day", "currency", "kind"),
                        name="fxrate_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case", models.UUIDField(verbose_name="案件编号")),
                ("hat", models.CharField(max_length=40, verbose_name="岗位")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "岗位记录",
                "verbose_name_plural": "岗位记录",
                "constraints": [models.UniqueConstraint(fields=("case", "person"), name="hat_one_per_person")],
            },
        ),
        migrations.CreateModel(
            name="JobRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("job", models.CharField(max_length=60, verbose_name="任务")),
                ("slot", models.CharField(max_length=40, verbose_name="时段")),
                ("on", models.DateField(verbose_name="业务日期")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("result", models.JSONField(default=dict, verbose_name="结果")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
            ],
            options={
                "verbose_name": "任务运行",
                "verbose_name_plural": "任务运行",
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("job", "slot"), name="jobrun_one_per_slot")],
            },
        ),
        migrations.CreateModel(
            name="LprRate",
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
                ("source", models.CharField(max_length=300, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="被替代时间")),
                ("published_on", models.DateField(verbose_name="发布日期")),
                ("one_year", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="一年期（%）")),
                ("five_year", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="五年期以上（%）")),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "贷款市场报价利率",
                "verbose_name_plural": "贷款市场报价利率",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="lprrate_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("replaced_at__isnull", True)),
                        fields=("published_on",),
                        name="lprrate_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                ("key", models.CharField(max_length=120, unique=True, verbose_name="唯一键")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bank_maker", "银行经办"),
                            ("bank_checker", "银行复核"),
                            ("bank_admin", "银行管理员"),
                            ("manager_reviewer", "高新投初审"),
                            ("manager_approver", "高新投终审"),
                            ("manager_statistics", "高新投统计"),
                            ("finance_clerk", "金融中心经办"),
                            ("finance_approver", "金融中心复核"),
                            ("authority", "主管部门"),
                            ("supervisor", "监管执行部门"),
                            ("regulator", "共享单位"),
                            ("auditor", "审计员"),
                            ("system_admin", "系统管理员"),
                            ("security_admin", "安全管理员"),
                        ],
                        max_length=30,
                        verbose_name="角色",
                    ),
                ),
                ("bank", models.UUIDField(blank=True, db_column="bank_id", null=True, verbose_name="银行")),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                ("body", models.TextField(blank=True, verbose_name="内容")),
                ("url", models.CharField(blank=True, max_length=300, verbose_name="链接")),
                ("article", models.CharField(blank=True, max_length=20, verbose_name="条款")),
                ("due", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                ("on", models.DateField(verbose_name="业务日期")),
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
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "通知",
                "verbose_name_plural": "通知",
                "ordering": ["-on", "-created_at"],
                "indexes": [models.Index(fields=["bank", "role", "-on"], name="notice_audience")],
            },
        ),
        migrations.CreateModel(
            name="NoticeRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reads",
                        to="pool.notice",
                        verbose_name="通知",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "通知已读",
                "verbose_name_plural": "通知已读",
                "constraints": [models.UniqueConstraint(fields=("notice", "user"), name="noticeread_once")],
            },
        ),
        migrations.AddField(
            model_name="Notice",
            name="read_by",
            field=models.ManyToManyField(
                related_name="+", through="pool.NoticeRead", to=settings.AUTH_USER_MODEL, verbose_name="已读"
            ),
        ),
    ]
