"""审核常用文字 in the admin: who words, who confirms, what is out of use (`claims.services.wording`)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from claims import permissions, services
from claims.assessment import language
from claims.models import CannedPhrase
from claims.selectors import reply_label
from pool.admin_kit import Act, ReadOnlyAdmin
from pool.models import MANAGER_ROLES, Role
from pool.permissions import Answer
from pool.selectors import edition

Opinion = CannedPhrase.Opinion


def _provisions() -> list[tuple[str, str]]:
    """Every provision by its title, in the order of the rulebook."""
    return [(one.slug, f"{one.title.said(language())}（{one.article}）") for one in edition()]


def _papers() -> list[tuple[str, str]]:
    return [(item, reply_label(item)) for item in edition().words["evidence"]]


class RewriteForm(forms.Form):
    words = forms.CharField(
        label=_("文字"), max_length=400, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("不写条号、金额和期限：条款由规则条目带出。"),
    )  # fmt: skip


class NewForm(RewriteForm):
    provision = forms.ChoiceField(label=_("规则条目"), choices=_provisions)
    opinion = forms.ChoiceField(
        label=_("适用的意见"), required=False, choices=[("", "—"), *Opinion.choices],
        help_text=_("常用理由必选；常用询问不选。"),
    )  # fmt: skip
    evidence = forms.MultipleChoiceField(
        label=_("需银行补充的材料"), required=False, choices=_papers, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("provision", "opinion", "words", "evidence")


def _rewrite(row: CannedPhrase, *, by: Any, on: Any, version: int, words: str) -> str:
    services.propose_phrase(
        kind=row.kind, provision=row.provision, opinion=row.opinion, evidence=row.evidence, words=words, by=by, on=on,
        replaces_id=row.pk, version=version,
    )  # fmt: skip
    return str(PROPOSED)


def _add(
    row: CannedPhrase, *, by: Any, on: Any, version: int, provision: str, opinion: str, words: str,
    evidence: Iterable[str],
) -> str:  # fmt: skip
    """Of the same kind as the row it was begun from."""
    services.propose_phrase(
        kind=row.kind, provision=provision, opinion=opinion, evidence=list(evidence), words=words, by=by, on=on
    )
    return str(PROPOSED)


PROPOSED = _("已提出，待另一名人员确认后启用。")


def _confirm(row: CannedPhrase, **given: Any) -> None:
    services.confirm_phrase(phrase_id=row.pk, **given)


def _drop(row: CannedPhrase, **given: Any) -> None:
    services.drop_phrase(phrase_id=row.pk, **given)


def _when(wanted: bool | None) -> Any:
    """In use, waiting, or either of the two."""

    def may(user: Any, row: CannedPhrase) -> Answer:
        if row.dropped_on is not None or (wanted is not None and wanted != (row.confirmed_on is not None)):
            return False, _("这段文字现在不能办理此项操作。")
        return permissions.keep_wording(user)

    return may


def _may_confirm(user: Any, row: CannedPhrase) -> Answer:
    if row.made_by_id == user.pk:
        return False, _("提出人不能确认自己提出的文字，请由另一人确认。")
    answer: Answer = _when(False)(user, row)
    return answer


@admin.register(CannedPhrase)
class CannedPhraseAdmin(ReadOnlyAdmin):
    """The register behind the buttons of the review page."""

    readers = frozenset({*MANAGER_ROLES, Role.AUDITOR})
    list_display = ["words", "kind", "opinion", "rests_on", "shown_status", "made_by", "confirmed_by"]
    list_filter = ["kind", "opinion", ("dropped_on", admin.EmptyFieldListFilter)]
    search_fields = ["words"]
    fields = [
        "kind", "opinion", "rests_on", "words", "papers", "shown_status", "replaces", "made_by", "made_on",
        "confirmed_by", "confirmed_on", "dropped_by", "dropped_on", "drop_reason",
    ]  # fmt: skip
    acts = [
        Act("confirm", _("确认启用"), _confirm, _may_confirm, needs_reason=False),
        Act("rewrite", _("改写"), _rewrite, _when(True), needs_reason=False, form=RewriteForm),
        Act("add", _("另增一条"), _add, lambda user, row: permissions.keep_wording(user), needs_reason=False,
            form=NewForm),
        Act("drop", _("停用或退回"), _drop, _when(None), tone="bad"),
    ]  # fmt: skip

    @admin.display(description=_("规则条目"))
    def rests_on(self, row: CannedPhrase) -> str:
        return f"{edition()[row.provision].title.said(language())}（{edition()[row.provision].article}）"

    @admin.display(description=_("需银行补充的材料"))
    def papers(self, row: CannedPhrase) -> str:
        return "、".join(reply_label(item) for item in row.evidence) or "—"

    @admin.display(description=_("状态"))
    def shown_status(self, row: CannedPhrase) -> str:
        return row.status
