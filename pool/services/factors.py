"""The second factor: set up by oneself, asked for at sign-in, taken away by two people."""

import secrets
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit
from pool.chinese import in_chinese
from pool.crypto import blind_index
from pool.errors import NotPermitted, Refused, SamePerson
from pool.models import FactorReset, Notice, OpenSession, RecoveryCode, SecondFactor, User
from pool.permissions import may_confirm_factor_reset, may_propose_factor_reset, require
from pool.services import sessions
from pool.services.notices import notify
from pool.sure import be_sure

CODES = 10
SECRET_BYTES = 20
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
PURPOSE = "recovery code"


def factor_of(user: User) -> SecondFactor | None:
    found: SecondFactor | None = SecondFactor.objects.filter(user=user, confirmed=True).first()
    return found


def is_required(user: User) -> bool:
    return user.role in settings.SECOND_FACTOR_ROLES


def codes_left(user: User) -> int:
    return int(RecoveryCode.objects.filter(user=user, used_at=None).count())


def pending(user: User) -> SecondFactor:
    """The secret that waits to be confirmed by a first code."""
    found: SecondFactor = SecondFactor.objects.get_or_create(
        user=user, confirmed=False, defaults={"secret": secrets.token_hex(SECRET_BYTES)}
    )[0]
    return found


@transaction.atomic
def enrol(*, user: User, code: str, keep: UUID | None, by: User, on: date) -> list[str]:
    """The first code proves that the secret arrived. Gives the recovery codes, which are not kept."""
    if user.pk != by.pk:
        raise NotPermitted()
    waiting = pending(user)
    fresh: SecondFactor = SecondFactor.objects.select_for_update().get(pk=waiting.pk)
    if not fresh.verify_token(code.replace(" ", "")):
        return []
    if factor_of(user) is not None:
        be_sure()
        SecondFactor.objects.filter(user=user, confirmed=True).delete()
    fresh.confirmed = True
    fresh.save(update_fields=["confirmed"])
    sessions.close_all(user, by=by, but=[keep] if keep else [])
    audit.record("factors.enrol", user, by=by, on=on, bank=user.institution)
    return _new_codes(user)


@transaction.atomic
def new_codes(*, user: User, by: User, on: date) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing from now on."""
    if user.pk != by.pk or factor_of(user) is None:
        raise NotPermitted()
    be_sure()
    audit.record("factors.new_codes", user, by=by, on=on, bank=user.institution)
    return _new_codes(user)


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH)) for _number in range(CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=_hash(user, code)) for code in codes])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@transaction.atomic
def drop(*, user: User, by: User, on: date) -> None:
    """One's own, where the role leaves it free."""
    if user.pk != by.pk:
        raise NotPermitted()
    if is_required(user):
        raise NotPermitted(_("您的角色必须使用动态口令，不能停用。更换手机时，请在本页重新绑定。"))
    be_sure()
    _forget(user)
    audit.record("factors.drop", user, by=by, on=on, bank=user.institution)


@transaction.atomic
def verify(user: User, given: str) -> bool:
    """A code of the generator, or a recovery code that was not used yet."""
    factor: SecondFactor | None = SecondFactor.objects.select_for_update().filter(user=user, confirmed=True).first()
    if factor is None:
        return False
    code = given.replace(" ", "").replace("-", "").upper()
    if len(code) != CODE_LENGTH:
        return bool(factor.verify_token(code))
    if not factor.verify_is_allowed()[0]:
        return False
    spent = RecoveryCode.objects.filter(user=user, used_at=None, code_hash=_hash(user, code))
    if spent.update(used_at=timezone.now()):
        factor.throttle_reset()
        return True
    factor.throttle_increment()
    return False


@transaction.atomic
def propose_reset(*, user_id: UUID, by: User, on: date, reason: str) -> FactorReset:
    """The telephone and the codes are lost: the first of two people."""
    user: User = User.objects.select_for_update().get(pk=user_id)
    require(may_propose_factor_reset(by, user))
    if factor_of(user) is None:
        raise Refused("no_second_factor", _("该用户没有启用动态口令，无须重置。"))
    if FactorReset.objects.filter(user=user, outcome=FactorReset.State.PROPOSED).exists():
        raise Refused("reset_waiting", _("该用户已有一项重置待另一人确认。"))
    be_sure()
    row: FactorReset = FactorReset.objects.create(user=user, proposed_by=by, reason=reason)
    audit.record("factors.propose_reset", row, by=by, on=on, reason=reason, bank=user.institution)
    return row


@transaction.atomic
def decide_reset(*, reset_id: UUID, agree: bool, by: User, on: date, reason: str = "") -> FactorReset:
    """The second: neither who proposed it nor whom it is about."""
    row: FactorReset = FactorReset.objects.select_for_update().get(pk=reset_id)
    if by.pk in {row.proposed_by_id, row.user_id}:
        raise SamePerson(_("提出人和当事人都不能确认本项重置，请由另一人确认。"))
    require(may_confirm_factor_reset(by, row))
    if row.outcome != FactorReset.State.PROPOSED:
        raise Refused("reset_decided", _("本项重置已经办结。"))
    be_sure()
    row.outcome = FactorReset.State.DONE if agree else FactorReset.State.DECLINED
    row.decided_by, row.decided_at = by, timezone.now()
    row.save(update_fields=["outcome", "decided_by", "decided_at"])
    if agree:
        _forget(row.user)
        sessions.close_all(row.user, by=by, why=OpenSession.Why.KEEPER)
        with in_chinese():
            notify(
                key=f"factors.reset:{row.pk}", user=row.user, on=on, title=_("您的动态口令已被重置"),
                url="/account/second-factor/", kind=Notice.Kind.DECISION, topic=_("您的动态口令已被重置"),
                body=_("由两名管理人员办理。如非您本人申请，请立即联系安全管理员。"),
            )  # fmt: skip
    audit.record(
        "factors.reset" if agree else "factors.decline_reset",
        row,
        by=by,
        on=on,
        reason=reason,
        bank=row.user.institution,
    )
    return row


def _forget(user: User) -> None:
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def _hash(user: User, code: str) -> str:
    """Keyed by the field key, which is not in the database: who has only the rows can try no codes."""
    return blind_index(f"{user.pk} {code}", PURPOSE)
