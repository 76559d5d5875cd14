"""What makes a drawn file fit for the archive and for a reader who hears it: PDF/A-3u and PDF/UA-1 at once.

The drawing library claims one standard at a time, packs the description that the archive wants unpacked, leaves the
scope of a table's heads to be guessed, and ends a stream so that its length can be doubted. All four are put right
here, after the drawing and before the bytes are written.
"""

from typing import Any

import pydyf
from weasyprint import Document

_UA = """
<rdf:Description rdf:about="" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>"""

_END = b"\nendstream\nendobj"


def finish(_document: Document, pdf: pydyf.PDF) -> None:
    """Called by the drawing library with everything drawn."""
    _claim_both(pdf)
    _say_scope_of_heads(pdf)
    pdf.__class__ = _Plain


class _Plain(pydyf.PDF):
    """Writes its lines so that no stream's last byte can be taken for a part of the line's end: the archive compares
    the length it was told with the bytes it finds, and packed bytes end in a carriage return once in 256 times."""

    def write_line(self, content: bytes, output: Any) -> None:
        if content.endswith(b"\r" + _END):
            content = content.removesuffix(_END) + b"\r" + _END
        super().write_line(content, output)


def _claim_both(pdf: pydyf.PDF) -> None:
    """The description of the file as plain text (a filter is not allowed in the archive), with both standards."""
    metadata = _object(pdf, pdf.catalog["Metadata"])
    packet = b"".join(part if isinstance(part, bytes) else str(part).encode() for part in metadata.stream)
    head, closing, tail = packet.rpartition(b"</rdf:RDF>")
    if not closing:
        raise ValueError("The drawing library writes its metadata in another way than it did.")
    metadata.stream = [head + _UA.encode() + tail]
    metadata.compress = False


def _say_scope_of_heads(pdf: pydyf.PDF) -> None:
    """A head that shares its row with figures is the row's, any other the column's."""
    rows = [item for item in pdf.objects if isinstance(item, pydyf.Dictionary) and item.get("S") == "/TR"]
    for row in rows:
        cells = [_object(pdf, reference) for reference in row["K"]]
        heads = [cell for cell in cells if cell.get("S") == "/TH"]
        scope = "/Row" if len(heads) < len(cells) else "/Column"
        for head in heads:
            head["A"]["Scope"] = scope


def _object(pdf: pydyf.PDF, reference: Any) -> Any:
    """The object that a reference such as `7 0 R` names."""
    text = reference.decode() if isinstance(reference, bytes) else str(reference)
    return pdf.objects[int(text.split()[0])]
