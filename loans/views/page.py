"""What the page of a loan shows: its life as steps, its history, its facts in groups, its next step."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loans import permissions as may
from loans import selectors
from loans.choices import DISTRICTS, ID_KINDS, INDUSTRY_GROUPS, SECURITIES
from loans.models import Correction, Extension, Loan, UploadRow
from loans.services import confirming
from loans.services.extension import EXTENDABLE
from loans.views.difference import table_of
from loans.words import Feature, Qualification
from pool import clock
from pool.masking import mask_identity
from pool.models import BANK_ROLES, Deadline, User
from pool.moves import history
from pool.rulebook import Finding
from pool.selectors import edition, refs
from pool.services import deadlines
from pool.sheets import CellProblem

LIFE = (Loan.State.ENTERED, Loan.State.NON_PERFORMING, Loan.State.COMPENSATED, Loan.State.RECOVERED, Loan.State.CLOSED)


def of_loan(user: User, loan: Loan, on: date) -> dict[str, Any]:
    moved = list(history(loan))
    return {
        "loan": loan,
        "steps": _steps(loan, moved),
        "timeline": timeline_of(loan, moved),
        "borrower": _borrower(user, loan),
        "business": _business(loan),
        "terms": _terms(loan),
        "additions": _additions(loan),
        "entry": _entry(loan),
        "findings": [told(found) for found in loan.findings],
        "entry_warnings": _entry_warnings(loan),
        "determination": selectors.standing_determination(loan),
        "classification_request": selectors.open_classification(loan),
        "withdrawal_request": selectors.open_withdrawal(loan),
        "extension_request": selectors.open_extension(loan),
        **_corrections(loan),
        "extensions": list(
            loan.extensions.filter(state="submitted").select_related("agreement", "made_by", "checked_by")
        ),
        "deadlines": [_due(row, on) for row in deadlines.open_of(loan.pk)],
        "next_step": _next_step(user, loan),
        **_acts(user, loan),
    }


def _entry_warnings(loan: Loan) -> list[dict[str, Any]]:
    """What was doubtful when it was entered, who said why it is right, and when; the row has the loan's key."""
    row = UploadRow.objects.filter(pk=loan.pk).exclude(doubts=[]).first()
    if row is None:
        return []
    known = confirming.of_rows([row])
    problems = [CellProblem.from_dict(item) for item in row.problems]
    return [
        {"outcome": "confirmed" if said else "warning", "said": said, "header": one.header, "message": one.message}
        for one in problems if one.is_warning for said in [confirming.said(row, one, known)]
    ]  # fmt: skip


def _corrections(loan: Loan) -> dict[str, Any]:
    """What waits for the checker, and the former versions, each with its difference."""
    waiting = selectors.open_correction(loan)
    past = loan.corrections.filter(state="submitted").select_related("made_by", "checked_by").order_by("-checked_on")
    return {
        "correction_request": waiting,
        "correction_table": table_of(waiting) if waiting else None,
        "correction_findings": [told(found) for found in waiting.findings] if waiting else [],
        "corrections": [{"row": row, "table": table_of(row)} for row in past],
    }


def told(stored: dict[str, Any]) -> dict[str, Any]:
    """A stored finding in words."""
    book, finding = edition(), Finding.from_json(stored)
    return {
        "outcome": finding.outcome,
        "article": finding.article,
        "message": book.message(finding),
        "mend": book.mend(finding),
        "provisional": finding.provisional,
    }


def _steps(loan: Loan, moved: list[Any]) -> list[dict[str, Any]]:
    """The life so far, and the ordinary way ahead; a loan that left the way shows where it went."""
    reached = {move.target: move for move in moved if move.field == "state"}
    if loan.state == Loan.State.WITHDRAWN:
        return [
            _step(Loan.State.ENTERED, "done", reached),
            {"label": _("已撤回"), "state": "stopped", "on": loan.closed_on},
        ]
    here = LIFE.index(loan.state)
    steps = []
    for place, state in enumerate(LIFE):
        if place < here and state not in reached:
            continue
        mark = "current" if state == loan.state else "done" if place < here else "todo"
        if mark == "current" and state == Loan.State.CLOSED:
            mark = "done"
        steps.append(_step(state, mark, reached if place <= here else {}))
    return steps


def _step(state: Any, mark: str, reached: dict[str, Any]) -> dict[str, Any]:
    return {"label": Loan.State(state).label, "state": mark, "on": reached[state].on if state in reached else None}


def timeline_of(loan: Loan, moved: list[Any]) -> list[dict[str, Any]]:
    words = {"state": dict(Loan.State.choices), "library": dict(Loan.Library.choices)}
    events = [
        {
            "at": _moment(move.on, move.at),
            "who": str(move.by) if move.by else _("系统"),
            "what": _what(move, words),
            "why": move.reason,
            "article": move.article,
            "tone": "",
        }
        for move in moved
        if not (move.field == "library" and not move.source)
    ]
    events += [
        {
            "at": _moment(change.checked_on, change.created_at),
            "who": f"{change.made_by} / {change.checked_by}",
            "what": _("%(day)s 分类由%(before)s调整为%(after)s，本金余额 %(balance)s 元")
            % {
                "day": change.on,
                "before": change.get_before_display(),
                "after": change.get_after_display(),
                "balance": f"{change.principal_balance:,.2f}",
            },
            "why": change.reason,
            "article": "",
            "tone": "",
        }
        for change in loan.classifications.select_related("made_by", "checked_by")
    ]
    events += [_extended(row) for row in loan.extensions.filter(state="submitted")]
    events += [_corrected(row) for row in loan.corrections.filter(state="submitted")]
    return sorted(events, key=lambda event: event["at"])


def _extended(row: Extension) -> dict[str, Any]:
    words = {"former": row.former, "later": row.extended_to, "agreed": row.agreed_on}
    what = _("展期：到期日由 %(former)s 改为 %(later)s，协议签订于 %(agreed)s") % words
    return _changed(row, what, edition()["auto_closing"].article)


def _corrected(row: Correction) -> dict[str, Any]:
    return _changed(row, _("更正入库内容，更正前的版本留存"), edition()["entry_window"].article)


def _changed(row: Any, what: str, article: str) -> dict[str, Any]:
    who = f"{row.made_by} / {row.checked_by}"
    at = _moment(row.checked_on, row.created_at)
    return {"at": at, "who": who, "what": what, "why": row.reason, "article": article, "tone": ""}


def _moment(on: date, at: datetime) -> datetime:
    """The business day at the time of day it was done."""
    return clock.at_instant(on, timezone.localtime(at).time())


def _what(move: Any, words: dict[str, dict[str, Any]]) -> str:
    names = words.get(move.field, {})
    target = names.get(move.target, move.target)
    if move.field == "library":
        return _("转入%(library)s") % {"library": target}
    if not move.source:
        return _("录入贷款项目库")
    return _("%(source)s → %(target)s") % {"source": names.get(move.source, move.source), "target": target}


def _label(choices: Any, word: str) -> str:
    return next((_(choice.label) for choice in choices if choice.word == word), word)


def _borrower(user: User, loan: Loan) -> list[tuple[Any, ...]]:
    facts: list[tuple[Any, ...]] = [
        (_("借款人"), loan.borrower_name),
        (_("借款人类型"), loan.get_borrower_kind_display()),
        (_("统一社会信用代码"), loan.credit_code),
    ]
    if loan.owner_name:
        facts += [
            (_("企业主姓名"), loan.owner_name),
            (_("证件类型"), _label(ID_KINDS, loan.owner_id_kind)),
            (_("证件号码"), mask_identity(loan.owner_id_number)),
            (_("经营主体"), loan.firm_name),
        ]
    if loan.co_borrower_name:
        facts += [(_("共同借款人"), loan.co_borrower_name), (_("共同借款人信用代码"), loan.co_borrower_code)]
    return facts


def _business(loan: Loan) -> list[tuple[Any, ...]]:
    return [
        (_("经营所在区"), _label(DISTRICTS, loan.district)),
        (_("在本市实际经营"), loan.in_city),
        (_("行业代码"), loan.industry_code),
        (_("划型行业"), _label(INDUSTRY_GROUPS, loan.industry_group)),
        (_("从业人数"), f"{loan.staff:,}"),
        (_("营业收入（元）"), loan.revenue),
        (_("资产总额（元）"), loan.assets),
        (_("类金融企业"), loan.quasi_financial),
        (_("属限制或禁止类产业"), loan.industry_restricted),
    ]


def _terms(loan: Loan) -> list[tuple[Any, ...]]:
    facts: list[tuple[Any, ...]] = [
        (_("合同编号"), loan.contract_number),
        (_("经办机构"), loan.branch_name),
        (_("产品类型"), loan.get_product_display()),
        (_("贷款用途"), _("，").join(filter(None, [str(loan.get_use_display()), loan.use_detail]))),
        (_("担保方式"), [_label(SECURITIES, word) for word in loan.security]),
        (_("其他保障"), loan.get_other_cover_display()),
        (_("贷款本金（元）"), loan.principal),
        (_("年利率"), f"{loan.annual_rate.normalize():f}%"),
        (_("单户授信总额（元）"), loan.credit_line),
        (_("放款时点其他贷款余额（元）"), loan.other_balances),
        (_("发放日期"), loan.disbursed_on),
        (_("到期日期"), loan.matures_on),
    ]
    if loan.extended_to:
        facts.append((_("展期到期日"), loan.extended_to))
    if loan.currency != "CNY":
        facts.insert(6, (_("原币金额"), f"{loan.currency} {loan.original_principal:,.2f}"))
    return facts


def _additions(loan: Loan) -> list[tuple[Any, ...]]:
    held = [
        _("%(kind)s（%(first)s 至 %(last)s）")
        % {
            "kind": dict(Qualification.choices).get(each["kind"], each["kind"]),
            "first": each["valid_from"],
            "last": each["valid_to"],
        }
        for each in loan.qualifications
    ]
    features = [dict(Feature.choices).get(word, word) for word in loan.features]
    return [
        (_("企业资质"), held),
        (_("业务特征"), features),
        (_("备注"), loan.remarks),
    ]


def _entry(loan: Loan) -> list[tuple[Any, ...]]:
    return [
        (_("入库批次"), loan.upload.number),
        (_("入库日期"), loan.entered_on),
        (_("录入截止日"), loan.entry_closes_on, edition()["entry_window"].article),
        (_("适用规则"), edition().title.zh if loan.edition == edition().key else loan.edition),
    ]


def _due(row: Deadline, on: date) -> dict[str, Any]:
    calendar = refs(on).calendar
    late = row.closes_on < on
    left = -max(1, calendar.workdays_between(row.closes_on, on)) if late else calendar.remaining(on, row.closes_on)
    return {"row": row, "left": left, "skipped": len(row.explanation.get("rest_days", []))}


def _next_step(user: User, loan: Loan) -> dict[str, Any] | None:
    """The one thing this person may do now in this room; the rooms to the right may offer theirs."""
    request = selectors.open_classification(loan)
    if request is not None and may.may_check(user, loan.bank_id)[0] and request.made_by_id != user.pk:
        return {"label": _("复核分类调整"), "url": "#classification-request"}
    withdrawal = selectors.open_withdrawal(loan)
    if withdrawal is not None and may.may_check(user, loan.bank_id)[0] and withdrawal.made_by_id != user.pk:
        return {"label": _("复核撤回申请"), "url": "#withdrawal-request"}
    for kind, waiting, label in (
        ("extension", selectors.open_extension(loan), _("复核展期登记")),
        ("correction", selectors.open_correction(loan), _("复核入库更正")),
    ):
        if waiting is not None and may.may_check(user, loan.bank_id)[0] and waiting.made_by_id != user.pk:
            return {"label": label, "url": f"#{kind}-request"}
    if loan.state == Loan.State.ENTERED and request is None and may.may_make(user, loan.bank_id)[0]:
        return {"label": _("登记分类调整"), "url": reverse("loans:classify", args=[loan.pk])}
    return None


def _acts(user: User, loan: Loan) -> dict[str, bool]:
    mine = user.role in BANK_ROLES
    maker, checker = may.may_make(user, loan.bank_id)[0], may.may_check(user, loan.bank_id)[0]
    open_states = {Loan.State.ENTERED, Loan.State.NON_PERFORMING, Loan.State.COMPENSATED}
    never_bad = loan.state == Loan.State.ENTERED and not loan.determinations.exists()
    return {
        "is_mine": mine,
        "may_classify": maker and loan.state in open_states,
        "may_withdraw": maker and never_bad,
        "may_correct": maker and never_bad,
        "may_extend": maker and loan.state in EXTENDABLE,
        "may_check": checker,
        "may_cancel": maker or checker,
    }
