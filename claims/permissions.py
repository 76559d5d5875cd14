"""Who may do what in this room: answers are `(may, why not)`, used by services, pages, admin and tests alike."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from banks.permissions import PUBLIC_BODIES, Answer, has_role, works_for
from banks.permissions import require as require
from claims.models import (
    ApprovalRecord,
    Evidence,
    FundingPlan,
    LooseDocument,
    Objection,
    PaymentPaper,
    Question,
    QuestionPaper,
)
from pool.models import BANK_ROLES, MANAGER_ROLES, Role, StoredFile, User

READERS = PUBLIC_BODIES - {Role.REGULATOR}
"""The public bodies that open single claims; the sharing departments read reports (8(4)), not clients (10.1(2))."""
API_SCOPE = "claims:read"
FILING_SCOPE = "claims:file"
FILERS = frozenset({Role.BANK_MAKER, Role.BANK_CHECKER})
"""Whose tokens may file: the maker's drafts, the checker's submits."""
PAYERS = frozenset({Role.FINANCE_CLERK, Role.FINANCE_APPROVER})
OBJECTION_READERS = frozenset({Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.AUTHORITY, Role.AUDITOR})
"""Who may know who objects."""
QUESTION_READERS = MANAGER_ROLES | {Role.AUDITOR}
PAPER_READERS = PAYERS | {Role.AUTHORITY, Role.SUPERVISOR, Role.AUDITOR, Role.MANAGER_STATISTICS}
"""Who follows the payments; the papers themselves are for fewer."""


def prepare(person: User, bank_id: UUID) -> Answer:
    """Drafts, files, applications: the bank's maker."""
    return works_for(person, bank_id, Role.BANK_MAKER)


def submit(person: User, bank_id: UUID) -> Answer:
    """What leaves the bank: the bank's checker."""
    return works_for(person, bank_id, Role.BANK_CHECKER)


def review(person: User) -> Answer:
    return has_role(person, frozenset({Role.MANAGER_REVIEWER}))


def decide(person: User) -> Answer:
    return has_role(person, frozenset({Role.MANAGER_APPROVER}))


def re_check(person: User) -> Answer:
    """The re-check of an objection: either kind of reviewer."""
    return has_role(person, frozenset({Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER}))


def compare(person: User) -> Answer:
    """What one borrower has at other banks: the manager and the auditor, nobody of a bank."""
    return has_role(person, MANAGER_ROLES | {Role.AUDITOR})


def publish(person: User) -> Answer:
    return has_role(person, frozenset({Role.AUTHORITY}))


plan = publish


def keep_approvals(person: User) -> Answer:
    """The register of special approvals: any two of the manager's people."""
    return has_role(person, MANAGER_ROLES)


def confirm_approval(person: User, row: ApprovalRecord) -> Answer:
    if row.made_by_id == person.pk:
        return False, _("录入人不能确认自己录入的特别审批，请由另一人确认。")
    return keep_approvals(person)


def confirm_approval_end(person: User, row: ApprovalRecord) -> Answer:
    if row.end_by_id == person.pk:
        return False, _("提出终止的人不能确认终止，请由另一人确认。")
    return keep_approvals(person)


def keep_wording(person: User) -> Answer:
    """The canned wording of the review: any two of the manager's people."""
    return has_role(person, MANAGER_ROLES)


def see_approvals(person: User) -> Answer:
    return has_role(person, READERS)


def have_approval(person: User, file: StoredFile) -> bool:
    return see_approvals(person)[0]


def pay(person: User) -> Answer:
    """Papers, transfers, receipts: the finance centre's clerk."""
    return has_role(person, frozenset({Role.FINANCE_CLERK}))


def release(person: User) -> Answer:
    """The second person of the finance centre."""
    return has_role(person, frozenset({Role.FINANCE_APPROVER}))


def order(person: User) -> Answer:
    """Either person of the finance centre: the orders that go to the account's bank."""
    return has_role(person, PAYERS)


def see_orders(person: User) -> Answer:
    return has_role(person, PAYERS | {Role.AUDITOR})


def see(person: User, bank_id: UUID) -> Answer:
    """The bank's own people, and the public bodies that work on claims or watch them."""
    if person.role in BANK_ROLES:
        return works_for(person, bank_id, *BANK_ROLES)
    return has_role(person, READERS)


def see_questions(person: User, bank_id: UUID) -> Answer:
    """What the manager asked and the bank answered: those two, and the auditor."""
    if person.role in BANK_ROLES:
        return works_for(person, bank_id, *BANK_ROLES)
    return has_role(person, QUESTION_READERS)


def read_papers(person: User, bank_id: UUID) -> Answer:
    """Payment papers carry an identity card: the bank, the finance centre and the auditor only."""
    if person.role in BANK_ROLES:
        return works_for(person, bank_id, *BANK_ROLES)
    return has_role(person, PAYERS | {Role.AUDITOR})


# ---- files: the row they belong to decides ---------------------------------------------------------------------------


def have_evidence(person: User, file: StoredFile) -> bool:
    row = Evidence.objects.filter(file=file).first()
    return row is not None and see(person, row.bank_id)[0]


def have_reply_paper(person: User, file: StoredFile) -> bool:
    """A document of a reply: the bank's until it is sent, then also whoever reads the evidence that it has become."""
    row = QuestionPaper.objects.filter(file=file).select_related("question").first()
    if row is None:
        return False
    if have_evidence(person, file):
        return True
    sent = row.question.state == Question.State.ANSWERED
    return see_questions(person, row.bank_id)[0] and (sent or person.role in BANK_ROLES)


def have_loose(person: User, file: StoredFile) -> bool:
    """A document that has no place yet: its bank's people only."""
    return person.role in BANK_ROLES and bool(
        LooseDocument.objects.filter(file=file, bank_id=person.institution).exists()
    )


def have_paper(person: User, file: StoredFile) -> bool:
    row = PaymentPaper.objects.filter(file=file).first()
    return row is not None and read_papers(person, row.bank_id)[0]


def have_plan(person: User, file: StoredFile) -> bool:
    """The whole plan names every bank's projects: a bank is given its extract instead."""
    named = Q(document=file) | Q(stamped=file)
    return person.role in READERS and bool(FundingPlan.objects.filter(named).exists())


def have_attachment(person: User, file: StoredFile) -> bool:
    return person.role in OBJECTION_READERS and bool(Objection.objects.filter(attachment=file).exists())
