"""The kind of batch of this room: recoveries of a quarter in one file."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loans.kinds import BatchKind, Words
from loans.models import Upload, UploadRow
from pool.formats import yuan
from recovery import terms
from recovery.columns import RECOVERY_SCHEMA
from recovery.models import Recovery
from recovery.services.filing import RecoveryJudge, put_into_force

Status = UploadRow.Status


def told(facts: Mapping[str, Any]) -> list[str]:
    """Of a row: when and how the money came in, and what of it goes back to the pool."""
    if "received_on" not in facts:
        return []
    said = [
        gettext("%(day)s 收回") % {"day": facts["received_on"]},
        str(Recovery.Method(facts["method"]).label),
    ]
    if facts["due"]:
        said.append(gettext("应返还 %(amount)s 元") % {"amount": yuan(facts["due"])})
    return said


RECOVERIES = BatchKind(
    name=Upload.Kind.RECOVERIES.value,
    schema=RECOVERY_SCHEMA,
    judge=RecoveryJudge,
    take_effect=put_into_force,
    new="recovery:batch_new",
    article="recovery_window",
    question_article="recovery_window",
    more=told,
    due=lambda on: terms.window_at(on).closes_on,
    words=Words(
        sheet=_("清收上报表"),
        good=_("可上报"),
        known=_("已登记"),
        known_note=_("不会重复上报"),
        entered=_("已上报"),
        question=_("上报 %(rows)s 笔收回的款项，合计 %(amount)s 元；立即生效，应返还的金额按行的先后逐笔算出。"),
        working=_("正在逐笔上报"),
        submitted=_("已提交，正在逐笔上报并计算应返还金额。"),
        receipt=_("清收上报回执"),
        told=_(
            "你行提交的批次 %(number)s 已于 %(at)s（北京时间）收到，%(rows)s 笔收回的款项已经上报，合计 %(amount)s 元；"
            "应返还的金额和截止日见返还台账。"
        ),
        results={
            Status.HELD: _("有误，未上报"),
            Status.GOOD: _("无误，待复核提交"),
            Status.KNOWN: _("已登记，无需再报"),
            Status.ENTERED: _("已上报"),
        },
    ),
)
