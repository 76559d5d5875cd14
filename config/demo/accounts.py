"""The demo's accounts, as the sign-in page and `demo_accounts` show them: every role, and one bank's people."""

from django.utils.translation import gettext_lazy as _

from pool import registry
from pool.models import Role

from .banks import BY_CODE
from .people import OFFICIALS, PASSWORD

SHOWN_BANK = "B01"
POSTS = (("maker", Role.BANK_MAKER), ("checker", Role.BANK_CHECKER), ("admin", Role.BANK_ADMIN))
NOTES = {
    Role.BANK_MAKER: _("录入贷款、准备申请、上报清收"),
    Role.BANK_CHECKER: _("复核并提交本行各项报送"),
    Role.BANK_ADMIN: _("管理本行人员"),
    Role.MANAGER_REVIEWER: _("在后台初审申请"),
    Role.MANAGER_APPROVER: _("在后台终审申请、报备评价、发布报告"),
    Role.MANAGER_STATISTICS: _("编制评价和报告、维护银行名单"),
    Role.FINANCE_CLERK: _("核对拨款资料、经办拨付、登记收款"),
    Role.FINANCE_APPROVER: _("复核拨付、确认到账"),
    Role.AUTHORITY: _("公示、异议、资助计划、核销批准"),
    Role.SUPERVISOR: _("预算安排、核销批准"),
    Role.REGULATOR: _("查阅和下载报告"),
    Role.AUDITOR: _("查阅全部，不作变更"),
    Role.SYSTEM_ADMIN: _("管理账户"),
    Role.SECURITY_ADMIN: _("管理角色与策略"),
}


def register() -> None:
    """Put the accounts beside the sign-in form; the page shows them only where the clock may be moved."""
    bank = BY_CODE[SHOWN_BANK]
    made = [(f"{SHOWN_BANK.lower()}-{post}", role, bank.short_name) for post, role in POSTS]
    made += [(one.username, one.role, one.institution) for one in OFFICIALS]
    for order, (username, role, institution) in enumerate(made):
        registry.demo_accounts.register(
            registry.DemoAccount(username, role.label, institution, NOTES[role], PASSWORD, order)
        )
