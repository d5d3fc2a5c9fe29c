"""Paper: how long a handout of four pages takes, and a pack for ten people. Each time with another name on it, so that Typst has not made it before."""

import re
import statistics
import time

from rich.console import Console
from rich.table import Table

from imrgroups import pdf
from imrgroups.library import content
from imrgroups.library.content import packs
from imrgroups.library.content.packs import Copy, Cover
from imrgroups.library.content.shelf import opened
from tests.benchmarks.data import NAMES

HANDOUT, TODAY, MISSED = "recovery-steps-to-a-goal", ("stress-signs", "stress-diary"), ("stress-what-it-is", "lifestyle-sleep-and-rest")
GOALS = {"handout of four pages": 100, "pack for ten people": 2000}  # milliseconds, goals of the issue
COUNT = re.compile(rb"/Type/Pages/Count (\d+)")


def measure(rounds: int = 20) -> dict[str, tuple[float, float, int]]:
    """Median and slowest milliseconds and the number of pages by name, warm; needs an application."""
    return {"handout of four pages": _timed(_handout, rounds), "pack for ten people": _timed(_pack, max(rounds // 4, 3))}


def _handout(number: int) -> bytes:
    shelf = opened()
    page = shelf.page(HANDOUT, "en")
    return pdf.render([content.printed(page.document, shelf.programme, page.language, name=f"{NAMES[number % 10]} {number}")])


def _pack(number: int) -> bytes:
    """As on a leader's page of a meeting: the day's sheets for all, what they missed for three, two languages, one in large print."""
    copies = [
        Copy(f"{name} {number}", ("en", "da")[place % 2], place == 4, [*TODAY, *(MISSED if place % 4 == 0 else ())])
        for place, name in enumerate(NAMES)
    ]
    return packs.pack(copies, Cover(f"Measured group {number}", "en"))


def _timed(make, rounds: int) -> tuple[float, float, int]:
    taken, pages = [], 0
    for number in range(rounds + 1):
        began = time.perf_counter()
        made = make(number)
        taken.append(1000 * (time.perf_counter() - began))
        pages = int(COUNT.search(made)[1])  # type: ignore[index]
    warm = taken[1:]
    return statistics.median(warm), max(warm), pages


def report(measured: dict[str, tuple[float, float, int]]) -> int:
    """Print the rows; 1 when a goal is missed."""
    table = Table(title="Paper, warm: milliseconds in the process that serves")
    for head in ("what", "pages", "ms", "slowest", "goal"):
        table.add_column(head, justify="left" if head == "what" else "right")
    missed = 0
    for name, (median, slowest, pages) in measured.items():
        kept = median < GOALS[name]
        missed += not kept
        table.add_row(name, f"{pages}", f"{median:.1f}", f"{slowest:.1f}", f"< {GOALS[name]}", style="" if kept else "bold red")
    Console(width=120).print(table)
    return int(missed > 0)
