"""The loan library: who borrowed, the loan and its life, the uploads it came by, and how it was classified."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from loans.words import BorrowerKind, Classification, OtherCover, Product, Use
from pool.crypto import EncryptedTextField
from pool.models import StoredFile, User
from pool.models.base import Record


class Borrower(Record):
    """An identity only: a credit code, or the blind index of a person's number. The facts stand on each loan."""

    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True)
    person_index = models.CharField(_("证件号码盲索引"), max_length=64, null=True, blank=True, unique=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("借款主体")
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__isnull=False) | Q(person_index__isnull=False), name="borrower_has_an_identity"
            )
        ]

    def __str__(self) -> str:
        return self.credit_code or str(self.pk)


class Upload(FSMModelMixin, BankOwned):
    """A batch of loans from one spreadsheet or one form (a batch of one row). Nothing is a loan until submission."""

    class State(models.TextChoices):
        RECEIVED = "received", _("已接收")
        CHECKING = "checking", _("校验中")
        CHECKED = "checked", _("待复核提交")
        SUBMITTED = "submitted", _("已提交")
        ENTERED = "entered", _("已入库")
        CANCELLED = "cancelled", _("已取消")
        FAILED = "failed", _("无法读取")

    class Source(models.TextChoices):
        FILE = "file", _("表格上传")
        FORM = "form", _("逐笔填报")
        API = "api", _("接口报送")

    number = models.CharField(_("批次编号"), max_length=40, unique=True)
    source = models.CharField(_("来源"), max_length=8, choices=Source.choices)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上传文件")
    )
    template_version = models.CharField(_("模板版本"), max_length=40, blank=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.RECEIVED, protected=True)
    problems = models.JSONField(_("文件问题"), default=list, blank=True)
    headers = models.JSONField(_("文件表头"), default=dict, blank=True)
    rows_total = models.PositiveIntegerField(_("总行数"), default=0)
    rows_done = models.PositiveIntegerField(_("已处理行数"), default=0)
    rows_good = models.PositiveIntegerField(_("可入库行数"), default=0)
    rows_held = models.PositiveIntegerField(_("暂缓行数"), default=0)
    rows_known = models.PositiveIntegerField(_("已在库行数"), default=0)
    rows_late = models.PositiveIntegerField(_("逾期录入行数"), default=0)
    rows_warned = models.PositiveIntegerField(_("有提示行数"), default=0)
    rows_entered = models.PositiveIntegerField(_("已入库行数"), default=0)
    principal_good = models.DecimalField(_("可入库本金"), max_digits=18, decimal_places=2, default=0)
    principal_entered = models.DecimalField(_("已入库本金"), max_digits=18, decimal_places=2, default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_on = models.DateField(_("上传日期"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    submitted_on = models.DateField(_("提交日期"), null=True, blank=True)
    receipt_number = models.CharField(_("回执编号"), max_length=40, blank=True)
    receipt = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("入库回执")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("入库批次")
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="upload_submitted_by_another",
            )
        ]
        indexes = [models.Index(fields=["bank", "-created_at"], name="upload_by_bank")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("loans:upload", args=[self.pk])

    @transition(field=state, source=State.RECEIVED, target=State.CHECKING)
    def start_check(self) -> None:
        """A worker has begun to read the file."""

    @transition(field=state, source=[State.RECEIVED, State.CHECKING], target=State.CHECKED)
    def finish_check(self) -> None:
        """Every row has its findings."""

    @transition(field=state, source=[State.RECEIVED, State.CHECKING], target=State.FAILED)
    def fail(self) -> None:
        """The file cannot be read at all; `problems` say why."""

    @transition(field=state, source=State.CHECKED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker has submitted; this instant counts for 19(1)."""

    @transition(field=state, source=State.SUBMITTED, target=State.ENTERED)
    def enter(self) -> None:
        """The good rows are loans."""

    @transition(field=state, source=[State.RECEIVED, State.CHECKING, State.CHECKED], target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before submission."""


class StagedRow(models.Model):
    """Where COPY writes: no row security, no foreign keys, emptied when the chunk has moved into `UploadRow`."""

    id = models.UUIDField(_("编号"), primary_key=True)
    upload_id = models.UUIDField(_("批次"), db_index=True)
    row = models.PositiveIntegerField(_("行号"))
    sheet = models.CharField(_("工作表"), max_length=80)
    loan_number = models.CharField(_("借据号"), max_length=80)
    loan_number_key = models.CharField(_("借据号（归一）"), max_length=80)
    identity = models.CharField(_("借款主体标识"), max_length=64)
    status = models.CharField(_("结果"), max_length=8)
    late = models.BooleanField(_("逾期录入"))
    raw = models.JSONField(_("原文"))
    facts = models.JSONField(_("内容"))
    findings = models.JSONField(_("入库核验"))
    problems = models.JSONField(_("问题"))

    class Meta:
        verbose_name = verbose_name_plural = _("暂存行")

    def __str__(self) -> str:
        return f"{self.upload_id} {self.row}"


class UploadRow(BankOwned):
    """One row of an upload with all its findings; it keeps what the bank sent, so nothing is lost when it is held.

    A loan that comes of a row takes over its key, so that a row entered twice is the same loan.
    """

    class Status(models.TextChoices):
        GOOD = "good", _("可入库")
        HELD = "held", _("暂缓")
        KNOWN = "known", _("已在库")
        ENTERED = "entered", _("已入库")

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="rows", verbose_name=_("入库批次"))
    sheet = models.CharField(_("工作表"), max_length=80)
    row = models.PositiveIntegerField(_("行号"))
    loan_number = models.CharField(_("借据号"), max_length=80, blank=True)
    loan_number_key = models.CharField(_("借据号（归一）"), max_length=80, blank=True)
    identity = models.CharField(_("借款主体标识"), max_length=64, blank=True)
    status = models.CharField(_("结果"), max_length=8, choices=Status.choices)
    late = models.BooleanField(_("逾期录入"), default=False)
    raw = models.JSONField(_("原文"), default=dict, blank=True)
    facts = models.JSONField(_("内容"), default=dict, blank=True)
    findings = models.JSONField(_("入库核验"), default=list, blank=True)
    problems = models.JSONField(_("问题"), default=list, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("入库批次明细")
        constraints = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="upload_row_once")]
        indexes = [models.Index(fields=["upload", "status", "row"], name="upload_row_by_status")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"


class Loan(FSMModelMixin, BankOwned):
    """A loan in the pool, with the facts as of its disbursement as the bank declared them."""

    class State(models.TextChoices):
        ENTERED = "entered", _("在库")
        NON_PERFORMING = "non_performing", _("不良")
        COMPENSATED = "compensated", _("已补偿")
        RECOVERED = "recovered", _("已清偿")
        CLOSED = "closed", _("已结项")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Library(models.TextChoices):
        LOAN = "loan", _("贷款项目库")
        COMPENSATION = "compensation", _("风险补偿项目库")
        SETTLEMENT = "settlement", _("清偿项目库")

    ALLOWED_PAIRS = {
        Library.LOAN: [State.ENTERED, State.NON_PERFORMING, State.COMPENSATED, State.CLOSED, State.WITHDRAWN],
        Library.COMPENSATION: [State.COMPENSATED, State.CLOSED],
        Library.SETTLEMENT: [State.RECOVERED, State.CLOSED],
    }

    loan_number = models.CharField(_("借据号"), max_length=80)
    loan_number_key = models.CharField(_("借据号（归一）"), max_length=80)
    contract_number = models.CharField(_("合同编号"), max_length=80, blank=True)
    branch_name = models.CharField(_("经办机构"), max_length=100, blank=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="loans", verbose_name=_("入库批次"))
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+", verbose_name=_("借款主体"))

    borrower_kind = models.CharField(_("借款人类型"), max_length=12, choices=BorrowerKind.choices)
    borrower_name = models.CharField(_("借款人名称"), max_length=120)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    owner_name = models.CharField(_("企业主姓名"), max_length=60, blank=True)
    owner_id_kind = models.CharField(_("企业主证件类型"), max_length=20, blank=True)
    owner_id_number = EncryptedTextField(_("企业主证件号码"), blank=True)
    firm_name = models.CharField(_("经营主体名称"), max_length=120, blank=True)
    co_borrower_name = models.CharField(_("共同借款人名称"), max_length=120, blank=True)
    co_borrower_code = models.CharField(_("共同借款人统一社会信用代码"), max_length=40, blank=True)
    district = models.CharField(_("经营所在区"), max_length=20, blank=True)
    industry_code = models.CharField(_("行业代码"), max_length=8)
    industry_group = models.CharField(_("划型行业"), max_length=32)
    staff = models.PositiveIntegerField(_("从业人数"))
    revenue = models.DecimalField(_("营业收入"), max_digits=18, decimal_places=2)
    assets = models.DecimalField(_("资产总额"), max_digits=18, decimal_places=2)
    in_city = models.BooleanField(_("在本市实际经营"))
    quasi_financial = models.BooleanField(_("类金融企业"))
    industry_restricted = models.BooleanField(_("属限制或禁止类产业"), default=False)

    product = models.CharField(_("产品类型"), max_length=20, choices=Product.choices)
    use = models.CharField(_("贷款用途"), max_length=24, choices=Use.choices)
    use_detail = models.CharField(_("用途说明"), max_length=200, blank=True)
    security = models.JSONField(_("担保方式"), default=list, blank=True)
    other_cover = models.CharField(_("其他保障"), max_length=20, choices=OtherCover.choices)
    currency = models.CharField(_("币种"), max_length=3, default="CNY")
    original_principal = models.DecimalField(_("原币金额"), max_digits=18, decimal_places=2)
    principal = models.DecimalField(_("贷款本金（元）"), max_digits=18, decimal_places=2)
    credit_line = models.DecimalField(_("单户授信总额"), max_digits=18, decimal_places=2)
    other_balances = models.DecimalField(_("其他贷款余额"), max_digits=18, decimal_places=2)
    annual_rate = models.DecimalField(_("年利率（%）"), max_digits=8, decimal_places=4)
    disbursed_on = models.DateField(_("发放日期"))
    matures_on = models.DateField(_("到期日期"))
    extended_to = models.DateField(_("展期到期日"), null=True, blank=True)
    qualifications = models.JSONField(_("企业资质"), default=list, blank=True)
    features = models.JSONField(_("业务特征"), default=list, blank=True)
    special_approval = models.CharField(_("特别批准文号"), max_length=80, blank=True)
    remarks = models.CharField(_("备注"), max_length=500, blank=True)

    state = FSMField(_("状态"), max_length=16, choices=State.choices, default=State.ENTERED, protected=True)
    library = models.CharField(_("所在项目库"), max_length=12, choices=Library.choices, default=Library.LOAN)
    classification = models.CharField(
        _("五级分类"), max_length=16, choices=Classification.choices, default=Classification.NORMAL
    )
    entered_on = models.DateField(_("入库日期"))
    entered_at = models.DateTimeField(_("入库时间"))
    entry_closes_on = models.DateField(_("录入截止日"))
    entered_late = models.BooleanField(_("逾期录入"), default=False)
    edition = models.CharField(_("适用规则版本"), max_length=40)
    edition_hash = models.CharField(_("规则版本校验值"), max_length=64)
    findings = models.JSONField(_("入库核验"), default=list, blank=True)
    closed_on = models.DateField(_("结项日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("贷款项目")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "loan_number_key"], condition=~Q(state="withdrawn"), name="loan_number_once_per_bank"
            ),
            models.CheckConstraint(condition=Q(principal__gt=0), name="loan_principal_positive"),
            models.CheckConstraint(
                condition=Q(matures_on__gt=F("disbursed_on")), name="loan_matures_after_disbursement"
            ),
            models.CheckConstraint(
                condition=Q(entered_on__gte=F("disbursed_on")), name="loan_entered_after_disbursement"
            ),
            models.CheckConstraint(
                condition=Q(
                    library="loan", state__in=["entered", "non_performing", "compensated", "closed", "withdrawn"]
                )
                | Q(library="compensation", state__in=["compensated", "closed"])
                | Q(library="settlement", state__in=["recovered", "closed"]),
                name="loan_library_fits_state",
            ),
        ]
        indexes = [
            models.Index(fields=["bank", "-id"], name="loan_by_bank"),
            models.Index(fields=["bank", "state", "-id"], name="loan_by_bank_state"),
            models.Index(fields=["borrower"], name="loan_by_borrower"),
            models.Index(fields=["loan_number_key"], name="loan_by_number"),
            models.Index(fields=["credit_code"], name="loan_by_credit_code"),
            models.Index(fields=["borrower_name"], name="loan_by_borrower_name"),
            models.Index(fields=["disbursed_on"], name="loan_by_disbursement"),
            models.Index(
                fields=["matures_on"],
                condition=Q(state__in=["entered", "non_performing"]),
                name="loan_open_by_maturity",
            ),
        ]

    def __str__(self) -> str:
        return self.loan_number

    def get_absolute_url(self) -> str:
        return reverse("loans:detail", args=[self.pk])

    @property
    def due_on(self):
        """The day the loan matures, an extension 展期 included."""
        return self.extended_to or self.matures_on

    @transition(field=state, source=State.ENTERED, target=State.NON_PERFORMING)
    def determine(self) -> None:
        """Determined non-performing (13)."""

    @transition(field=state, source=State.NON_PERFORMING, target=State.ENTERED)
    def restore(self) -> None:
        """Upgraded before any payment, or a wrong determination voided."""

    @transition(field=state, source=State.ENTERED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Entered in error, before any determination."""

    @transition(field=state, source=State.NON_PERFORMING, target=State.COMPENSATED)
    def compensate(self) -> None:
        """The compensation has been paid and posted (20(3))."""

    @transition(field=state, source=State.COMPENSATED, target=State.ENTERED)
    def return_to_loan_library(self) -> None:
        """Upgraded after compensation (19(5))."""

    @transition(field=state, source=State.COMPENSATED, target=State.RECOVERED)
    def recover(self) -> None:
        """Disposal ended; moved to the settlement library (19(6))."""

    @transition(
        field=state,
        source=[State.ENTERED, State.NON_PERFORMING, State.COMPENSATED, State.RECOVERED],
        target=State.CLOSED,
    )
    def close(self) -> None:
        """Closed: paid off, by itself, refused for good, written off or settled (19(6)-(8))."""


class ClassificationChange(BankOwned):
    """Append-only history of the five-level classification (article 2)."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="classifications", verbose_name=_("贷款项目"))
    on = models.DateField(_("分类日期"))
    before = models.CharField(_("原分类"), max_length=16, choices=Classification.choices)
    after = models.CharField(_("新分类"), max_length=16, choices=Classification.choices)
    principal_balance = models.DecimalField(_("本金余额"), max_digits=18, decimal_places=2)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("复核人"))
    checked_on = models.DateField(_("提交日期"))
    reason = models.CharField(_("分类依据"), max_length=400, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("分类变动")
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.on}"


class ClassificationRequest(FSMModelMixin, BankOwned):
    """A determination or an upgrade that the maker has prepared and the checker has not yet submitted."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        SUBMITTED = "submitted", _("已提交")
        CANCELLED = "cancelled", _("已取消")

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="classification_requests", verbose_name=_("贷款项目")
    )
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    after = models.CharField(_("拟调整为"), max_length=16, choices=Classification.choices)
    on = models.DateField(_("分类日期"))
    principal_balance = models.DecimalField(_("本金余额"), max_digits=18, decimal_places=2)
    reason = models.CharField(_("分类依据"), max_length=400, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("分类调整申请")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(state="prepared"), name="one_open_classification_request"
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                name="classification_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.after}"

    @transition(field=state, source=State.PREPARED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker has submitted it; the loan changes in the same transaction."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before submission."""


class WithdrawalRequest(FSMModelMixin, BankOwned):
    """A loan entered in error that the maker wants out of the library; it leaves when the checker submits."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        SUBMITTED = "submitted", _("已提交")
        CANCELLED = "cancelled", _("已取消")

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="withdrawal_requests", verbose_name=_("贷款项目")
    )
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.PREPARED, protected=True)
    reason = models.CharField(_("撤回原因"), max_length=400)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("撤回入库申请")
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=Q(state="prepared"), name="one_open_withdrawal_request"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                name="withdrawal_checked_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.state}"

    @transition(field=state, source=State.PREPARED, target=State.SUBMITTED)
    def submit(self) -> None:
        """The checker agrees; the loan is withdrawn in the same transaction."""

    @transition(field=state, source=State.PREPARED, target=State.CANCELLED)
    def cancel(self) -> None:
        """Given up before submission."""


class Determination(BankOwned):
    """A standing or past determination 认定不良; at most one stands per loan. It counts towards the 3 % (17)."""

    class Ending(models.TextChoices):
        UPGRADED = "upgraded", _("上调分类")
        VOIDED = "voided", _("撤销认定")

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="determinations", verbose_name=_("贷款项目"))
    classification = models.CharField(_("五级分类"), max_length=16, choices=Classification.choices)
    determined_on = models.DateField(_("认定日期"))
    principal_balance = models.DecimalField(_("认定时本金余额"), max_digits=18, decimal_places=2)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("复核人"))
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)
    ending = models.CharField(_("终止原因"), max_length=12, choices=Ending.choices, blank=True)
    recovered_on = models.DateField(_("本金全部收回日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("不良认定")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"], condition=Q(ended_on__isnull=True), name="one_standing_determination"
            ),
            models.CheckConstraint(condition=Q(principal_balance__gt=0), name="determination_balance_positive"),
            models.CheckConstraint(condition=~Q(made_by=F("checked_by")), name="determination_checked_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.determined_on}"
