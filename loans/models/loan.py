"""Who borrowed, and the loan with its life."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from loans.models.uploads import Upload
from loans.words import BorrowerKind, Classification, OtherCover, Product, Use
from pool.crypto import EncryptedTextField
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
            models.Index(fields=["bank", "-disbursed_on", "-id"], name="loan_by_bank_disbursement"),
            models.Index(fields=["bank", "-id"], condition=Q(entered_late=True), name="loan_late_by_bank"),
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

    @transition(field=state, source=State.COMPENSATED, target=State.NON_PERFORMING)
    def take_back(self) -> None:
        """The transfer came back to the special account; it is paid again (20(3))."""

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
