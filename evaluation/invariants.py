"""What must always hold of evaluations and reports."""

from collections.abc import Iterator

from evaluation.models import Evaluation, EvaluationLine, Inspection, Report
from evaluation.sampling import sample_hash
from evaluation.services.evaluations import lines_of
from evaluation.services.hashing import digest
from evaluation.services.inspections import redrawn
from pool import pdf, storage
from pool.rulebook import load

RESULT = (
    "amount", "borrowers", "last_amount", "last_borrowers", "violations", "amount_rank", "borrowers_rank", "growth",
    "growth_rank", "grade", "findings", "second_strike",
)  # fmt: skip


def reports_are_intact() -> Iterator[str]:
    """Figures, check code and files of every report that was made are those that were made."""
    for report in Report.objects.exclude(pdf=None).select_related("pdf", "xlsx").order_by("number"):
        if digest(report.inputs) != report.inputs_hash:
            yield f"{report}: the figures do not have the recorded hash"
        if pdf.check_code(report.number, report.inputs_hash) != report.check_code:
            yield f"{report}: the check code is not that of the figures"
        for file in (report.pdf, report.xlsx):
            if not storage.intact(file):
                yield f"{report}: {file.name} is not the file that was made"


def evaluations_follow_from_their_inputs() -> Iterator[str]:
    """Every filed result is what the rules give for the stored inputs, under the edition of the day."""
    for evaluation in Evaluation.objects.filter(state=Evaluation.State.FILED).order_by("year", "revision"):
        if digest(evaluation.inputs) != evaluation.inputs_hash:
            yield f"{evaluation}: the inputs do not have the recorded hash"
        book = load(evaluation.edition)
        if book.hash != evaluation.edition_hash:
            yield f"{evaluation}: the edition is not the one it was graded by"
        stored = {line.bank_id: _result(line) for line in evaluation.lines.all()}
        if stored != {line.bank_id: _result(line) for line in lines_of(evaluation, book)}:
            yield f"{evaluation}: the result does not follow from the inputs"


def _result(line: EvaluationLine) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in RESULT)


def samples_can_be_drawn_again() -> Iterator[str]:
    """The frozen list is whole, and its seed gives the cases that were looked at."""
    drawn = Inspection.objects.exclude(population=None).select_related("population")
    for inspection in drawn.order_by("number"):
        if not storage.intact(inspection.population):
            yield f"{inspection}: the list that was drawn from is not the one that was frozen"
            continue
        again = redrawn(inspection)
        if sample_hash(again) != inspection.sample_hash:
            yield f"{inspection}: the seed does not give the recorded sample"
        stored = inspection.cases.order_by("position").values_list("key", "bank_id", "amount", "score")
        told = [(one.unit.key, one.unit.bank, one.unit.amount, one.score) for one in again]
        if [(str(key), str(bank), f"{amount:.2f}", score) for key, bank, amount, score in stored] != told:
            yield f"{inspection}: the cases are not those that were drawn"
