"""The nouns of the pool. The ledger's stand in `pool.ledger.models`."""

from pool.models.audit import AccessLog, AuditEvent, Hat, RestoreAcceptance, Transition
from pool.models.base import DEFAULT_SCHEME, Record, Scheme
from pool.models.doors import CalendarFeed, FactorReset, OpenSession, RecoveryCode, SecondFactor
from pool.models.holidays import HolidayNotice
from pool.models.kit import (
    ApiToken,
    BusinessDate,
    ClockInterval,
    Deadline,
    FormKey,
    JobRun,
    Notice,
    NoticeRead,
    OutboxTask,
    Sequence,
    StoredFile,
)
from pool.models.lists import ColumnChoice, ListExport, SavedFilter
from pool.models.mail import Mail, MailChoice
from pool.models.people import ADMIN_ROLES, BANK_ROLES, FINANCE_ROLES, MANAGER_ROLES, Party, Role, User
from pool.models.reference import (
    CalendarDay,
    CalendarYear,
    DishonestEntity,
    FxKind,
    FxRate,
    LprRate,
    OfficialText,
    QualifiedEnterprise,
    ReferenceCoverage,
    RestrictedIndustry,
    RulebookEdition,
)
from pool.models.reference_batches import ReferenceBatch

__all__ = [
    "ADMIN_ROLES",
    "BANK_ROLES",
    "DEFAULT_SCHEME",
    "FINANCE_ROLES",
    "MANAGER_ROLES",
    "AccessLog",
    "ApiToken",
    "AuditEvent",
    "BusinessDate",
    "CalendarDay",
    "CalendarFeed",
    "CalendarYear",
    "ClockInterval",
    "ColumnChoice",
    "Deadline",
    "DishonestEntity",
    "FactorReset",
    "FormKey",
    "FxKind",
    "FxRate",
    "Hat",
    "HolidayNotice",
    "JobRun",
    "ListExport",
    "LprRate",
    "Mail",
    "MailChoice",
    "Notice",
    "NoticeRead",
    "OfficialText",
    "OpenSession",
    "OutboxTask",
    "Party",
    "QualifiedEnterprise",
    "Record",
    "RecoveryCode",
    "ReferenceBatch",
    "ReferenceCoverage",
    "RestoreAcceptance",
    "RestrictedIndustry",
    "Role",
    "RulebookEdition",
    "SavedFilter",
    "Scheme",
    "SecondFactor",
    "Sequence",
    "StoredFile",
    "Transition",
    "User",
]
