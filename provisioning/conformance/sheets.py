"""A document of so many sheets of A4, a large number on each (PDF 1.4, ISO 32000)."""

WIDTH_PT, HEIGHT_PT = 595, 842


def sheets_of_a4(sheets: int) -> bytes:
    """PDF, one page a sheet."""
    pages = range(4, 4 + 2 * sheets, 2)
    kids = " ".join(f"{number} 0 R" for number in pages)
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {sheets} >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for sheet, number in enumerate(pages, 1):
        drawn = f"BT /F 120 Tf 200 400 Td ({sheet} / {sheets}) Tj ET"
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH_PT} {HEIGHT_PT}] /Contents {number + 1} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects[number + 1] = f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream"
    written, places = "%PDF-1.4\n", []
    for number, content in sorted(objects.items()):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
