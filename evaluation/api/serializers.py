"""An issued report with its figures and fingerprints."""

from typing import Any

from rest_framework import serializers

from evaluation.models import Report


class ReportSerializer(serializers.ModelSerializer):
    """`figures` is what the PDF prints; `inputs_hash` is the SHA-256 of it in canonical JSON."""

    figures = serializers.DictField(source="inputs", help_text="各银行及资金池的全部数据")
    pdf_sha256 = serializers.CharField(source="pdf.sha256", help_text="原件 PDF 的 SHA-256")
    xlsx_sha256 = serializers.CharField(source="xlsx.sha256", help_text="原件数据表的 SHA-256")
    pdf_url = serializers.HyperlinkedIdentityField(view_name="api:report-pdf")
    xlsx_url = serializers.HyperlinkedIdentityField(view_name="api:report-xlsx")

    class Meta:
        model = Report
        fields = [
            "id", "number", "kind", "period", "revision", "title", "starts_on", "ends_on", "issued_on", "as_of",
            "inputs_hash", "check_code", "code_version", "pdf_sha256", "xlsx_sha256", "pdf_url", "xlsx_url", "figures",
        ]  # fmt: skip


class ReportInList(ReportSerializer):
    """Without the figures, which are long."""

    figures = None  # type: ignore[assignment]

    class Meta(ReportSerializer.Meta):
        fields = ReportSerializer.Meta.fields[:-1]


def serializer_for(action: str) -> type[Any]:
    return ReportInList if action == "list" else ReportSerializer
