"""The report that the spreadsheet of the review board takes in."""

from __future__ import annotations

import csv
import io

COLUMNS = ("outcome", "priority", "rule", "path", "line", "resource")


def as_csv(report):
    """One line for each check of the JSON report."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([check[column] for column in COLUMNS] for check in report["checks"])
    return text.getvalue()
