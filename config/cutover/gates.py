"""When a cut-over may go on, and when not: no live money, two institutions, what they signed unchanged."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from config.models import Cutover, CutoverPart
from loans.models import Loan, Upload
from pool import audit, hats, moves, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.ledger.models import LedgerTransaction
from pool.models import AccessLog, Role, User
from pool.services import factors

LAW = "10.2(1)"
"""The manager builds and keeps the libraries; the finance centre keeps the account (10.3(1))."""
HATS = {Role.MANAGER_APPROVER: "manager", Role.FINANCE_APPROVER: "finance"}
REFERENCE = "移交"
"""How every voucher of a cut-over begins its reference."""


def reference(cutover: Cutover) -> str:
    return f"{REFERENCE} {cutover.number}"


def require_no_live_money(cutover: Cutover | None) -> None:
    """Once the pool itself has entered a loan or moved money, nothing is laid under its books any more."""
    vouchers = LedgerTransaction.objects.all()
    uploads = Upload.objects.filter(state=Upload.State.ENTERED)
    loans = Loan.objects.all()
    if cutover is not None:
        vouchers = vouchers.exclude(reference__startswith=f"{reference(cutover)} ")
        uploads = uploads.exclude(template_version=cutover.number)
        loans = loans.exclude(upload__template_version=cutover.number)
    if vouchers.exists() or uploads.exists() or loans.exists():
        text = _("本系统已有入库贷款或资金往来，不能再移交历史数据；请用尚未启用的空库。")
        raise Refused("live_already", text, LAW)


def require_nothing_written(cutover: Cutover) -> None:
    if CutoverPart.objects.filter(cutover=cutover).exists():
        text = _("%(number)s 已开始写入，须先完成（manage.py cutover apply）。")
        raise Refused("half_written", text % {"number": cutover.number}, LAW)


def digest(cutover: Cutover) -> str:
    """Of the files and of what was found in them: this is what is signed."""
    said = [cutover.number, cutover.files, cutover.report, cutover.errors, cutover.differences]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def prove(username: str, password: str, code: str) -> User:
    """Who signs outside the portal proves it as at its door: the password, and the code where one is needed."""
    person: User | None = User.objects.filter(username=username, is_active=True).first()
    known = person is not None and person.check_password(password)
    if person is None or not known or not _right_code(person, code):
        audit.log_access(person, AccessLog.Kind.SIGN_IN_FAILED, detail="cutover sign", username=username)
        raise NotPermitted(_("用户名、密码或动态口令不正确。"))
    return person


def _right_code(person: User, code: str) -> bool:
    if factors.factor_of(person) is None:
        return not factors.is_required(person)
    with transaction.atomic():
        return factors.verify(person, code)


def sign(*, cutover_id: UUID, by: User, on: date, seen: str) -> Cutover:
    """One signature of each institution over the same content; with the second it may be written."""
    with scope.everything(), transaction.atomic():
        cutover: Cutover = Cutover.objects.select_for_update(of=("self",)).get(pk=cutover_id)
        hat = HATS.get(Role(by.role))
        if hat is None or not by.is_active:
            raise NotPermitted(_("历史数据移交由高新投终审人员和金融中心复核人员各签署一次。"))
        _require_signable(cutover, seen)
        if getattr(cutover, f"{hat}_by_id") is not None:
            raise SamePerson(_("本机构已签署，请由另一机构签署。"))
        hats.wear(cutover, by, f"cutover_{hat}")
        setattr(cutover, f"{hat}_by", by)
        setattr(cutover, f"{hat}_on", on)
        cutover.version += 1
        cutover.save()
        after = {"digest": cutover.digest, "institution": hat}
        audit.record("cutover.sign", cutover, by=by, on=on, after=after, article=LAW)
        if cutover.manager_by_id and cutover.finance_by_id:
            moves.move(cutover, "sign", by=by, on=on, article=LAW)
        return cutover


def _require_signable(cutover: Cutover, seen: str) -> None:
    require_no_live_money(None)
    if cutover.state != Cutover.State.STAGED:
        text = _("当前状态为“%(state)s”，不能签署。")
        raise Refused("not_staged", text % {"state": cutover.get_state_display()}, LAW)
    if cutover.errors or cutover.differences:
        text = _("还有 %(errors)s 行错误、%(differences)s 项与控制总数不一致，更正文件后重新读入方可签署。")
        words = {"errors": cutover.errors, "differences": cutover.differences}
        raise Refused("not_clean", text % words, LAW)
    if not seen or not cutover.digest.startswith(seen) or digest(cutover) != cutover.digest:
        raise Stale(_("签署的内容与差异报告的校验值不符，请核对最新的差异报告。"))
