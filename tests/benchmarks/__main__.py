"""One table of ratios from one run: each page beside its bare twin, over HTTP with keep-alive, signed in, encryption and access log on.

python3 run.py bench [--rounds 200] [--groups 10000]
"""

import argparse
import http.client
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table

from imrgroups import create_app
from imrgroups.config import Settings, now
from imrgroups.db import db, writing
from tests.benchmarks import data, sheets
from tests.benchmarks.data import Measured

GOALS = {
    "register open": 3, "register save": 3, "group page, 36 x 10": 2, "meeting page": 3, "today page": 3, "handout page": 3,
    "if assessed today": 2,
}
SAME_WORDS = 0.9  # a twin that shows less of what its page shows is no twin


class Browser:
    """One keep-alive connection with its cookies."""

    def __init__(self, port: int) -> None:
        self.connection, self.cookies = http.client.HTTPConnection("127.0.0.1", port, timeout=30), {}

    def ask(self, method: str, address: str, form: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Status, text and seconds of one request."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Host": "127.0.0.1"}
        body = urlencode(form) if form is not None else None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text.decode(), took

    def token(self, text: str) -> str:
        """The CSRF token of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        return found[1] if found else ""


def main() -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--groups", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(_env_file=None, data=Path(folder), database_url="", demo=True, log_level="WARNING"))
        with app.app_context(), writing():
            measured = _prepare()
            paper = sheets.measure()
            few = _measure(folder, measured, options.rounds)
            data.crowd(measured, options.groups)
            db.session.remove()
        many = _measure(folder, measured, options.rounds)
    return max(_report(few, many, options.groups), sheets.report(paper))


def _prepare() -> Measured:
    from flask_migrate import upgrade
    from sqlalchemy import text

    upgrade()
    measured = data.build(now())
    db.session.execute(text("CREATE TABLE twin_people (id BIGINT PRIMARY KEY, name TEXT)"))
    db.session.execute(
        text("CREATE TABLE twin_marks (meeting_id INT, participant_id BIGINT, state TEXT, PRIMARY KEY (meeting_id, participant_id))")
    )
    people = [{"id": key, "name": name} for key, name in zip(measured.people, data.NAMES, strict=True)]
    db.session.execute(text("INSERT INTO twin_people VALUES (:id, :name)"), people)
    close = [{"id": key, "name": name} for key, name in measured.supporters.items()]
    db.session.execute(text("CREATE TABLE twin_supporters (id BIGINT PRIMARY KEY, name TEXT)"))
    db.session.execute(text("INSERT INTO twin_supporters VALUES (:id, :name)"), close)
    db.session.commit()
    return measured


def _measure(folder: str, measured: Measured, rounds: int) -> dict[str, tuple[float, float, int]]:
    """Median milliseconds of page and twin by name, and the server's memory in MB."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.server", folder, str(port)])
    try:
        return _visit(port, server.pid, measured, rounds)
    finally:
        server.kill()
        server.wait()


def _visit(port: int, pid: int, measured: Measured, rounds: int) -> dict[str, tuple[float, float, int]]:
    browser = _signed_in(port, measured)
    register = f"/meetings/{measured.meeting}/attendance"
    pages = {
        "register open": (register, f"/twin/register/{measured.meeting}"),
        "group page, 36 x 10": (f"/groups/{measured.group}", f"/twin/groups/{measured.group}"),
        "meeting page": (f"/meetings/{measured.meeting}", f"/twin/meetings/{measured.meeting}"),
        "today page": ("/today", f"/twin/today/{measured.leader}"),
        "handout page": ("/curriculum/handouts/recovery-what-it-means", "/twin/handouts/recovery-what-it-means"),
        "if assessed today": (f"/groups/{measured.group}/fidelity", f"/twin/fidelity/{measured.group}"),
    }
    for name, (page, twin) in pages.items():
        _same_words(name, browser.ask("GET", page)[1], browser.ask("GET", twin)[1])
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in (*pages, "register save")}
    for number in range(rounds + 10):
        for name, (page, twin) in pages.items():
            for place, address in enumerate((page, twin)):
                status, _text, took = browser.ask("GET", address)
                assert status == 200, (address, status)
                if number >= 10:
                    times[name][place].append(took)
        for place, took in enumerate(_save(browser, register, measured, number)):
            if number >= 10:
                times["register save"][place].append(took)
    memory = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) // 1024  # type: ignore[index]
    return {name: (1000 * statistics.median(ours), 1000 * statistics.median(bare), memory) for name, (ours, bare) in times.items()}


def _same_words(name: str, page: str, twin: str) -> None:
    """Refuse a twin that leaves out what its page shows: the words between the tags, each as often as it stands there."""
    ours, bare = (Counter(re.sub(r"<(script|style|title)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).split()) for text in (page, twin))
    share = (ours & bare).total() / ours.total()
    assert share >= SAME_WORDS, f"the twin of {name} shows {share:.0%} of its words; not {sorted(ours - bare)[:40]}"


def _save(browser: Browser, register: str, measured: Measured, number: int) -> tuple[float, float]:
    _status, page, _took = browser.ask("GET", register)
    state = ("present", "late")[number % 2]
    form = {name: value for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)}
    names = sorted(set(re.findall(r'type="radio" name="([^"]+)"', page)))
    assert len(names) == 10, names
    status, _text, ours = browser.ask("POST", register, form | dict.fromkeys(names, state))
    assert status == 303, status
    status, _text, bare = browser.ask("POST", f"/twin/register/{measured.meeting}", {f"mark_{person}": state for person in measured.people})
    assert status == 303, status
    return ours, bare


def _signed_in(port: int, measured: Measured) -> Browser:
    for _try in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            time.sleep(0.1)
    browser = Browser(port)
    _status, page, _took = browser.ask("GET", "/")
    status, _text, _took = browser.ask("POST", f"/demonstration/sign-in/{measured.leader}", {"csrf_token": browser.token(page)})
    assert status == 303, status
    return browser


def _report(few: dict[str, tuple[float, float, int]], many: dict[str, tuple[float, float, int]], groups: int) -> int:
    table = Table(title="Each page beside its bare twin: p50 over HTTP, one client, same server, same run")
    for head in ("page", "ms", "twin ms", "ratio", "goal", f"ms with {groups} groups", "growth", "goal"):
        table.add_column(head, justify="left" if head == "page" else "right")
    missed = 0
    for name, goal in GOALS.items():
        ours, bare, _memory = few[name]
        later = many[name][0]
        kept = ours / bare <= goal and later / ours <= 1.3
        missed += not kept
        table.add_row(
            name,
            f"{ours:.2f}",
            f"{bare:.2f}",
            f"{ours / bare:.2f}",
            f"<= {goal}",
            f"{later:.2f}",
            f"{later / ours:.2f}",
            "<= 1.3",
            style="" if kept else "bold red",
        )
    console = Console(width=120)
    console.print(table)
    memory = max(few["today page"][2], many["today page"][2])
    console.print(f"Memory of the serving process: {memory} MB resident (goal: under 180)")
    return int(missed > 0 or memory >= 180)


if __name__ == "__main__":
    sys.exit(main())
