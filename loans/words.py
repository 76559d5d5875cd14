"""The closed vocabularies of a loan's facts, shared by the models, the spreadsheet columns and the API."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BorrowerKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("企业")
    OWNER = "owner", _("小微企业主")
    SOLE_TRADER = "sole_trader", _("个体工商户")


class Product(models.TextChoices):
    WORKING_CAPITAL = "working_capital", _("流动资金贷款")
    PERSONAL_BUSINESS = "personal_business", _("个人经营性贷款")
    OTHER = "other", _("其他贷款")


class Use(models.TextChoices):
    OPERATIONS = "operations", _("本企业生产经营")
    ON_LENDING = "on_lending", _("转贷")
    ENTRUSTED_LOAN = "entrusted_loan", _("委托贷款")
    ACQUISITION = "acquisition", _("并购")
    PROHIBITED_PROJECT = "prohibited_project", _("国家禁止或限制的项目")
    PRIVATE_LENDING = "private_lending", _("参与民间借贷")
    CAPITAL_MARKET = "capital_market", _("投资资本市场")
    PERSONAL_CONSUMPTION = "personal_consumption", _("个人消费")
    OTHER = "other", _("其他用途")


class OtherCover(models.TextChoices):
    NONE = "none", _("无")
    INSURANCE = "insurance", _("保险公司保险")
    GUARANTEE_COMPANY = "guarantee_company", _("融资担保公司担保")
    RE_GUARANTEE = "re_guarantee", _("财政再担保")
    OTHER_COMPENSATION = "other_compensation", _("其他同类风险补偿")


class Classification(models.TextChoices):
    NORMAL = "normal", _("正常")
    SPECIAL_MENTION = "special_mention", _("关注")
    SUBSTANDARD = "substandard", _("次级")
    DOUBTFUL = "doubtful", _("可疑")
    LOSS = "loss", _("损失")


class Qualification(models.TextChoices):
    MANUFACTURING_CHAMPION = "manufacturing_champion", _("制造业单项冠军企业")
    HIGH_TECH = "high_tech", _("国家高新技术企业")
    TECH_SME = "tech_sme", _("科技型中小企业")
    SRDI_LITTLE_GIANT = "srdi_little_giant", _("专精特新“小巨人”企业")
    SRDI_SME = "srdi_sme", _("专精特新中小企业")
    INNOVATIVE_SME = "innovative_sme", _("创新型中小企业")
    AGRICULTURAL_LEADER = "agricultural_leader", _("重点农业龙头企业")
    KEY_LIST = "key_list", _("行业主管部门推荐的重点企业")


class Feature(models.TextChoices):
    FIRST_LOAN = "first_loan", _("首笔贷款")
    GOVERNMENT_PROCUREMENT = "government_procurement", _("政府采购订单融资")
    RENEWAL = "renewal_without_repayment", _("无还本续贷")
    GREEN = "green", _("绿色信贷")
    CREDIT = "credit", _("纯信用")
    IP_PLEDGE = "ip_pledge", _("知识产权质押")
    RECEIVABLES_PLEDGE = "receivables_pledge", _("应收账款质押")
    INVENTORY_PLEDGE = "inventory_pledge", _("存货抵（质）押")
