"""An issued report with its figures and fingerprints."""

from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from evaluation.models import Report
from evaluation.selectors.series import FORMATS


class ReportSerializer(serializers.ModelSerializer):
    """`figures` is what the PDF prints; `inputs_hash` is the SHA-256 of it in canonical JSON."""

    figures = serializers.DictField(source="inputs", help_text="各银行及资金池的全部数据")
    pdf_sha256 = serializers.CharField(source="pdf.sha256", help_text="原件 PDF 的 SHA-256")
    xlsx_sha256 = serializers.CharField(source="xlsx.sha256", help_text="原件数据表的 SHA-256")
    csv_url = serializers.HyperlinkedIdentityField(view_name="api:report-csv")
    lines_url = serializers.HyperlinkedIdentityField(view_name="api:report-lines")
    pdf_url = serializers.HyperlinkedIdentityField(view_name="api:report-pdf")
    xlsx_url = serializers.HyperlinkedIdentityField(view_name="api:report-xlsx")

    class Meta:
        model = Report
        fields = [
            "id", "number", "kind", "period", "revision", "title", "starts_on", "ends_on", "issued_on", "as_of",
            "inputs_hash", "check_code", "code_version", "pdf_sha256", "xlsx_sha256", "pdf_url", "xlsx_url",
            "csv_url", "lines_url", "figures",
        ]  # fmt: skip


class ReportInList(ReportSerializer):
    """Without the figures, which are long."""

    figures = None  # type: ignore[assignment]

    class Meta(ReportSerializer.Meta):
        fields = ReportSerializer.Meta.fields[:-1]


class FigureLineSerializer(serializers.Serializer):
    section = serializers.CharField()
    key = serializers.CharField()
    figure = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_null=True)


class IssueSerializer(serializers.Serializer):
    """The newest issue of a series."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    period = serializers.CharField()
    revision = serializers.IntegerField()
    issued_on = serializers.DateField()
    url = serializers.HyperlinkedIdentityField(view_name="api:report-detail")


class NextSerializer(serializers.Serializer):
    """`due` is the law's last day, where it names one."""

    period = serializers.CharField()
    drafted_from = serializers.DateField()
    due = serializers.DateField(allow_null=True)


class DefinitionSerializer(serializers.Serializer):
    figure = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    how = serializers.CharField()
    basis = serializers.CharField()


class SeriesSerializer(serializers.Serializer):
    series = serializers.CharField(source="series.kind")
    name = serializers.CharField(source="series.name")
    about = serializers.CharField(source="series.about")
    every = serializers.ChoiceField(source="series.every", choices=["quarter", "half_year", "year", "occasion"])
    article = serializers.SerializerMethodField()
    formats = serializers.SerializerMethodField()
    issues = serializers.IntegerField()
    issues_url = serializers.SerializerMethodField()
    latest = IssueSerializer(allow_null=True)
    next = NextSerializer(allow_null=True)

    def get_article(self, row: Any) -> str:
        return str(row.series.article())

    def get_formats(self, row: Any) -> list[str]:
        return list(FORMATS)

    def get_issues_url(self, row: Any) -> str:
        address = reverse("api:report-list", request=self.context["request"])
        return f"{address}?kind={row.series.kind}"


class OneSeriesSerializer(SeriesSerializer):
    """`definitions`: what its figures mean, where the series has a catalogue of them."""

    definitions = DefinitionSerializer(many=True)


def serializer_for(action: str) -> type[Any]:
    return ReportInList if action == "list" else ReportSerializer
