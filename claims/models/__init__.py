"""From a bank's claim to the money on its account, by stages: claim, review, publicity, plan, payment, upgrade."""

from claims.models.assignment import Assignment, Desk, Recusal
from claims.models.claim import Claim, Evidence, LooseDocument, Review
from claims.models.pay_file import PayFile
from claims.models.payment import PapersPacket, Payment, PaymentPaper
from claims.models.plan import FundingPlan, PlanItem
from claims.models.publicity import Objection, Publicity, PublicityItem
from claims.models.question import Question, QuestionPaper
from claims.models.reconsideration import Reconsideration
from claims.models.special import ApprovalRecord
from claims.models.upgrade import EndingRequest, Upgrade
from claims.models.wording import CannedPhrase

__all__ = [
    "ApprovalRecord",
    "Assignment",
    "CannedPhrase",
    "Claim",
    "Desk",
    "EndingRequest",
    "Evidence",
    "FundingPlan",
    "LooseDocument",
    "Objection",
    "PapersPacket",
    "PayFile",
    "Payment",
    "PaymentPaper",
    "PlanItem",
    "Publicity",
    "PublicityItem",
    "Question",
    "QuestionPaper",
    "Reconsideration",
    "Recusal",
    "Review",
    "Upgrade",
]
