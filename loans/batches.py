"""The two kinds of batch of this room: loans that are entered, and classifications of entered loans."""

from django.utils.translation import gettext_lazy as _

from loans.columns import CLASSIFICATION_SCHEMA, LOAN_SCHEMA
from loans.kinds import BatchKind, Words
from loans.models import Upload, UploadRow
from loans.services.classifying import ClassificationJudge, put_all_into_force
from loans.services.entering import enter_loans
from loans.services.judging import Judge

Status = UploadRow.Status

LOANS = BatchKind(
    name=Upload.Kind.LOANS.value,
    schema=LOAN_SCHEMA,
    judge=Judge,
    take_effect=enter_loans,
    new="loans:upload_new",
    article="entry_window",
    question_article="entry_window",
    has_periods=True,
    words=Words(
        sheet=_("贷款项目录入表"),
        good=Status.GOOD.label,
        known=Status.KNOWN.label,
        known_note=_("不会重复入库"),
        entered=Status.ENTERED.label,
        question=_("提交 %(rows)s 笔、本金合计 %(amount)s 元入库；提交时刻决定入库日期，提交后不能更改。"),
        working=_("正在写入项目库"),
        submitted=_("已提交，入库日期以此刻为准；正在写入项目库。"),
        receipt=_("贷款项目入库回执"),
        told=_(
            "你行提交的批次 %(number)s 已于 %(at)s（北京时间）收到，"
            "%(rows)s 笔贷款已录入深圳市中小微企业银行贷款项目库，本金合计 %(amount)s 元，"
            "入库日期以收到提交的时刻为准。"
        ),
        results={
            Status.HELD: _("有误，未入库"),
            Status.GOOD: _("无误，待复核提交"),
            Status.KNOWN: _("已在库，无需再报"),
            Status.ENTERED: _("已入库"),
        },
    ),
)

CLASSIFICATIONS = BatchKind(
    name=Upload.Kind.CLASSIFICATIONS.value,
    schema=CLASSIFICATION_SCHEMA,
    judge=ClassificationJudge,
    take_effect=put_all_into_force,
    new="loans:classes_new",
    article="npl_classes",
    question_article="claim_period",
    words=Words(
        sheet=_("五级分类认定表"),
        good=_("可生效"),
        known=_("分类未变"),
        known_note=_("无需处理"),
        entered=_("已生效"),
        question=_(
            "提交 %(rows)s 笔分类，本金余额合计 %(amount)s 元；立即生效，认定为不良的计入本行不良占比并起算申请期限。"
        ),
        working=_("正在逐笔生效"),
        submitted=_("已提交，正在逐笔生效。"),
        receipt=_("五级分类认定回执"),
        told=_(
            "你行提交的批次 %(number)s 已于 %(at)s（北京时间）收到，%(rows)s 笔贷款的五级分类已经生效，"
            "本金余额合计 %(amount)s 元。"
        ),
        results={
            Status.HELD: _("有误，未生效"),
            Status.GOOD: _("无误，待复核提交"),
            Status.KNOWN: _("分类未变，无需再报"),
            Status.ENTERED: _("已生效"),
        },
    ),
)
