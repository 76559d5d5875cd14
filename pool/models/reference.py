"""Dated rows with their source: entered by one person, confirmed by another, replaced and never changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pool.models.base import DEFAULT_SCHEME, Scheme, uuid7

IN_FORCE = models.Q(confirmed_at__isnull=False, replaced_at__isnull=True)


class ReferenceRow(models.Model):
    """It counts once confirmed; a later confirmed row of the same key replaces it."""

    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    source = models.CharField(_("依据文件"), max_length=300)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("录入人")
    )
    entered_at = models.DateTimeField(_("录入时间"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("被替代时间"), null=True, blank=True)

    key_fields: tuple[str, ...] = ()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("entered_by")),
                name="%(class)s_two_people",
            )
        ]


def _one_in_force(name: str, *fields: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=fields, condition=IN_FORCE, name=f"{name}_one_in_force")


class CalendarYear(ReferenceRow):
    """A year whose State Council notice is loaded; every other year is provisional (reading 1)."""

    year = models.PositiveSmallIntegerField(_("年份"))
    key_fields = ("year",)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("日历年度")
        verbose_name_plural = _("日历年度")
        constraints = [*ReferenceRow.Meta.constraints, _one_in_force("calendaryear", "year")]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(ReferenceRow):
    """A day that differs from the plain week: a holiday, or a weekend day that is worked."""

    day = models.DateField(_("日期"))
    working = models.BooleanField(_("工作日"))
    name = models.CharField(_("名称"), max_length=60, blank=True)
    key_fields = ("day",)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("日历日")
        verbose_name_plural = _("日历日")
        constraints = [*ReferenceRow.Meta.constraints, _one_in_force("calendarday", "day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class LprRate(ReferenceRow):
    published_on = models.DateField(_("发布日期"))
    one_year = models.DecimalField(_("一年期（%）"), max_digits=5, decimal_places=2)
    five_year = models.DecimalField(_("五年期以上（%）"), max_digits=5, decimal_places=2)
    key_fields = ("published_on",)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("贷款市场报价利率")
        verbose_name_plural = _("贷款市场报价利率")
        constraints = [*ReferenceRow.Meta.constraints, _one_in_force("lprrate", "published_on")]

    def __str__(self) -> str:
        return f"{self.published_on}: {self.one_year} / {self.five_year}"


class FxKind(models.TextChoices):
    PARITY = "parity", _("中间价")
    SPOT_BUYING = "spot_buying", _("现汇买入价")
    CASH_BUYING = "cash_buying", _("现钞买入价")


class FxRate(ReferenceRow):
    """Yuan for one unit of the currency."""

    day = models.DateField(_("日期"))
    currency = models.CharField(_("币种"), max_length=3)
    kind = models.CharField(_("汇率种类"), max_length=12, choices=FxKind.choices)
    rate = models.DecimalField(_("汇率"), max_digits=14, decimal_places=8)
    key_fields = ("day", "currency", "kind")

    class Meta(ReferenceRow.Meta):
        verbose_name = _("汇率")
        verbose_name_plural = _("汇率")
        constraints = [*ReferenceRow.Meta.constraints, _one_in_force("fxrate", "day", "currency", "kind")]

    def __str__(self) -> str:
        return f"{self.day} {self.currency} {self.rate}"


class RestrictedIndustry(ReferenceRow):
    """One entry of the city's catalogue of restricted and prohibited industries."""

    class Category(models.TextChoices):
        RESTRICTED = "restricted", _("限制发展类")
        PROHIBITED = "prohibited", _("禁止发展类")

    code = models.CharField(_("行业代码"), max_length=12)
    name = models.CharField(_("名称"), max_length=200)
    category = models.CharField(_("类别"), max_length=12, choices=Category.choices)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True, blank=True)
    key_fields = ("code", "valid_from")

    class Meta(ReferenceRow.Meta):
        verbose_name = _("限制与禁止类产业")
        verbose_name_plural = _("限制与禁止类产业")
        constraints = [*ReferenceRow.Meta.constraints, _one_in_force("restrictedindustry", "code", "valid_from")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class QualifiedEnterprise(ReferenceRow):
    """A line of another department's list: an enterprise and one of the qualifications of 16(2)."""

    kind = models.CharField(_("资质种类"), max_length=32)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18)
    name = models.CharField(_("企业名称"), max_length=200)
    valid_from = models.DateField(_("有效期起"))
    valid_to = models.DateField(_("有效期止"), null=True, blank=True)
    key_fields = ("kind", "credit_code", "valid_from")

    class Meta(ReferenceRow.Meta):
        verbose_name = _("企业资质名单")
        verbose_name_plural = _("企业资质名单")
        constraints = [
            *ReferenceRow.Meta.constraints,
            _one_in_force("qualifiedenterprise", "kind", "credit_code", "valid_from"),
        ]
        indexes = [models.Index(fields=["credit_code"], name="qualified_by_code")]

    def __str__(self) -> str:
        return f"{self.credit_code} {self.name}"


class DishonestEntity(ReferenceRow):
    """A stay on a list of dishonest entities; the day of removal is free again."""

    class Register(models.TextChoices):
        SERIOUS = "serious", _("严重失信主体名单")
        EXECUTION = "execution", _("失信被执行人名单")

    register = models.CharField(_("名单"), max_length=12, choices=Register.choices)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18)
    name = models.CharField(_("名称"), max_length=200)
    listed_from = models.DateField(_("列入日期"))
    listed_to = models.DateField(_("移出日期"), null=True, blank=True)
    key_fields = ("register", "credit_code", "listed_from")

    class Meta(ReferenceRow.Meta):
        verbose_name = _("失信名单")
        verbose_name_plural = _("失信名单")
        constraints = [
            *ReferenceRow.Meta.constraints,
            _one_in_force("dishonestentity", "register", "credit_code", "listed_from"),
        ]
        indexes = [models.Index(fields=["credit_code"], name="dishonest_by_code")]

    def __str__(self) -> str:
        return f"{self.credit_code} {self.name}"


class ReferenceCoverage(ReferenceRow):
    """Through which day a table is known to be complete; beyond it, answers are provisional."""

    class Kind(models.TextChoices):
        LPR = "lpr", _("贷款市场报价利率")
        FX = "fx", _("汇率")
        CATALOGUE = "catalogue", _("限制与禁止类产业目录")
        QUALIFICATIONS = "qualifications", _("企业资质名单")
        DISHONESTY = "dishonesty", _("失信名单")

    kind = models.CharField(_("种类"), max_length=16, choices=Kind.choices)
    confirmed_through = models.DateField(_("确认至"))
    key_fields = ("kind",)

    class Meta(ReferenceRow.Meta):
        verbose_name = _("参考数据覆盖期")
        verbose_name_plural = _("参考数据覆盖期")
        constraints = [*ReferenceRow.Meta.constraints, _one_in_force("referencecoverage", "kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.confirmed_through}"


class RulebookEdition(models.Model):
    """An edition that has decided something: from then on its hash may not change."""

    slug = models.CharField(_("版本代码"), primary_key=True, max_length=60)
    scheme = models.ForeignKey(Scheme, models.PROTECT, default=DEFAULT_SCHEME, verbose_name=_("资金池方案"))
    title = models.CharField(_("文件名称"), max_length=200)
    number = models.CharField(_("文号"), max_length=60)
    sha256 = models.CharField(_("内容摘要"), max_length=64)
    first_used_at = models.DateTimeField(_("首次使用时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("规则版本")
        verbose_name_plural = _("规则版本")

    def __str__(self) -> str:
        return self.slug


class OfficialText(models.Model):
    """The published wording of one article, loaded by an operator; shown beside our gist, never computed from."""

    edition = models.CharField(_("版本代码"), max_length=60)
    article = models.PositiveSmallIntegerField(_("条"))
    text = models.TextField(_("正文"))
    source = models.CharField(_("来源"), max_length=300)
    sha256 = models.CharField(_("来源文件摘要"), max_length=64)
    loaded_at = models.DateTimeField(_("载入时间"), auto_now=True)

    class Meta:
        verbose_name = _("正式条文")
        verbose_name_plural = _("正式条文")
        ordering = ["edition", "article"]
        constraints = [models.UniqueConstraint(fields=["edition", "article"], name="officialtext_one_per_article")]

    def __str__(self) -> str:
        return f"{self.edition} {self.article}"
