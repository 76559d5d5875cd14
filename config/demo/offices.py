"""What the public bodies do with many loans at once, day by day: the script of `batches`, `account` and `oversight`."""

OFFICES = """
2023-08-01 appropriated 1000000000.00 深财工〔2023〕58号
2024-01-25 violation B31 2023
2024-04-01 appropriated 1500000000.00 深财工〔2024〕21号
2024-04-24 notice spring
2024-04-25 evaluated 2023          # its last entry window closed on 04-22
2024-04-28 evaluation_filed 2023
2024-04-29 evaluation_reported 2023
2024-04-30 report_issued 2023
2024-05-09 plan spring
2024-05-10 issue spring
2024-05-13 stamped spring
2024-05-13 papers spring
2024-05-14 accepted spring
2024-05-15 prepared spring
2024-05-16 instructed spring
2024-05-17 confirmed spring
2024-05-17 posted spring
2024-06-06 booked 2024-05-31
2024-07-02 special_approval 深府函〔2024〕58号
2024-07-08 report_adopted 2024H1
2024-07-10 report_issued 2024H1
2024-07-11 open_data_adopted 2024Q2
2024-07-12 open_data_issued 2024Q2
2024-08-19 notice summer
2024-08-29 plan summer
2024-08-30 issue summer
2024-09-02 withdraw summer        # drawn up again a day later
2024-09-03 plan summer
2024-09-04 issue summer
2024-09-05 stamped summer
2024-09-06 papers summer
2024-09-09 accepted summer
2024-09-10 prepared summer
2024-09-11 instructed summer
2024-09-11 pay_file summer
2024-09-12 confirmed summer
2024-09-12 posted summer
2024-10-14 booked 2024-09-30
2024-10-15 open_data_adopted 2024Q3
2024-10-16 open_data_issued 2024Q3
2024-11-01 listed B38
2024-12-02 notice year_end
2024-12-05 booked 2024-11-30
2024-12-13 plan year_end
2024-12-16 issue year_end
2024-12-17 stamped year_end
2024-12-18 papers year_end
2024-12-19 accepted year_end
2024-12-20 prepared year_end
2024-12-23 instructed year_end
2024-12-27 confirmed year_end
2024-12-27 posted year_end
2024-12-24 notice january
2024-12-25 notice drafted
2025-01-03 notice cleared
2025-01-03 corrected cleared left_out      # under its right title and without one project, an hour later
2025-01-07 booked 2024-12-31 proposed
2025-01-08 notice running
2025-01-08 statements_drafted 2024Q4
2025-01-08 open_data_adopted 2024Q4
2025-01-09 open_data_issued 2024Q4
2025-01-09 statements_issued 2024Q4
2025-01-09 sold sold YD2025SZ0107 1350000.01
2025-01-10 chased B01 2024-10-01
2025-01-10 chased B02 2024-10-01
2025-01-10 inspected
2025-01-13 transfer_accepted YD2025SZ0107
2025-01-13 plan january
2025-01-14 issue january
2025-01-14 statement_confirmed 2024Q4   # the others have not answered yet
2025-01-15 papers january B02 B03 B04 B05 B06
2025-01-15 accepted january B03 B04 B05 B06
2025-01-15 prepared january B03 B04 B05 B06
2025-01-15 instructed january B04 B05 B06
2025-01-15 pay_file january B04 B05 B06
2025-01-15 plan drafted
2025-01-15 chaser_answered B02
2025-01-15 finding_answered B02
2025-01-15 sold sold_waiting YD2025SZ0131 900000.00
2025-01-15 applied_to_join B44 新湾银行
2025-01-15 wording_proposed
2025-01-15 special_approval 深府函〔2025〕3号 entered
2025-01-15 appropriation_entered 500000000.00 深财工〔2025〕3号
2025-01-16 confirmed january B05
2025-01-16 failed january B06
"""
