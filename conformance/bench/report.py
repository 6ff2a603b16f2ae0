"""What was measured: lines as they come, and one table at the end."""

import json
from pathlib import Path


class Report:
    """Figures in the order in which they were measured."""

    def __init__(self):
        self.rows = []

    def section(self, title):
        print(f"\n== {title}", flush=True)

    def add(self, figure, value, unit="", *, target=None, note=""):
        """A figure; `target` is what it is to reach, as text such as ">= 0.85"."""
        row = {"figure": figure, "value": value, "unit": unit, "target": target, "note": note}
        self.rows.append(row)
        print(f"   {_line(row)}", flush=True)

    def finish(self, path):
        """Prints all figures once more and keeps them as JSON."""
        print("\n== figures")
        for row in self.rows:
            print(_line(row))
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.rows, indent=1) + "\n")
        print(f"kept in {path}")


def _line(row):
    value = row["value"]
    text = value if isinstance(value, str) else _number(value)
    target = f"   (target {row['target']})" if row["target"] else ""
    note = f"   {row['note']}" if row["note"] else ""
    return f"{row['figure']:<68} {text:>10} {row['unit']}{target}{note}".rstrip()


def _number(value):
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
