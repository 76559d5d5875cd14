"""The order as ISO 20022 pain.001.001.09. Pure: the same order is the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pyiso20022.pain.pain_001_001_09 import pain_001_001_09 as iso
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate, XmlDateTime

CURRENCY = "CNY"
NAME, WORDS = 140, 140
"""How long the message lets a name and a remark be."""


@dataclass(frozen=True)
class Holder:
    """An account and whose it is."""

    name: str
    number: str
    bank: str


@dataclass(frozen=True)
class Transfer:
    """`number` comes back on the account's statement as the end-to-end number."""

    number: str
    amount: Decimal
    to: Holder
    remark: str


@dataclass(frozen=True)
class Order:
    number: str
    made_at: datetime
    execute_on: date
    payer: Holder
    transfers: Sequence[Transfer]

    @property
    def total(self) -> Decimal:
        return sum((one.amount for one in self.transfers), Decimal("0.00"))


def credit_transfer(order: Order) -> bytes:
    """One instruction of the payer with all its transfers, each booked by itself."""
    count, total = str(len(order.transfers)), order.total
    header = iso.GroupHeader85(
        msg_id=order.number,
        cre_dt_tm=XmlDateTime.from_datetime(order.made_at.replace(microsecond=0)),
        nb_of_txs=count,
        ctrl_sum=total,
        initg_pty=iso.PartyIdentification135(nm=order.payer.name[:NAME]),
    )
    instruction = iso.PaymentInstruction30(
        pmt_inf_id=order.number,
        pmt_mtd=iso.PaymentMethod3Code.TRF,
        btch_bookg=False,
        nb_of_txs=count,
        ctrl_sum=total,
        reqd_exctn_dt=iso.DateAndDateTime2Choice(dt=XmlDate.from_date(order.execute_on)),
        dbtr=iso.PartyIdentification135(nm=order.payer.name[:NAME]),
        dbtr_acct=_account(order.payer),
        dbtr_agt=_agent(order.payer),
        cdt_trf_tx_inf=[_transfer(one) for one in order.transfers],
    )
    document = iso.Document(
        cstmr_cdt_trf_initn=iso.CustomerCreditTransferInitiationV09(grp_hdr=header, pmt_inf=[instruction])
    )
    serializer = XmlSerializer(config=SerializerConfig(indent="  ", encoding="UTF-8"))
    return serializer.render(document, ns_map={None: iso.__NAMESPACE__}).encode()


def _transfer(one: Transfer) -> iso.CreditTransferTransaction34:
    return iso.CreditTransferTransaction34(
        pmt_id=iso.PaymentIdentification6(instr_id=one.number, end_to_end_id=one.number),
        amt=iso.AmountType4Choice(instd_amt=iso.ActiveOrHistoricCurrencyAndAmount(value=one.amount, ccy=CURRENCY)),
        cdtr_agt=_agent(one.to),
        cdtr=iso.PartyIdentification135(nm=one.to.name[:NAME]),
        cdtr_acct=_account(one.to),
        rmt_inf=iso.RemittanceInformation16(ustrd=[one.remark[:WORDS]]),
    )


def _account(holder: Holder) -> iso.CashAccount38:
    other = iso.GenericAccountIdentification1(id=holder.number)
    return iso.CashAccount38(id=iso.AccountIdentification4Choice(othr=other), ccy=CURRENCY)


def _agent(holder: Holder) -> iso.BranchAndFinancialInstitutionIdentification6:
    bank = iso.FinancialInstitutionIdentification18(nm=holder.bank[:NAME])
    return iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=bank)
