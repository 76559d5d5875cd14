"""The orders to the special account's bank: one file for each transfer, the same in both formats, void by another."""

import csv
import hashlib
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from pyiso20022.pain.pain_001_001_09.pain_001_001_09 import Document
from xsdata.formats.dataclass.parsers import XmlParser

from banks import services as banks
from claims import services
from claims.models import PayFile, Payment
from claims.services import pay_file
from pool import scope, storage
from pool.errors import NotPermitted, Refused, Stale
from pool.models import Role
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.people import person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
ISSUED, PAPERS = date(2024, 12, 26), date(2024, 12, 27)


@pytest.fixture(autouse=True)
def account(settings):
    settings.SPECIAL_ACCOUNT_NAME = "深圳市财政金融服务中心"
    settings.SPECIAL_ACCOUNT_NUMBER = "44250100000000000001"
    settings.SPECIAL_ACCOUNT_BANK = "某银行深圳分行"


@built_once
def payment(stage: Stage) -> Payment:
    """Instructed by two people."""
    claim = make.cleared_claim(stage.team, stage.desk)
    make.money("1000000.00", stage.desk)
    plan = make.issued_plan([claim], stage.desk, on=ISSUED)
    return make.instructed_payment(plan, stage.team, stage.desk, on=PAPERS)


def made(stage: Stage, *payments: Payment, **given: object) -> PayFile:
    said = {"by": stage.desk.finance_approver, "on": PAPERS, "execute_on": PAPERS} | given
    with scope.everything():
        return services.make_pay_file(payment_ids=[one.pk for one in payments], **said)


def void(stage: Stage, file: PayFile, **given: object) -> PayFile:
    said = {"by": stage.desk.clerk, "on": PAPERS, "version": file.version, "reason": "银行系统维护，未受理"} | given
    with scope.everything():
        return services.void_pay_file(pay_file_id=file.pk, **said)


def content(stored) -> bytes:
    with storage.open_file(stored) as file:
        return file.read()


def test_both_formats_say_the_same_order(stage, payment):
    file = made(stage, payment)
    with scope.everything():
        payee = Payment.objects.select_related("payee").get(pk=payment.pk).payee
        document = XmlParser().from_bytes(content(file.message), Document).cstmr_cdt_trf_initn
        (row,) = csv.DictReader(io.StringIO(content(file.sheet).decode("utf-8-sig")))
    (instruction,) = document.pmt_inf
    (transfer,) = instruction.cdt_trf_tx_inf
    assert (document.grp_hdr.nb_of_txs, document.grp_hdr.ctrl_sum) == ("1", payment.amount)
    assert (instruction.dbtr_acct.id.othr.id, str(instruction.reqd_exctn_dt.dt)) == (
        "44250100000000000001", "2024-12-27",
    )  # fmt: skip
    said = (
        transfer.pmt_id.end_to_end_id, transfer.amt.instd_amt.value, transfer.amt.instd_amt.ccy, transfer.cdtr.nm,
        transfer.cdtr_acct.id.othr.id,
    )  # fmt: skip
    assert said == (payment.number, payment.amount, "CNY", payee.account_name, payee.account_number)
    assert (row["拨付编号"], Decimal(row["金额（元）"]), row["收款账号"]) == (
        payment.number, payment.amount, payee.account_number,
    )  # fmt: skip
    assert (file.count, file.total) == (1, payment.amount)
    assert hashlib.sha256(content(file.message)).hexdigest() == file.message.sha256


def test_a_transfer_goes_into_one_live_file(stage, payment):
    made(stage, payment)
    with pytest.raises(Refused, match="已列入其他支付文件"):
        made(stage, payment)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"execute_on": PAPERS - timedelta(days=1)}, "不能早于今天"),
        ({"payments": []}, "请先勾选"),
    ],
)
def test_what_cannot_be_ordered_is_refused_with_the_reason(stage, payment, given, words):
    chosen = given.pop("payments", [payment])
    with pytest.raises(Refused, match=words):
        made(stage, *chosen, **given)


def test_without_an_account_that_pays_nothing_is_made(stage, payment, settings):
    settings.SPECIAL_ACCOUNT_NUMBER = ""
    with pytest.raises(Refused, match="尚未配置付款专户"):
        made(stage, payment)


def test_only_who_releases_money_makes_it(stage, payment):
    for role in (Role.FINANCE_CLERK, Role.MANAGER_APPROVER, Role.AUTHORITY):
        with pytest.raises(NotPermitted):
            made(stage, payment, by=person(role))


def test_an_account_that_changed_after_the_release_is_not_paid(stage, payment):
    with scope.everything():
        row = banks.enter_payee(
            bank_id=stage.team.pk, account_name="另一户名", account_number="6222333344445555", opening_bank="另一支行",
            by=stage.team.maker, on=PAPERS,
        )  # fmt: skip
        banks.confirm_payee(account_id=row.pk, by=stage.team.checker, on=PAPERS, version=row.version)
    with pytest.raises(Refused, match="收款账户在复核之后已变更"):
        made(stage, payment)


def test_another_person_makes_it_void_and_the_transfer_is_free_again(stage, payment):
    file = made(stage, payment)
    with pytest.raises(Refused, match="请由另一人办理"):
        void(stage, file, by=stage.desk.finance_approver)
    with pytest.raises(Stale):
        void(stage, file, version=9)
    with pytest.raises(Refused, match="请写明理由"):
        void(stage, file, reason=" ")
    assert void(stage, file).state == PayFile.State.VOID
    assert made(stage, payment).number != file.number


def test_a_file_of_which_something_has_arrived_stays(stage, payment):
    file = made(stage, payment)
    with scope.everything():
        services.enter_confirmation(
            payment_id=payment.pk, by=stage.desk.clerk, on=PAPERS, version=make.fresh(payment).version,
            value_date=PAPERS, bank_reference="HD77",
        )  # fmt: skip
    with pytest.raises(Refused, match="已登记到账"):
        void(stage, file)


def test_a_rejected_transfer_is_ordered_anew_under_a_new_number(stage, payment):
    file = made(stage, payment)
    with scope.everything():
        services.fail_payment(
            payment_id=payment.pk, by=stage.desk.finance_approver, on=PAPERS, version=make.fresh(payment).version,
            failure="户名不符",
        )  # fmt: skip
        packet = Payment.objects.get(pk=payment.pk).packet
        again = services.prepare_payment(packet_id=packet.pk, by=stage.desk.clerk, on=PAPERS, version=packet.version)
        again = services.approve_payment(
            payment_id=again.pk, by=stage.desk.finance_approver, on=PAPERS, version=again.version
        )
        assert list(pay_file.ready()) == [again]
    assert made(stage, again).number != file.number


def test_what_an_order_says_is_never_changed_and_no_bank_sees_it(stage, payment):
    file = made(stage, payment)
    with pytest.raises(Error), transaction.atomic(), scope.everything(), connection.cursor() as cursor:
        cursor.execute("UPDATE claims_payfile SET total = 1 WHERE id = %s", [file.pk])
    with scope.bank_scope(stage.team.pk):
        assert not PayFile.objects.exists()


def test_the_page_offers_what_waits_and_gives_the_files_to_the_two_people_only(stage, payment):
    def signed_in(user):
        client = Client()
        client.force_login(user)
        return client

    approver = signed_in(stage.desk.finance_approver)
    page = approver.get(reverse("claims:pay_files")).content.decode()
    assert payment.number in page
    with scope.everything():
        assert make.fresh(payment).payee.account_number not in page
    file = made(stage, payment)
    shown = signed_in(stage.desk.clerk).get(file.get_absolute_url()).content.decode()
    assert file.message.sha256 in shown
    auditor = signed_in(person(Role.AUDITOR))
    assert auditor.get(file.get_absolute_url()).status_code == 200
    for kind, status in (("sheet", 403), ("message", 403)):
        assert auditor.get(reverse("claims:take_pay_file", args=[file.pk, kind])).status_code == status
    assert approver.get(reverse("claims:take_pay_file", args=[file.pk, "other"])).status_code == 404
