"""The only writer of recoveries, returns, settlements and closings."""

from recovery.services.account import (
    CHECKER,
    CLERK,
    confirm_line,
    enter_from_line,
    import_statement,
    match_lines,
    propose_correction,
    propose_line,
    reject_line,
)
from recovery.services.automatic import close_automatically
from recovery.services.chasers import answer_chaser, chase_silent
from recovery.services.clawback import (
    confirm_clawback_receipt,
    enter_clawback_receipt,
    reject_clawback_receipt,
)
from recovery.services.closings import (
    PaidOff,
    cancel_closing,
    close_all_paid_off,
    close_paid_off,
    close_refused,
    prepare_paid_off,
)
from recovery.services.months import (
    ask_reopening,
    confirm_closing,
    confirm_reopening,
    propose_closing,
    refuse_reopening,
    withdraw_closing,
)
from recovery.services.packages import Sale, cancel_package, decide_package, prepare_package, submit_package
from recovery.services.recoveries import cancel_recovery, report_recovery, submit_recovery
from recovery.services.returns import (
    advise_open,
    confirm_return_receipt,
    enter_return_receipt,
    reject_return_receipt,
)
from recovery.services.sanctions import (
    decide_sanction,
    dismiss_sanction,
    name_projects,
    strike_project,
    withdraw_sanction,
)
from recovery.services.settlements import (
    apply_settlement,
    cancel_settlement,
    close_settled,
    decide_settlement,
    pass_settled,
    send_back_settled,
    submit_settlement,
)
from recovery.services.suspense import (
    agree_pay_back,
    propose_pay_back,
    set_against_refund,
    set_against_return,
    withdraw_pay_back,
)
from recovery.services.write_offs import (
    apply_write_off,
    pass_write_off,
    send_back_write_off,
    submit_write_off,
)

__all__ = [
    "CHECKER",
    "CLERK",
    "PaidOff",
    "Sale",
    "advise_open",
    "agree_pay_back",
    "answer_chaser",
    "apply_settlement",
    "apply_write_off",
    "ask_reopening",
    "cancel_closing",
    "cancel_package",
    "cancel_recovery",
    "cancel_settlement",
    "chase_silent",
    "close_all_paid_off",
    "close_automatically",
    "close_paid_off",
    "close_refused",
    "close_settled",
    "confirm_clawback_receipt",
    "confirm_closing",
    "confirm_line",
    "confirm_reopening",
    "confirm_return_receipt",
    "decide_package",
    "decide_sanction",
    "decide_settlement",
    "dismiss_sanction",
    "enter_clawback_receipt",
    "enter_from_line",
    "enter_return_receipt",
    "import_statement",
    "match_lines",
    "name_projects",
    "pass_settled",
    "pass_write_off",
    "prepare_package",
    "prepare_paid_off",
    "propose_closing",
    "propose_correction",
    "propose_line",
    "propose_pay_back",
    "refuse_reopening",
    "reject_clawback_receipt",
    "reject_line",
    "reject_return_receipt",
    "report_recovery",
    "send_back_settled",
    "send_back_write_off",
    "set_against_refund",
    "set_against_return",
    "strike_project",
    "submit_package",
    "submit_recovery",
    "submit_settlement",
    "submit_write_off",
    "withdraw_closing",
    "withdraw_pay_back",
    "withdraw_sanction",
]
