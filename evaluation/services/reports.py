"""Reports: asked for by a person or a job, made by the worker from one snapshot, issued by a second person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from evaluation import permissions, reports
from evaluation.models import Evaluation, Inspection, Report
from evaluation.open_data import drawing as open_data_drawing
from evaluation.open_data import figures as open_data
from evaluation.periods import HalfYear, Quarter
from evaluation.selectors import comparing, differences, half_year, inspection_report, partners, supervisory
from evaluation.services import inspections, subscriptions, telling
from evaluation.services.hashing import digest
from loans.rules import entry_window
from pool import audit, clock, hats, moves, outbox, pdf, scope, storage
from pool.chinese import in_chinese
from pool.errors import Refused, Stale
from pool.formats import official_day
from pool.models import StoredFile, User
from pool.numbering import next_number
from pool.permissions import require
from pool.selectors import edition, refs

PURPOSE = "report"
TASK = "evaluation.make_report"
YEAR_DIGITS = 4
UNFINISHED = (Report.State.REQUESTED, Report.State.DRAFT)


@dataclass(frozen=True)
class Maker:
    """How one kind of report is made: its article, those its page shows, its title, figures, where they do not tie,
    what follows its issue."""

    article: Callable[[], str]
    articles: tuple[str, ...]
    prefix: str
    title: Callable[[str], str]
    figures: Callable[[Report], dict[str, Any]]
    breaks: Callable[[dict[str, Any]], list[str]]
    issued: Callable[..., None] = telling.report_issued
    """Who hears of it, and what follows: given the report, the day, the article and who issued it."""


def request_half_year(*, period: str, by: User | None, on: date) -> Report:
    """Ask for the half-year statistics (10(1), 20(5), 20(6)), such as `2024H2`, once the half-year is over."""
    half = HalfYear.parse(period)
    if half.ends_on >= on:
        raise Refused(
            "period_not_over",
            _("报告期至 %(day)s，期满后方可编制。") % {"day": half.ends_on},
            MAKERS[Report.Kind.HALF_YEAR].article(),
            "period",
        )
    return _request(Report.Kind.HALF_YEAR, str(half), half.starts_on, half.ends_on, by=by, on=on)


def request_partners(*, period: str, by: User | None, on: date) -> Report:
    """Ask for the list of partner banks (10.2(2)) at the end of a year, such as `2024`, once the year is over."""
    if not (period.isascii() and period.isdigit() and len(period) == YEAR_DIGITS and int(period)):
        raise Refused("bad_period", _("年度应写作 2024。"), partners.ARTICLE, "period")
    first, last = date(int(period), 1, 1), date(int(period), 12, 31)
    if last >= on:
        text = _("报告期至 %(day)s，期满后方可编制。") % {"day": last}
        raise Refused("period_not_over", text, partners.ARTICLE, "period")
    return _request(Report.Kind.PARTNERS, period, first, last, by=by, on=on)


def request_supervisory(*, period: str, by: User | None, on: date) -> Report:
    """Ask for the supervisory indicators (8(4)) of a quarter, such as `2024Q4`, once its loans have been entered."""
    quarter = Quarter.parse(period)
    closes_on = entry_closes_on(quarter)
    if on <= closes_on:
        raise Refused(
            "window_open",
            _("%(period)s发放的贷款录入至 %(day)s 截止，次日起方可编制。")
            % {"period": quarter.words(), "day": closes_on},
            edition()["entry_window"].article,
            "period",
        )
    year = quarter.ends_on.replace(month=1, day=1)
    return _request(Report.Kind.SUPERVISORY, str(quarter), year, quarter.ends_on, by=by, on=on)


def request_open_data(*, period: str, by: User | None, on: date) -> Report:
    """Ask for the open data of a quarter, such as `2024Q4`, once it is over; what is issued is never made anew."""
    quarter = Quarter.parse(period)
    if quarter.ends_on >= on:
        text = _("报告期至 %(day)s，期满后方可编制。") % {"day": quarter.ends_on}
        raise Refused("period_not_over", text, open_data.ARTICLE, "period")
    return _request(Report.Kind.OPEN_DATA, str(quarter), quarter.starts_on, quarter.ends_on, by=by, on=on)


def request_differences(*, period: str, by: User, on: date) -> Report:
    """Ask for the list of differences (10.2(3)) of a quarter, such as `2024Q4`, once the quarter is over."""
    quarter = Quarter.parse(period)
    if quarter.ends_on >= on:
        text = _("报告期至 %(day)s，期满后方可编制。") % {"day": quarter.ends_on}
        raise Refused("period_not_over", text, differences.ARTICLE, "period")
    return _request(Report.Kind.DIFFERENCES, str(quarter), quarter.starts_on, quarter.ends_on, by=by, on=on)


def entry_closes_on(quarter: Quarter) -> date:
    """The last day on which the quarter's loans may be entered in time (19(1))."""
    return entry_window(edition(), refs().calendar, quarter.ends_on).closes_on


def last_entered_quarter(on: date) -> Quarter:
    """The newest quarter whose entry window is over."""
    quarter = Quarter.before(on)
    return quarter if on > entry_closes_on(quarter) else Quarter.before(quarter.starts_on)


def request_evaluation_report(*, evaluation: Evaluation, by: User | None, on: date) -> Report:
    """Ask for the report on a filed evaluation (25)."""
    if evaluation.state != Evaluation.State.FILED:
        raise Refused("not_filed", _("评价结果报备后方可编制报告。"), MAKERS[Report.Kind.EVALUATION].article())
    year = evaluation.year
    return _request(Report.Kind.EVALUATION, str(year), date(year, 1, 1), date(year, 12, 31), by=by, on=on)


@transaction.atomic
def request_inspection_report(*, inspection_id: UUID, by: User, on: date, version: int) -> Report:
    """Ask for the report of an inspection whose cases are all looked at and whose findings are all sent (26)."""
    require(permissions.may_inspect(by))
    inspection = inspections.locked(inspection_id, version)
    if (no := inspections.not_ready(inspection)) is not None:
        raise no
    first, last = inspection.starts_on, inspection.ends_on
    return _request(Report.Kind.INSPECTION, inspection.number, first, last, by=by, on=on)


def request_again(*, report_id: UUID, by: User, on: date) -> Report:
    """A new revision of a failed or issued report; the old one stays as it is."""
    old = Report.objects.get(pk=report_id)
    if old.kind == Report.Kind.INSPECTION and (no := inspections.not_ready(_inspected(old))) is not None:
        raise no
    return _request(old.kind, old.period, old.starts_on, old.ends_on, by=by, on=on)


def may_be_made_again(report: Report) -> bool:
    return report.state not in UNFINISHED and not _is_final(report)


def _is_final(report: Report) -> bool:
    """Of open data there is one edition: the difference of two would tell the one case that was corrected."""
    return bool(report.kind == Report.Kind.OPEN_DATA and report.state == Report.State.ISSUED)


@transaction.atomic
def _request(kind: str, period: str, starts_on: date, ends_on: date, *, by: User | None, on: date) -> Report:
    if by is not None:
        require(permissions.may_prepare_report(by, kind))
    maker = MAKERS[kind]
    newest = Report.objects.select_for_update().filter(kind=kind, period=period).order_by("-revision").first()
    if newest is not None and _is_final(newest):
        raise Refused("published", _("该季度的公开数据已发布，不再另编。"), maker.article(), "period")
    if newest is not None and newest.state in UNFINISHED:
        raise Refused("report_open", _("该报告期已有一份报告正在编制或待核准。"), maker.article(), "period")
    with in_chinese():
        title = maker.title(period)
    report: Report = Report.objects.create(
        kind=kind,
        period=period,
        revision=1 if newest is None else newest.revision + 1,
        number=f"{maker.prefix}-{period}-{next_number(f'report_{kind}', on.year):03d}",
        title=title,
        starts_on=starts_on,
        ends_on=ends_on,
        made_on=on,
        made_by=by,
    )
    if by is not None:
        hats.wear(report, by, permissions.PREPARER)
    audit.record("report.request", report, by=by, on=on, after={"period": period}, article=maker.article())
    outbox.enqueue(TASK, report_id=report.pk)
    return report


def make_report(report_id: UUID | str) -> None:
    """The worker's part. All figures come from one snapshot; the files are drawn from the figures alone.

    A second delivery finds the report made and does nothing.
    """
    with scope.snapshot():
        report = Report.objects.get(pk=report_id)
        if report.state != Report.State.REQUESTED:
            return
        report.as_of = clock.now()
        report.inputs = MAKERS[report.kind].figures(report)
    problems = MAKERS[report.kind].breaks(report.inputs)
    if problems:
        _fail(report, problems)
        return
    report.inputs_hash = digest(report.inputs)
    report.check_code = pdf.check_code(report.number, report.inputs_hash)
    report.code_version = reports.code_version()
    _finish(report, reports.as_pdf(report), reports.as_xlsx(report))


MADE = ("as_of", "inputs", "inputs_hash", "check_code", "code_version")


def _fail(made: Report, problems: list[str]) -> None:
    with scope.everything():
        report = _still_asked_for(made.pk)
        if report is not None:
            words = "\n".join(problems)
            changes = {"as_of": made.as_of, "inputs": made.inputs, "problem": words}
            moves.move(
                report,
                "fail",
                by=None,
                on=report.made_on,
                article=MAKERS[report.kind].article(),
                reason=words,
                **changes,
            )


def _finish(made: Report, as_pdf: bytes, as_xlsx: bytes) -> None:
    with scope.everything():
        report = _still_asked_for(made.pk)
        if report is None:
            return
        changes: dict[str, Any] = {name: getattr(made, name) for name in MADE}
        changes["pdf"] = _keep(report, as_pdf, "pdf")
        changes["xlsx"] = _keep(report, as_xlsx, "xlsx")
        article = MAKERS[report.kind].article()
        moves.move(report, "finish", by=None, on=report.made_on, article=article, **changes)
        after = {"inputs_hash": made.inputs_hash, "check_code": made.check_code, "code_version": made.code_version}
        audit.record("report.made", report, by=None, on=report.made_on, article=article, after=after)


def _still_asked_for(report_id: UUID) -> Report | None:
    found: Report | None = Report.objects.select_for_update().filter(pk=report_id, state=Report.State.REQUESTED).first()
    return found


def _keep(report: Report, content: bytes, suffix: str) -> StoredFile:
    return storage.keep(content, name=reports.file_name(report, suffix), purpose=PURPOSE, by=report.made_by)


@transaction.atomic
def adopt_report(*, report_id: UUID, by: User, on: date, version: int) -> Report:
    """A report that a job has asked for gets its first person: the statistics desk has looked at the draft."""
    report: Report = Report.objects.select_for_update().get(pk=report_id)
    require(permissions.may_prepare_report(by, report.kind))
    _as_seen(report, version)
    if report.made_by_id is not None:
        raise Refused("already_adopted", _("该草稿已有人核对确认。"))
    hats.wear(report, by, permissions.PREPARER)
    report.made_by = by
    report.version += 1
    report.save(update_fields=["made_by", "version"])
    audit.record("report.adopt", report, by=by, on=on, article=MAKERS[report.kind].article())
    return report


@transaction.atomic
def issue_report(*, report_id: UUID, by: User, on: date, version: int) -> Report:
    """A second person has checked the draft; now the departments of 8(4) may read it, and it never changes."""
    report: Report = Report.objects.select_for_update().get(pk=report_id)
    require(permissions.may_check_report(by, report))
    _as_seen(report, version)
    hats.wear(report, by, permissions.CHECKER)
    article = MAKERS[report.kind].article()
    moves.move(report, "issue", by=by, on=on, article=article, issued_by=by, issued_on=on)
    audit.record("report.issue", report, by=by, on=on, article=article, after={"check_code": report.check_code})
    MAKERS[report.kind].issued(report, on, article, by=by)
    subscriptions.tell(report, on, article)
    return report


def _as_seen(report: Report, version: int) -> None:
    if report.version != version:
        raise Stale()
    if report.state != Report.State.DRAFT:
        raise Refused("not_a_draft", _("只有待核准的报告可以办理此项操作。"))


def of_inspection(inspection: Inspection) -> list[Report]:
    """Newest first."""
    rows = Report.objects.filter(kind=Report.Kind.INSPECTION, period=inspection.number)
    return list(rows.order_by("-revision"))


def is_under_way(inspection: Inspection) -> bool:
    return any(report.state in UNFINISHED for report in of_inspection(inspection))


def _inspected(report: Report) -> Inspection:
    return Inspection.objects.select_related("population").get(number=report.period)


def _follow_up(report: Report, on: date, _article: str, *, by: User) -> None:
    inspections.report_issued(_inspected(report), report, by=by, on=on)


def _inspection_title(period: str) -> str:
    one = Inspection.objects.get(number=period)
    days = {"first": official_day(one.starts_on), "last": official_day(one.ends_on)}
    words = {**days, "subject": one.get_subject_display()}
    return _("%(first)s至%(last)s%(subject)s监督检查报告") % words


def _filed(report: Report) -> Evaluation:
    evaluations = Evaluation.objects.filter(year=int(report.period), state=Evaluation.State.FILED)
    return evaluations.order_by("-revision").first()


MAKERS: dict[str, Maker] = {
    Report.Kind.HALF_YEAR: Maker(
        article=lambda: edition()["half_year_statistics"].article,
        articles=("10.1(1)", "20(5)"),
        prefix="BN",
        title=lambda period: HalfYear.parse(period).title(),
        figures=lambda report: comparing.with_former(half_year.figures(report.starts_on, report.ends_on)),
        breaks=half_year.breaks,
    ),
    Report.Kind.EVALUATION: Maker(
        article=lambda: edition()["evaluation_due"].article,
        articles=("25",),
        prefix="PJ",
        title=lambda period: _("%(year)s年度加盟银行绩效评价报告") % {"year": period},
        figures=lambda report: reports.evaluation_figures(_filed(report)),
        breaks=lambda figures: [],
    ),
    Report.Kind.SUPERVISORY: Maker(
        article=lambda: supervisory.ARTICLE,
        articles=(supervisory.ARTICLE,),
        prefix="JG",
        title=lambda period: _("%(period)s监管指标报告") % {"period": Quarter.parse(period).words()},
        figures=lambda report: {
            **supervisory.figures(report.ends_on),
            "before": comparing.indicators_before(report.ends_on),
        },
        breaks=supervisory.breaks,
    ),
    Report.Kind.PARTNERS: Maker(
        article=lambda: partners.ARTICLE,
        articles=(partners.ARTICLE, "7"),
        prefix="MD",
        title=lambda period: _("%(year)s年加盟银行名单") % {"year": period},
        figures=lambda report: partners.figures(int(report.period)),
        breaks=partners.breaks,
    ),
    Report.Kind.OPEN_DATA: Maker(
        article=lambda: open_data.ARTICLE,
        articles=(open_data.ARTICLE,),
        prefix="GK",
        title=open_data_drawing.title,
        figures=open_data.figures,
        breaks=open_data.breaks,
    ),
    Report.Kind.DIFFERENCES: Maker(
        article=lambda: differences.ARTICLE,
        articles=(differences.ARTICLE,),
        prefix="CY",
        title=lambda period: _("%(period)s清收返还差异清单") % {"period": Quarter.parse(period).words()},
        figures=lambda report: differences.figures(report.starts_on, report.made_on),
        breaks=differences.breaks,
    ),
    Report.Kind.INSPECTION: Maker(
        article=lambda: inspections.ARTICLE,
        articles=(inspections.ARTICLE,),
        prefix="JCBG",
        title=_inspection_title,
        figures=lambda report: inspection_report.figures(_inspected(report)),
        breaks=inspection_report.breaks,
        issued=_follow_up,
    ),
}
