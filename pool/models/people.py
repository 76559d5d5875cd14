"""Who may sign in, and as what."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from pool.crypto import EncryptedTextField


class Party(models.TextChoices):
    BANK = "bank", _("加盟银行")
    MANAGER = "manager", _("高新投集团")
    FINANCE = "finance", _("财政金融服务中心")
    AUTHORITY = "authority", _("主管部门")
    SUPERVISOR = "supervisor", _("监管执行部门")
    REGULATOR = "regulator", _("共享单位")
    AUDIT = "audit", _("审计")
    SYSTEM = "system", _("系统管理")


class Role(models.TextChoices):
    BANK_MAKER = "bank_maker", _("银行经办")
    BANK_CHECKER = "bank_checker", _("银行复核")
    BANK_ADMIN = "bank_admin", _("银行管理员")
    MANAGER_REVIEWER = "manager_reviewer", _("高新投初审")
    MANAGER_APPROVER = "manager_approver", _("高新投终审")
    MANAGER_STATISTICS = "manager_statistics", _("高新投统计")
    FINANCE_CLERK = "finance_clerk", _("金融中心经办")
    FINANCE_APPROVER = "finance_approver", _("金融中心复核")
    AUTHORITY = "authority", _("主管部门")
    SUPERVISOR = "supervisor", _("监管执行部门")
    REGULATOR = "regulator", _("共享单位")
    AUDITOR = "auditor", _("审计员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")

    @property
    def party(self) -> Party:
        return PARTY_OF[self]


PARTY_OF = {
    Role.BANK_MAKER: Party.BANK,
    Role.BANK_CHECKER: Party.BANK,
    Role.BANK_ADMIN: Party.BANK,
    Role.MANAGER_REVIEWER: Party.MANAGER,
    Role.MANAGER_APPROVER: Party.MANAGER,
    Role.MANAGER_STATISTICS: Party.MANAGER,
    Role.FINANCE_CLERK: Party.FINANCE,
    Role.FINANCE_APPROVER: Party.FINANCE,
    Role.AUTHORITY: Party.AUTHORITY,
    Role.SUPERVISOR: Party.SUPERVISOR,
    Role.REGULATOR: Party.REGULATOR,
    Role.AUDITOR: Party.AUDIT,
    Role.SYSTEM_ADMIN: Party.SYSTEM,
    Role.SECURITY_ADMIN: Party.SYSTEM,
}
BANK_ROLES = frozenset(role for role, party in PARTY_OF.items() if party == Party.BANK)
MANAGER_ROLES = frozenset(role for role, party in PARTY_OF.items() if party == Party.MANAGER)
FINANCE_ROLES = frozenset(role for role, party in PARTY_OF.items() if party == Party.FINANCE)
ADMIN_ROLES = MANAGER_ROLES | {Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
"""Those who may enter the admin, which only reads and calls services."""
SIGN_IN_APPS = frozenset({"axes"})
"""The tables of the packages that guard the sign-in: no business of a reviewer."""


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    id = models.UUIDField(_("编号"), primary_key=True, default=uuid7, editable=False)
    username = models.CharField(
        _("用户名"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("该用户名已被使用。")},
    )
    display_name = models.CharField(_("姓名"), max_length=80)
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = EncryptedTextField(_("手机号码"), blank=True, default="")
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices)
    institution = models.UUIDField(_("所属银行编号"), null=True, blank=True)
    institution_name = models.CharField(_("所属单位"), max_length=80, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("须修改密码"), default=False)
    password_given_at = models.DateTimeField(_("初始密码发放时间"), null=True, blank=True, editable=False)
    last_seen = models.DateTimeField(_("最近活动"), null=True, blank=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    version = models.PositiveIntegerField(_("版本"), default=1)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name", "role"]
    is_superuser = False

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        indexes = [models.Index(fields=["institution", "role"], name="user_institution_role")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__startswith="bank_", institution__isnull=False)
                | (~models.Q(role__startswith="bank_") & models.Q(institution__isnull=True)),
                name="user_bank_role_has_bank",
                violation_error_message=_("银行角色必须属于一家银行，其他角色不属于任何银行。"),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def party(self) -> Party:
        return Role(self.role).party

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.role in ADMIN_ROLES

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session belongs to this password in this role at this institution: with any of them, it ends."""
        belongs_to = f"{self.password}|{self.role}|{self.institution or ''}|{self.is_active}"
        return salted_hmac("pool.session", belongs_to, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """The admin only reads: all by the manager and the auditor, the kit's rows by the administrators."""
        if not self.is_staff or ".view_" not in perm:
            return False
        room = perm.split(".")[0]
        if self.role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
            return room == "pool"
        return self.role == Role.AUDITOR or room not in SIGN_IN_APPS

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm(f"{app_label}.view_")
