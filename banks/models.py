"""The partner banks: who they are, what they have signed, who works for them, and where they stand under article 17."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from pool.crypto import EncryptedTextField
from pool.models import StoredFile, User
from pool.models.base import Record


class Bank(Record):
    """A partner institution (article 7). The list of names is public; nothing else about a bank is.

    `cancelled_on` stands while it is no partner; its stays, the former ones too, are its tenures.
    """

    class Kind(models.TextChoices):
        BANK = "bank", _("银行")
        GUARANTEE = "guarantee_institution", _("政府性融资担保机构")

    code = models.CharField(_("机构代码"), max_length=12)
    name = models.CharField(_("机构全称"), max_length=120)
    short_name = models.CharField(_("机构简称"), max_length=40)
    kind = models.CharField(_("机构类型"), max_length=24, choices=Kind.choices, default=Kind.BANK)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18)
    has_local_branch = models.BooleanField(_("在深设立分行以上机构"), default=True)
    joined_on = models.DateField(_("首次加盟日期"))
    cancelled_on = models.DateField(_("取消加盟日期"), null=True, blank=True)
    may_reapply_from = models.DateField(_("可再次申请加盟日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("加盟银行")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="bank_code_once_per_scheme")]

    def __str__(self) -> str:
        return self.short_name

    def get_absolute_url(self) -> str:
        return reverse("banks:detail", args=[self.pk])


class Joining(FSMModelMixin, Record):
    """An application to become a partner, or to become one again (7, 24): taken in by one person, decided by another.

    `bank` is the partner that came of it; where the applicant was one before, it is known from the beginning.
    """

    class State(models.TextChoices):
        APPLIED = "applied", _("待审核")
        ADMITTED = "admitted", _("已同意加盟")
        REFUSED = "refused", _("不同意加盟")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Level(models.TextChoices):
        HEAD_OFFICE = "head_office", _("总行（法人机构）")
        BRANCH = "branch", _("分行")
        SUB_BRANCH = "sub_branch", _("支行及以下")

    number = models.CharField(_("申请编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.APPLIED, protected=True)
    bank = models.ForeignKey(
        Bank, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("加盟银行")
    )
    code = models.CharField(_("机构代码"), max_length=12)
    name = models.CharField(_("机构全称"), max_length=120)
    short_name = models.CharField(_("机构简称"), max_length=40)
    kind = models.CharField(_("机构类型"), max_length=24, choices=Bank.Kind.choices, default=Bank.Kind.BANK)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18)
    level = models.CharField(_("在深机构层级"), max_length=16, choices=Level.choices)
    licence_number = models.CharField(_("金融许可证编号"), max_length=60)
    applied_on = models.DateField(_("收到申请日期"))
    licence = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("金融许可证及营业执照")
    )
    undertaking = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("加盟申请书（含遵守细则的承诺）")
    )
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("录入人"))
    entered_on = models.DateField(_("录入日期"))
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审核人")
    )
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)
    reason = models.CharField(_("审核意见"), max_length=400, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("加盟申请")
        ordering = ["-applied_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "credit_code"], condition=Q(state="applied"), name="joining_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("entered_by")), name="joining_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state="admitted") | Q(bank__isnull=False, decided_by__isnull=False),
                name="joining_admitted_is_a_bank",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.short_name}"

    def get_absolute_url(self) -> str:
        return reverse("banks:joining", args=[self.pk])

    @transition(field=state, source=State.APPLIED, target=State.ADMITTED)
    def admit(self) -> None:
        """A second person agrees: the applicant is a partner and may sign its agreements."""

    @transition(field=state, source=State.APPLIED, target=State.REFUSED)
    def refuse(self) -> None:
        """It does not meet what article 7 asks for."""

    @transition(field=state, source=State.APPLIED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The applicant gave up, or the entry was wrong."""


class Branch(Record):
    """A branch or sub-branch of a partner bank in the city."""

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="branches", verbose_name=_("加盟银行"))
    code = models.CharField(_("分支机构代码"), max_length=20)
    name = models.CharField(_("分支机构名称"), max_length=120)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("分支机构")
        constraints = [models.UniqueConstraint(fields=["bank", "code"], name="branch_code_once_per_bank")]

    def __str__(self) -> str:
        return self.name


class Tenure(BankOwned):
    """One stay among the partners; a bank that is admitted again begins another, and the former stays as it was."""

    began_on = models.DateField(_("加盟日期"))
    joining = models.OneToOneField(
        Joining, on_delete=models.PROTECT, null=True, blank=True, related_name="tenure", verbose_name=_("加盟申请")
    )
    ended_on = models.DateField(_("取消加盟日期"), null=True, blank=True)
    article = models.CharField(_("取消依据"), max_length=20, blank=True)
    may_reapply_from = models.DateField(_("可再次申请加盟日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("加盟期间")
        ordering = ["bank", "began_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank"], condition=Q(ended_on__isnull=True), name="tenure_one_open_per_bank"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on")), name="tenure_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.began_on}"


class Agreement(BankOwned):
    """A cooperation agreement 合作协议 (articles 7, 10, 18): a bank needs one in force with each managing body."""

    class Counterparty(models.TextChoices):
        MANAGER = "manager", _("高新投集团")
        FINANCE = "finance_centre", _("深圳市财政金融服务中心")

    counterparty = models.CharField(_("签约管理机构"), max_length=16, choices=Counterparty.choices)
    number = models.CharField(_("协议编号"), max_length=60)
    signed_on = models.DateField(_("签订日期"))
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True, blank=True)
    document = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("协议文本")
    )
    registered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("合作协议")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="agreement_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.number


class Membership(BankOwned):
    """A person's place in a bank. `User.institution` repeats the bank's id for the row-security context."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="membership", verbose_name=_("用户"))
    is_active = models.BooleanField(_("在岗"), default=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("银行人员")

    def __str__(self) -> str:
        return str(self.user)


class Handover(BankOwned):
    """Somebody left or changed desks, and what they had begun goes on with another; who prepared what stays true."""

    leaver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("离岗人员"))
    successor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("接手人")
    )
    on = models.DateField(_("交接日期"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理人"))
    reason = models.CharField(_("原因"), max_length=200)
    items = models.JSONField(_("交接时的在办事项"), default=list)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("离岗交接")
        constraints = [
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("leaver")), name="handover_to_another"
            )
        ]

    def __str__(self) -> str:
        return f"{self.leaver} {self.on}"


class PayeeAccount(BankOwned):
    """The dedicated account 专用账户 (20(3)); a change is a new version; two people each time."""

    revision = models.PositiveIntegerField(_("版本号"))
    account_name = models.CharField(_("户名"), max_length=120)
    account_number = EncryptedTextField(_("账号"))
    opening_bank = models.CharField(_("开户行"), max_length=120)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("录入人"))
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("收款专用账户")
        constraints = [
            models.UniqueConstraint(fields=["bank", "revision"], name="payee_revision_once_per_bank"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
                name="payee_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_name} v{self.revision}"


class Violation(FSMModelMixin, BankOwned):
    """A breach of the rules and what the authority decided of it (22-24, 28), as the manager proposed it.

    Once decided, the grade of its year becomes 不合格. Its projects, and the money that comes back, are the recovery
    room's.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待主管部门决定")
        DECIDED = "decided", _("已作出处理决定")
        DISMISSED = "dismissed", _("不予处理")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Ground(models.TextChoices):
        CLAIMED_TWICE = "claimed_twice", _("同一项目申报多项风险补偿资金")
        WRONG_CLASS = "wrong_class", _("未按规定准确对贷款风险分类")
        FALSE_PAPERS = "false_papers", _("提供虚假材料")
        MISUSE = "misuse", _("冒领、截留、挪用、挤占资金")
        OTHER = "other", _("其他违反细则的行为")

    number = models.CharField(_("处理编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PROPOSED, protected=True)
    year = models.PositiveSmallIntegerField(_("所属年度"))
    ground = models.CharField(_("违规情形"), max_length=16, choices=Ground.choices, default=Ground.OTHER)
    basis = models.CharField(_("违反条款"), max_length=20)
    description = models.TextField(_("违规事实"))
    document_number = models.CharField(_("处理文号"), max_length=80)
    rectify_by = models.DateField(_("责令改正期限"), null=True, blank=True)
    claws_back = models.BooleanField(_("追回补偿资金及利息"), default=False)
    rate = models.DecimalField(_("利息年利率（%）"), max_digits=7, decimal_places=4, null=True, blank=True)
    pay_by = models.DateField(_("缴付期限"), null=True, blank=True)
    cancels = models.BooleanField(_("取消加盟资格"), default=False)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人"))
    entered_on = models.DateField(_("提出日期"))
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人")
    )
    confirmed_on = models.DateField(_("决定日期"), null=True, blank=True)
    opinion = models.CharField(_("决定意见"), max_length=800, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("违规处理")
        ordering = ["-entered_on", "-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
                name="violation_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="violation_decided_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(claws_back=False) | Q(rate__gte=0, rate__isnull=False, pay_by__isnull=False),
                name="violation_clawback_states_rate_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.bank}"

    @property
    def rate_shown(self) -> str:
        """3.65, 3.465: two places at least."""
        text = "" if self.rate is None else f"{self.rate:.4f}"
        return text[:-2] if text.endswith("00") else text.rstrip("0")

    @transition(field=state, source=State.PROPOSED, target=State.DECIDED)
    def decide(self) -> None:
        """The authority agrees: it binds the bank and counts in the year's grade."""

    @transition(field=state, source=State.PROPOSED, target=State.DISMISSED)
    def dismiss(self) -> None:
        """The authority does not agree."""

    @transition(field=state, source=State.PROPOSED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The manager takes its proposal back."""


class DishonestyListing(BankOwned):
    """A stay on the list of seriously dishonest entities (article 30): no claim may be filed on these days."""

    listed_from = models.DateField(_("列入日期"))
    listed_to = models.DateField(_("移出日期"), null=True, blank=True)
    source = models.CharField(_("依据文件"), max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("录入人"))

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("严重失信主体名单")
        constraints = [
            models.CheckConstraint(
                condition=Q(listed_to__isnull=True) | Q(listed_to__gte=F("listed_from")),
                name="listing_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.listed_from}"


class Standing(BankOwned):
    """One locked row per bank: the two sums of article 17 and whether compensation business is suspended."""

    entered_principal = models.DecimalField(_("入库贷款本金"), max_digits=18, decimal_places=2, default=0)
    npl_principal = models.DecimalField(_("不良贷款本金"), max_digits=18, decimal_places=2, default=0)
    is_suspended = models.BooleanField(_("暂停办理"), default=False)
    since = models.DateField(_("当前状态起始日"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("不良率状态")
        constraints = [
            models.UniqueConstraint(fields=["bank"], name="one_standing_per_bank"),
            models.CheckConstraint(
                condition=Q(entered_principal__gte=0) & Q(npl_principal__gte=0), name="standing_sums_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank}"


class StandingEvent(BankOwned):
    """Append-only series behind the standing: each change of a sum, each suspension and each resumption."""

    class Cause(models.TextChoices):
        ENTERED = "entered", _("贷款入库")
        WITHDRAWN = "withdrawn", _("撤回入库")
        CORRECTED = "corrected", _("更正入库")
        DETERMINED = "determined", _("认定不良")
        VOIDED = "voided", _("撤销认定")
        UPGRADED = "upgraded", _("上调分类")
        RECOVERED = "recovered", _("本金全部收回")
        RECHECKED = "rechecked", _("定期重算")

    on = models.DateField(_("发生日期"))
    recorded_at = models.DateTimeField(_("记录时间"), auto_now_add=True)
    cause = models.CharField(_("变动原因"), max_length=12, choices=Cause.choices)
    subject = models.UUIDField(_("变动对象"), null=True, blank=True)
    number = models.PositiveIntegerField(_("序号"))
    entered_principal = models.DecimalField(_("入库贷款本金"), max_digits=18, decimal_places=2)
    npl_principal = models.DecimalField(_("不良贷款本金"), max_digits=18, decimal_places=2)
    is_suspended = models.BooleanField(_("暂停办理"))
    turned = models.BooleanField(_("状态改变"), default=False)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("不良率变动记录")
        ordering = ["bank", "number"]
        constraints = [models.UniqueConstraint(fields=["bank", "number"], name="standing_event_numbered_once")]

    def __str__(self) -> str:
        return f"{self.bank} #{self.number}"
