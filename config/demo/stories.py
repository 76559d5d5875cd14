"""The lives that the demo follows from day to day. Each line is one act of the person whose act it is.

The prefixes are what many lives have in common: from the determination to the money on the bank's account.
"""

from __future__ import annotations

from .script import Story, story

SPRING = """
2024-02-20 determined
2024-04-03 claimed
2024-04-11 opinion
2024-04-17 decided
2024-05-22 transferred
"""
SUMMER = """
2024-05-20 determined
2024-07-10 claimed
2024-07-22 opinion
2024-08-05 decided
2024-09-18 transferred
"""
YEAR_END = """
2024-09-10 determined
2024-10-15 claimed
2024-10-28 opinion
2024-11-11 decided
"""
JANUARY = """
2024-10-08 determined
2024-11-05 claimed
2024-11-19 opinion
2024-12-03 decided
"""
LATEST = """
2024-10-14 determined
2024-12-03 claimed
2024-12-17 opinion
2024-12-30 decided
"""

AFTER_PAYMENT: tuple[Story, ...] = (
    story("五百万元以内补偿四成，清收中", "worked_example", "B01", "2023-08-14", SPRING + """
        2025-01-15 recovery_noted 200000.00 2025-01-10
        """, batch="spring"),
    story("三次清收三次返还，清偿结项", "returns", "B02", "2023-08-16", SPRING + """
        2024-07-05 recovered 333333.33 2024-06-18
        2024-07-12 returned
        2024-10-10 recovered 333333.34 2024-09-10
        2024-10-16 returned
        2025-01-06 recovered 400000.00 2024-12-20 333333.33
        2025-01-08 returned
        2025-01-08 settlement_prepared 2024-12-31
        2025-01-08 settlement_filed
        2025-01-09 settlement_decided
        2025-01-10 accounts_passed
        2025-01-13 accounts_closed
        """, batch="spring"),
    story("处置完毕，待金融中心核账", "half", "B03", "2023-12-05", SPRING + """
        2025-01-03 recovered 2000000.00 2024-12-05
        2025-01-07 returned
        2025-01-07 settlement_prepared 2024-12-30
        2025-01-07 settlement_filed
        2025-01-09 settlement_decided
        2025-01-10 accounts_passed
        2025-01-13 accounts_sent_back
        2025-01-14 accounts_passed
        """, batch="spring"),
    story("核销结项，五方办结", "middle_tier", "B04", "2023-08-22", SPRING + """
        2024-10-15 write_off_prepared 7654321.09
        2024-10-16 write_off_filed
        2024-10-28 write_off_passed
        2024-11-08 write_off_passed
        2024-11-20 write_off_passed
        2024-12-02 write_off_passed
        2024-12-05 write_off_passed
        """, batch="spring"),
    story("核销申请，待监管执行部门", "lowest_tier", "B05", "2023-09-04", SPRING + """
        2024-11-18 write_off_prepared 9876543.21
        2024-11-19 write_off_filed
        2024-12-02 write_off_passed
        2024-12-12 write_off_passed
        2025-01-06 write_off_passed
        """, batch="spring"),
    story("核销申请，待主管部门", "capped", "B06", "2023-12-07", SPRING + """
        2024-12-09 write_off_prepared 2500000.00
        2024-12-10 write_off_filed
        2024-12-24 write_off_passed
        2025-01-08 write_off_passed
        """, batch="spring"),
    story("核销申请，待高新投", "plain", "B07", "2023-09-11", SPRING + """
        2025-01-09 write_off_prepared 1800000.00
        2025-01-10 write_off_filed
        """, batch="spring"),
    story("核销申请，待金融中心", "owner", "B08", "2023-09-12", SPRING + """
        2024-12-19 write_off_prepared 1400000.00
        2024-12-20 write_off_filed
        2025-01-06 write_off_passed
        """, batch="spring"),
    story("核销获批，待高新投结项", "sole_trader", "B07", "2023-09-13", SPRING + """
        2024-10-30 write_off_prepared 256000.00
        2024-10-31 write_off_filed
        2024-11-12 write_off_passed
        2024-11-25 write_off_passed
        2024-12-10 write_off_passed
        2025-01-13 write_off_passed
        """, batch="spring"),
    story("补偿后上调，补偿资金已退回", "rate_edge", "B08", "2023-09-18", SPRING + """
        2024-09-10 upgrade_prepared
        2024-09-12 upgrade_filed
        2024-09-18 upgrade_reviewed
        2024-09-24 upgrade_decided
        2024-10-10 refund_entered
        2024-10-11 refund_confirmed
        """, batch="spring"),
    story("补偿后上调，待退回补偿资金", "plain", "B02", "2023-11-08", SUMMER + """
        2024-12-20 upgrade_prepared
        2024-12-23 upgrade_filed
        2025-01-03 upgrade_reviewed
        2025-01-06 recovered 50000.00 2024-12-12
        2025-01-10 upgrade_decided
        """, batch="summer"),
    story("补偿后上调，待初审", "plain", "B03", "2023-11-14", SUMMER + """
        2025-01-08 upgrade_prepared
        2025-01-09 upgrade_filed
        """, batch="summer"),
    story("补偿后上调，待终审", "plain", "B04", "2023-11-15", SUMMER + """
        2024-12-26 upgrade_prepared
        2024-12-27 upgrade_filed
        2025-01-08 upgrade_reviewed
        """, batch="summer"),
    story("补偿后上调，退回款待确认", "plain", "B05", "2023-11-16", SUMMER + """
        2024-12-04 upgrade_prepared
        2024-12-05 upgrade_filed
        2024-12-16 upgrade_reviewed
        2025-01-06 upgrade_decided
        2025-01-15 refund_entered
        """, batch="summer"),
    story("上调未获同意，继续清收", "half", "B06", "2023-12-12", SUMMER + """
        2024-11-04 upgrade_prepared
        2024-11-05 upgrade_filed
        2024-11-12 upgrade_reviewed
        2024-11-18 upgrade_decided refuse
        2025-01-02 recovery_noted 100000.00 2024-12-30
        2025-01-02 recovery_cancelled
        2025-01-03 recovered 120000.00 2024-12-30
        2025-01-10 returned
        """, batch="summer"),
    story("上调申请，待银行复核", "plain", "B07", "2024-01-09", SUMMER + """
        2024-12-10 upgrade_prepared
        2024-12-11 upgrade_cancelled
        2025-01-13 upgrade_prepared
        """, batch="summer"),
    story("清收申请，待高新投", "returns", "B08", "2024-01-10", SUMMER + """
        2025-01-07 recovered 600000.00 2024-12-16
        2025-01-09 returned
        2025-01-13 settlement_prepared 2025-01-06
        2025-01-14 settlement_filed
        """, batch="summer"),
    story("清收申请退回后重报", "plain", "B06", "2024-01-11", SUMMER + """
        2024-12-24 settlement_prepared 2024-12-20
        2024-12-25 settlement_filed
        2025-01-07 settlement_decided refused
        2025-01-14 settlement_prepared 2025-01-10
        """, batch="summer"),
    story("撤回清收申请，核销退回补正", "plain", "B05", "2024-01-12", SUMMER + """
        2024-11-20 settlement_prepared 2024-11-15
        2024-11-22 settlement_cancelled
        2024-12-02 write_off_prepared 1800000.00
        2024-12-03 write_off_filed
        2024-12-16 write_off_sent_back
        2025-01-14 write_off_prepared 1800000.00
        """, batch="summer"),
    story("清收已上报，待返还", "plain", "B01", "2024-01-15", SUMMER + """
        2025-01-08 recovered 500000.00 2024-12-18
        """, batch="summer"),
    story("返还款待确认到账", "plain", "B02", "2024-01-16", SUMMER + """
        2025-01-06 recovered 300000.00 2024-12-12
        2025-01-15 return_entered
        """, batch="summer"),
    story("转入清偿项目库，末次返还未到账", "plain", "B03", "2024-01-17", SUMMER + """
        2025-01-06 recovered 900000.00 2024-12-25
        2025-01-07 settlement_prepared 2025-01-03
        2025-01-07 settlement_filed
        2025-01-13 settlement_decided
        """, batch="summer"),
    story("到账未转录", "plain", "B01", "2024-03-11", YEAR_END, batch="year_end"),
    story("已转录", "plain", "B03", "2024-03-12", YEAR_END + "2025-01-02 transferred", batch="year_end"),
    story("先不通过，复核后通过", "plain", "B07", "2024-03-13", """
        2024-08-12 determined
        2024-10-08 claimed
        2024-10-21 opinion refuse
        2024-11-05 decided refuse
        2024-11-11 re_examination_asked
        2024-11-25 re_examined pass
        2025-01-03 transferred
        """, batch="year_end"),
)  # fmt: skip

BEFORE_PAYMENT: tuple[Story, ...] = (
    story("拨款资料待银行提交", "plain", "B01", "2024-04-09", JANUARY, batch="january"),
    story("核定其他贷款余额，资料待核对", "worked_example", "B02", "2024-04-10", """
        2024-10-08 determined
        2024-11-05 claimed
        2024-11-18 corrected other_balances 2000000.01
        2024-11-19 opinion
        2024-12-03 decided
        """, batch="january"),
    story("拨付待复核", "half", "B03", "2024-04-11", JANUARY, batch="january"),
    story("已发出拨付指令", "capped", "B04", "2024-04-12", JANUARY, batch="january"),
    story("到账待确认", "owner", "B05", "2024-04-15", JANUARY, batch="january"),
    story("拨付被银行退回", "middle_tier", "B06", "2024-04-16", JANUARY, batch="january"),
    story("列入拟稿计划", "plain", "B07", "2024-04-17", JANUARY, batch="drafted"),
    story("列入拟稿计划", "plain", "B08", "2024-04-18", JANUARY, batch="drafted"),
    story("公示期满待列计划", "plain", "B01", "2024-04-19", LATEST, batch="cleared"),
    story("公示期满待列计划", "sole_trader", "B04", "2024-04-22", LATEST, batch="cleared"),
    story("公示中", "plain", "B01", "2024-04-23", LATEST, batch="running"),
    story("公示中，收到异议", "plain", "B02", "2024-04-24", LATEST + "2025-01-14 objected", batch="running"),
    story("公示中，已出具复核报告", "plain", "B03", "2024-04-25", LATEST + """
        2025-01-10 objected
        2025-01-15 objection_reported
        """, batch="running"),
    story("异议成立，移出公示", "plain", "B05", "2024-04-26", LATEST + """
        2025-01-09 objected
        2025-01-13 objection_reported
        2025-01-15 objection_decided upheld
        """, batch="running"),
    story("异议不成立，继续公示", "plain", "B06", "2024-04-28", LATEST + """
        2025-01-09 objected
        2025-01-13 objection_reported
        2025-01-15 objection_decided dismissed
        """, batch="running"),
    story("审核通过待公示", "plain", "B02", "2024-05-13", """
        2024-11-04 determined
        2024-12-17 claimed
        2025-01-06 opinion
        2025-01-13 decided
        """),
    story("审核通过待公示", "half", "B08", "2024-05-14", """
        2024-11-04 determined
        2024-12-17 claimed
        2025-01-06 opinion
        2025-01-14 decided
        """),
    story("初审询问银行，待答复", "plain", "B01", "2024-05-15", """
        2024-11-11 determined
        2025-01-14 claimed
        2025-01-14 assigned reviewer1
        2025-01-15 asked permitted_use
        """),
    story("银行已答复，待初审，审核期限将至", "plain", "B06", "2024-05-16", """
        2024-11-11 determined
        2024-12-23 claimed
        2025-01-06 assigned reviewer1
        2025-01-06 asked permitted_use
        2025-01-09 answered
        """),
    story("待终审", "middle_tier", "B02", "2024-05-17", """
        2024-11-11 determined
        2024-12-25 claimed
        2025-01-10 opinion
        2025-01-10 assigned approver1
        """),
    story("退回补正", "plain", "B03", "2024-05-20", """
        2024-11-11 determined
        2024-12-25 claimed
        2025-01-09 opinion return
        2025-01-10 decided return
        """),
    story("申请材料齐全，待银行复核提交", "plain", "B01", "2024-05-21", "2024-11-25 determined\n 2025-01-15 drafted"),
    story("申请草稿，缺两项材料", "plain", "B01", "2024-05-22", """
        2024-11-25 determined
        2025-01-14 drafted credit_report balance_statement
        """),
    story("申请已撤回", "plain", "B05", "2024-05-23", """
        2024-10-10 determined
        2024-11-12 claimed
        2024-11-20 claim_withdrawn
        """),
    story("审核中上调，申请失效", "plain", "B06", "2024-05-24", """
        2024-10-10 determined
        2024-11-12 claimed
        2024-12-02 ending_prepared upgraded
        2024-12-03 ending_submitted
        """),
    story("审核中全部收回，正常结清", "plain", "B07", "2024-05-27", """
        2024-10-10 determined
        2024-11-12 claimed
        2024-11-20 opinion
        2024-12-10 recovered 1800000.00 2024-12-05
        2024-12-16 paid_off 2024-12-05
        2024-12-17 paid_off_closed
        """),
    story("超过不良率界限，暂停办理", "plain", "B17", "2024-05-28", """
        2024-11-04 determined
        2024-12-10 claimed
        2025-01-06 opinion
        """),
    story("适用旧版细则，挂起", "plain", "B02", "2023-05-10", """
        2023-08-08 determined
        2023-10-20 claimed
        """, arrives="2023-08-02"),
)  # fmt: skip

REFUSED: tuple[Story, ...] = (
    story("利率超限，不通过，可申请复核", "refused_rate", "B01", "2024-05-10", """
        2024-10-09 determined
        2024-12-10 claimed
        2024-12-24 opinion refuse
        2025-01-08 decided refuse
        """),
    story("余额超限，复核中", "plain", "B02", "2024-05-11", """
        2024-10-09 determined
        2024-11-12 claimed
        2024-12-02 corrected other_balances 28000000.01
        2024-12-03 opinion refuse
        2024-12-10 decided refuse
        2024-12-20 re_examination_asked
        """),
    story("用途不符，复核待终审", "plain", "B03", "2024-05-10", """
        2024-10-09 determined
        2024-11-12 claimed
        2024-12-02 corrected use on_lending
        2024-12-03 opinion refuse
        2024-12-10 decided refuse
        2024-12-23 re_examination_asked
        2025-01-13 opinion refuse reviewer2
        """),
    story("类金融，终局不通过，待结项", "plain", "B04", "2024-02-20", """
        2024-06-11 determined
        2024-07-10 claimed
        2024-07-19 corrected quasi_financial true
        2024-07-22 opinion refuse
        2024-07-30 decided refuse
        """),
    story("已有担保，终局不通过并结项", "plain", "B05", "2024-02-21", """
        2024-06-11 determined
        2024-07-10 claimed
        2024-07-19 corrected other_cover guarantee_company
        2024-07-22 opinion refuse
        2024-07-30 decided refuse
        2024-09-05 refusal_closed
        """),
    story("复核仍不通过并结项", "plain", "B06", "2024-02-22", """
        2024-06-11 determined
        2024-07-10 claimed
        2024-07-19 corrected use private_lending
        2024-07-22 opinion refuse
        2024-07-30 decided refuse
        2024-08-06 re_examination_asked
        2024-08-20 re_examined refuse
        2024-09-10 refusal_closed
        """),
)  # fmt: skip

WITHOUT_CLAIM: tuple[Story, ...] = (
    story("误录撤回", "plain", "B01", "2024-07-15", "2024-11-05 withdrawal_prepared\n 2024-11-06 withdrawal_submitted"),
    story("误录，待复核撤回", "plain", "B01", "2024-07-16", "2025-01-15 withdrawal_prepared"),
    story("撤回申请取消", "plain", "B03", "2024-07-17", """
        2024-11-05 withdrawal_prepared
        2024-11-06 withdrawal_cancelled
        """),
    story("展期六个月", "plain", "B01", "2024-07-25", """
        2024-12-05 extension_prepared 6
        2024-12-06 extension_submitted
        """),
    story("展期，待复核", "plain", "B01", "2024-07-26", "2025-01-15 extension_prepared 3"),
    story("展期登记取消", "plain", "B03", "2024-07-29", """
        2024-12-05 extension_prepared 6
        2024-12-06 extension_cancelled
        """),
    story("更正从业人数", "plain", "B01", "2024-07-30", """
        2024-11-13 correction_prepared staff 38
        2024-11-14 correction_submitted
        """),
    story("更正，待复核", "plain", "B01", "2024-07-31", "2025-01-15 correction_prepared staff 52"),
    story("更正取消", "plain", "B03", "2024-08-01", """
        2024-11-13 correction_prepared staff 38
        2024-11-14 correction_cancelled
        """),
    story("不良认定，待复核", "plain", "B01", "2024-07-18", "2025-01-15 classified substandard"),
    story("认定申请取消", "plain", "B03", "2024-07-19", """
        2024-12-11 classified doubtful
        2024-12-12 classification_cancelled
        """),
    story("下调为关注", "plain", "B02", "2024-07-22", """
        2024-11-01 classified special_mention 2000000.00
        2024-11-01 classification_submitted
        """),
    story("已认定，申请期限将至", "plain", "B01", "2024-07-23", "2024-10-21 determined"),
    story("已认定，尚未申请", "capped", "B01", "2024-07-24", "2024-12-12 determined doubtful"),
    story("撤销误认定", "plain", "B08", "2024-05-29", """
        2024-09-10 determined
        2024-09-13 ending_prepared voided
        2024-09-13 ending_submitted
        """),
    story("上调申请取消", "plain", "B03", "2024-05-30", """
        2024-11-05 determined
        2024-12-03 ending_prepared upgraded
        2024-12-04 ending_cancelled
        """),
    story("上调，待银行复核", "plain", "B01", "2024-05-31", """
        2024-12-05 determined
        2025-01-15 ending_prepared upgraded
        """),
    story("正常结清", "plain", "B01", "2024-01-18", "2025-01-06 paid_off 2024-12-20\n 2025-01-07 paid_off_closed"),
    story("正常结清，待复核", "plain", "B01", "2024-01-19", "2025-01-15 paid_off 2025-01-10"),
    story("结清登记取消", "plain", "B03", "2024-01-22", """
        2025-01-06 paid_off 2025-01-03
        2025-01-07 closing_cancelled
        """),
    story("逾期录入，不予补偿", "plain", "B01", "2024-06-20", """
        2024-10-22 determined
        """, arrives="2024-07-30"),
)  # fmt: skip

OVERSEEN: tuple[Story, ...] = (
    story("银登中心转让，价款已分摊", "plain", "B02", "2024-02-05", SUMMER, batch="summer sold"),
    story("银登中心转让，价款已分摊", "half", "B02", "2024-02-06", SUMMER, batch="summer sold"),
    story("银登中心转让，待高新投审核", "plain", "B01", "2024-02-07", SUMMER, batch="summer sold_waiting"),
    story("提供虚假材料，违规追回，已缴付一部分", "plain", "B08", "2024-02-08", SUMMER + """
        2025-01-06 sanction_proposed 2025-02-28
        2025-01-08 sanction_decided
        2025-01-14 clawback_received 300000.00
        """, batch="summer"),
    story("更正公示移出，提出重新审核", "plain", "B04", "2024-04-23", LATEST + """
        2025-01-13 reconsideration_proposed
        """, batch="cleared left_out"),
)  # fmt: skip
"""Last, so that those before keep their numbers."""

STORIES: tuple[Story, ...] = (*AFTER_PAYMENT, *BEFORE_PAYMENT, *REFUSED, *WITHOUT_CLAIM, *OVERSEEN)
