"""The documents of several claims at one drop: by their names to their claims, and nothing is lost."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims import selectors, services
from claims.models import Claim, Evidence, LooseDocument
from claims.services.evidence import MOST_FILES, place_of
from pool import scope
from pool.errors import NotPermitted, Refused
from tests.factories import claims as make
from tests.factories.people import BankTeam
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db


@built_once
def team() -> BankTeam:
    return make.good_team()


@built_once
def two(team: BankTeam) -> list[Claim]:
    """Begun together, without one document."""
    items = selectors.evidence_items(make.npl_loan(team))
    return [make.drafted_claim(team, without=items) for _ in range(2)]


def paper(name: str, content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or make.pdf_bytes())


def named(claim: Claim, item: str) -> str:
    return f"{claim.loan.loan_number}_{selectors.evidence_label(item)}.pdf"


def placed(team: BankTeam, *files: SimpleUploadedFile):
    with scope.bank_scope(team.pk):
        return services.place_evidence(files=files, by=team.maker, on=make.SUBMITTED_ON)


def there(claim: Claim) -> set[str]:
    with scope.everything():
        return set(Evidence.objects.filter(claim=claim, superseded=False).values_list("item", flat=True))


def test_every_document_of_several_claims_finds_its_place_by_its_name(team, two) -> None:
    items = selectors.evidence_items(two[0].loan)
    outcome = placed(team, *[paper(named(claim, item)) for claim in two for item in items])
    assert (len(outcome.done), outcome.loose, outcome.refused) == (2 * len(items), [], [])
    assert there(two[0]) == there(two[1]) == set(items)


@pytest.mark.parametrize(
    "name", ["{n}_{l}.pdf", "{n}-{l}(2).PDF", " {n} ＿ {l}.pdf", "C:\\材料\\{n}_{l}扫描件.pdf", "{n}_loan_contract.pdf"]
)
def test_a_name_may_be_written_as_people_write(two, name: str) -> None:
    label = selectors.evidence_label("loan_contract")
    told = place_of(name.format(n=two[0].loan.loan_number.lower(), l=label), two)
    assert told == (two[0], "loan_contract")


def test_the_longer_of_two_numbers_is_meant(two) -> None:
    two[1].loan.loan_number_key = f"{two[0].loan.loan_number_key}-1"
    assert place_of(f"{two[0].loan.loan_number}-1_借款合同.pdf", two)[0] == two[1]


def test_what_cannot_be_told_waits_and_is_placed_by_hand(team, two) -> None:
    contract = named(two[0], "loan_contract")
    outcome = placed(team, paper("扫描001.pdf"), paper(f"{two[0].loan.loan_number}_合影.pdf"), paper(contract),
                     paper(contract), paper("多余.pdf"))  # fmt: skip
    assert len(outcome.done) == 1
    assert [one.why for one in outcome.loose] == ["no_claim", "no_item", "twice", "no_claim"]
    first, second, third, last = outcome.loose
    chosen = {
        first.pk: f"{two[1].pk}:iou", second.pk: f"{two[1].pk}:loan_contract", third.pk: f"{uuid4()}:iou",
        last.pk: "aside",
    }  # fmt: skip
    with scope.bank_scope(team.pk):
        settled = services.settle_loose(chosen=chosen, by=team.maker, on=make.SUBMITTED_ON)
    assert (len(settled.done), [no.code for _name, no in settled.refused]) == (2, ["not_open"])
    assert there(two[1]) == {"iou", "loan_contract"}
    with scope.everything():
        assert list(LooseDocument.objects.filter(settled=False)) == [third]
        kept = Evidence.objects.get(claim=two[1], item="iou").file
        assert (kept.name, kept.sha256) == (first.file.name, first.file.sha256)


def test_limits_and_refusals_are_those_of_one_slot_and_hold_back_nothing(team, two) -> None:
    outcome = placed(
        team, paper(named(two[0], "iou"), b"MZ no document"), paper("x.pdf", b""), paper(named(two[1], "iou"))
    )
    assert [no.code for _name, no in outcome.refused] == ["file_kind"]
    assert there(two[1]) == {"iou"}
    with pytest.raises(Refused, match=str(MOST_FILES)):
        placed(team, *[paper(f"{n}.pdf") for n in range(MOST_FILES + 1)])
    with scope.bank_scope(team.pk), pytest.raises(NotPermitted):
        services.place_evidence(files=[paper("x.pdf")], by=team.checker, on=make.SUBMITTED_ON)


def test_the_page_takes_the_drop_shows_the_loose_and_places_them(team, two) -> None:
    make.reach(make.SUBMITTED_ON)
    client, address = Client(), reverse("claims:evidence_together")
    client.force_login(team.maker)
    page = client.get(address).content.decode()
    assert any(named(claim, "loan_contract") in page for claim in two), "an example with a number of theirs"
    files = [paper(named(two[0], "iou")), paper("扫描.pdf")]
    answer = client.post(address, {"form_key": str(uuid4()), "files": files})
    assert answer["Location"] == address
    page = client.get(address).content.decode()
    assert "已归入 1 份材料" in page and "扫描.pdf" in page and "文件名中没有起草中申请的借据号" in page
    with scope.everything():
        loose = LooseDocument.objects.get()
    assert client.get(reverse("file", args=[loose.file_id])).status_code == 200
    form = {"form_key": str(uuid4()), f"slot-{loose.pk}": f"{two[1].pk}:iou", "slot-x": "aside"}
    assert client.post(reverse("claims:place_evidence"), form)["Location"] == address
    assert there(two[1]) == {"iou"}
    other = make.good_team("别家银行")
    client.force_login(other.maker)
    assert client.get(reverse("file", args=[loose.file_id])).status_code in (403, 404)
    assert "扫描.pdf" not in client.get(address).content.decode()
