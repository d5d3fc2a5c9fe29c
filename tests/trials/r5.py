"""R5, contract: every call of ours to the carrier goes through Prism on Twilio's own published spec; planted bad calls are refused.

Twilio's spec and Prism come from npm into .cache/carrier-contract, once. Where npm is missing the trial is left out, but never in CI.
"""

import base64
import http.client
import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from imrgroups import sms
from imrgroups.sms import Outgoing
from tests.trials import course
from tests.trials.figures import Found
from tests.trials.places import ACCOUNT, TOKEN, free_port

ROOT = Path(__file__).parent.parent.parent
CACHE = ROOT / ".cache" / "carrier-contract"
PACKAGES = ("@twilio/cli-core@8", "@stoplight/prism-cli@5")
SPEC = CACHE / "node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
PRISM = CACHE / "node_modules/@stoplight/prism-cli/dist/index.js"
HOME = f"/2010-04-01/Accounts/{ACCOUNT}"
TEXT = {"To": "+4520123456", "From": "+4599999999", "Body": "Hi"}
CALL = {"To": "+4520123456", "From": "+4599999999", "Twiml": "<Response/>"}
BAD: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("POST", f"{HOME}/Messages.json", {"From": "+4599999999", "Body": "Hi"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "ValidityPeriod": "soon"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "Attempt": "first"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "ProvideFeedback": "perhaps"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "ForceDelivery": "2"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "SmartEncoded": "yes"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "ContentRetention": "burn"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "AddressRetention": "burn"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "ScheduleType": "later"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "RiskCheck": "maybe"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "MessagingServiceSid": "MG1"}),
    ("POST", f"{HOME}/Messages.json", {**TEXT, "MaxPrice": "cheap"}),
    ("POST", "/2010-04-01/Accounts/AC1/Messages.json", TEXT),
    ("POST", f"{HOME}/Calls.json", {"From": "+4599999999", "Twiml": "<Response/>"}),
    ("POST", f"{HOME}/Calls.json", {"To": "+4520123456", "Twiml": "<Response/>"}),
    ("POST", f"{HOME}/Calls.json", {**CALL, "Timeout": "long"}),
    ("POST", f"{HOME}/Calls.json", {**CALL, "Record": "always"}),
    ("POST", f"{HOME}/Calls.json", {**CALL, "StatusCallbackMethod": "BREW"}),
    ("GET", f"{HOME}/Messages.json?PageSize=many", {}),
    ("GET", f"{HOME}/Calls.json?PageSize=0", {}),
)


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """Violations of our calls and of the stand-in's answers; of the bad calls, how many were refused."""
    why = _install()
    if why:
        return Found("R5", "no database", skipped=why)
    with course.stand() as stand:
        port = free_port()
        spec, upstream = _spec(), f"http://127.0.0.1:{stand.port}"
        command = ["node", str(PRISM), "proxy", "-h", "127.0.0.1", "-p", str(port), "--errors", str(spec), upstream]
        prism = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            calls, violations = _ours(port)
            refused = sum(_is_refused(port, *bad) for bad in BAD)
            without = sum(_is_refused(stand.port, *bad) for bad in BAD)
        finally:
            prism.kill()
            prism.wait()
            spec.unlink()
    figures = {"calls": calls, "violations": violations, "bad_calls": len(BAD), "refused": refused}
    held = violations == 0 and refused == len(BAD)
    return Found("R5", "no database", figures, {"refused_without_the_spec": without}, held, without < len(BAD))


def _install() -> str:
    """Fetch what is missing; returns why that cannot be, or an empty text."""
    if SPEC.exists() and PRISM.exists():
        return ""
    if not shutil.which("npm") or not shutil.which("node"):
        if os.environ.get("CI"):
            raise FileNotFoundError("npm is missing, and in CI this trial is never left out")
        return "because npm is missing (on Debian or Ubuntu: sudo apt install npm)"
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "package.json").write_text('{"private": true}')
    done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES], cwd=CACHE, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    if os.environ.get("CI"):
        raise RuntimeError(f"npm could not fetch {', '.join(PACKAGES)}: {done.stderr[-300:]}")
    return "because npm could not fetch its packages"


def _spec() -> Path:
    """The published spec, cut down to messages and calls. Its addresses of pages are called absolute and are not, so that goes."""
    whole = json.loads(SPEC.read_text())
    wanted = ("/2010-04-01/Accounts/{AccountSid}/Messages.json", "/2010-04-01/Accounts/{AccountSid}/Calls.json")
    whole["paths"] = {path: whole["paths"][path] for path in wanted}
    cut = CACHE / f"spec-{os.getpid()}.json"
    cut.write_text(json.dumps(_without_uri(whole)))
    return cut


def _without_uri(part: Any) -> Any:
    if isinstance(part, dict):
        kept = {name: _without_uri(value) for name, value in part.items() if name not in ("examples", "example")}
        if kept.get("type") == "string" and kept.get("format") == "uri":
            del kept["format"]
        return kept
    return [_without_uri(value) for value in part] if isinstance(part, list) else part


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        time.sleep(0.2)
    raise TimeoutError("Prism did not start")


def _ours(port: int) -> tuple[int, int]:
    """(calls made, calls that Prism refused) of everything the gateway can say."""
    words = ("Hi Anna. See you Tuesday.", "Hej Søren. Vi ses tirsdag.", "שלום. נתראה ביום שלישי.", "x" * 480, "Tom & <Anna> \"1\" + 100 %")
    plain = course.gateway(port)
    service = course.gateway(port)
    service.service = "MG" + "0" * 32
    silent = course.gateway(port)
    silent.public_url = ""
    calls = violations = 0

    def ask(what: Any, *given: Any) -> None:
        nonlocal calls, violations
        calls += 1
        try:
            what(*given)
        except (sms.Refused, sms.Unsure):
            violations += 1

    for gateway in (plain, service, silent):
        for index, text in enumerate(words):
            for seconds in (1, 14_400, 99_999):
                ask(gateway.send, Outgoing(f"{index}", course.number(index), text, valid_seconds=seconds, asks=True))
            for language in ("da", "sv", "en", "he", "ar"):
                call = Outgoing(f"{index}", course.number(index), text, "call", language, asks=index % 2 == 0)
                ask(gateway.send, call)
            ask(gateway.find, Outgoing(f"{index}", course.number(index), text), course.now() - timedelta(hours=1))
            ask(gateway.find, Outgoing(f"{index}", course.number(index), text, "call"), course.now() - timedelta(hours=1))
        ask(gateway.inbound, course.now() - timedelta(days=4))
    return calls, violations


def _is_refused(port: int, method: str, path: str, form: dict[str, str]) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    key = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status >= 400
