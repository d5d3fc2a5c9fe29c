"""S2, webhooks: what the carrier did not sign, for this address and these fields, changes nothing; what it signed is taken in, once."""

import random
from typing import Any

from sqlalchemy import func, select

from imrgroups.db import db, writing
from imrgroups.outreach import actions
from imrgroups.outreach.models import Delivery, Message, Reply
from tests.conftest import Browser
from tests.trials import course
from tests.trials.figures import Found
from tests.trials.places import ACCOUNT, PUBLIC, TOKEN, Place, place

EVIL = "https://evil.example.org"


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """A thousand forgeries of nine kinds, a thousand genuine; the control checks the signature as a quick recipe on the web does."""
    from twilio.request_validator import RequestValidator

    count, dice = 100 if short else 1000, random.Random(seed)
    signer, stranger = RequestValidator(TOKEN), RequestValidator("0" * 32)
    with place(database) as here:
        refs = _messages(here, 20)
        here.app.test_client_class = Browser
        with here.app.app_context(), writing():
            client = here.app.test_client()
            accepted = errors = fooled = 0
            for index in range(count):
                path, form = _genuine(dice, index, refs)
                headers, sent, base = _forged(KINDS[index % len(KINDS)], path, form, signer, stranger)
                answer = client.post(path, data=sent, headers=headers, base_url=base)
                accepted += answer.status_code < 300
                errors += answer.status_code >= 500
                fooled += _naive(signer, path, sent, headers, base)
            db.session.rollback()
            changed = _count(Reply) + _count(Delivery)
            taken = 0
            for index in range(count):
                path, form = _genuine(dice, index, refs)
                signature = signer.compute_signature(PUBLIC + path, form)
                taken += client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code < 300
                if index % 10 == 0:
                    client.post(path, data=form, headers={"X-Twilio-Signature": signature})  # once more, as carriers do
            db.session.rollback()
            rows = _count(Reply) + _count(Delivery)
            db.session.remove()
    figures = {"forged": count, "accepted": accepted, "server_errors": errors, "rows_changed": changed, "genuine": count,
               "genuine_taken": taken, "rows": rows}
    held = accepted == errors == changed == 0 and taken == rows == count
    return Found("S2", here.name, figures, {"fooled_by": fooled}, held, fooled > 0)


def _messages(here: Place, count: int) -> list[tuple[int, str]]:
    keys = course.build(here, count)
    with here.app.app_context(), writing():
        actions.queue(course.drafts(keys), by=None, now=course.START)
        rows = list(db.session.execute(select(Message)).scalars())
        for index, row in enumerate(rows):
            row.state, row.sid, row.sent_at = "sent", f"SM{index:032x}", course.START
        db.session.commit()
        found = [(row.id, row.sid or "") for row in rows]
        db.session.remove()
        db.engine.dispose()
    return found


def _genuine(dice: random.Random, index: int, refs: list[tuple[int, str]]) -> tuple[str, dict[str, str]]:
    """What the carrier would send; each of its own, so that each makes one row."""
    if index % 2:
        ref, _sid = dice.choice(refs)
        sid = f"SMX{index:029x}"
        return f"/carrier/status/{ref}", {"MessageSid": sid, "AccountSid": ACCOUNT, "MessageStatus": "sent", "ApiVersion": "2010-04-01"}
    form = {"MessageSid": f"SMI{index:029x}", "AccountSid": ACCOUNT, "From": course.number(index % len(refs)), "To": "+4599999999"}
    return "/carrier/text", {**form, "Body": "Tak for sidst", "NumMedia": "0"}


def _other_token(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    return {"X-Twilio-Signature": stranger.compute_signature(PUBLIC + path, form)}, form, PUBLIC


def _no_header(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    return {}, form, PUBLIC


def _garbage(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    return {"X-Twilio-Signature": "Æ=="}, form, PUBLIC


def _other_address(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    """Signed by the carrier for somebody else's address, and brought here with that name as Host."""
    return {"X-Twilio-Signature": signer.compute_signature(EVIL + path, form), "X-Forwarded-Host": "evil.example.org"}, form, EVIL


def _changed(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    return {"X-Twilio-Signature": signer.compute_signature(PUBLIC + path, form)}, {**form, "To": "+4511111111"}, PUBLIC


def _moved_letters(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    """The same signature for other fields: "To=+45" and "ToX=..." are written one after the other without a mark between them."""
    true = {**form, "Zip": "STOP"}
    return {"X-Twilio-Signature": signer.compute_signature(PUBLIC + path, true)}, {**form, "ZipS": "TOP"}, PUBLIC


def _twice(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    return {"X-Twilio-Signature": signer.compute_signature(PUBLIC + path, form)}, {**form, "AccountSid": [ACCOUNT, "AC1"]}, PUBLIC


def _other_account(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    sent = {**form, "AccountSid": "AC" + "1" * 32}
    return {"X-Twilio-Signature": signer.compute_signature(PUBLIC + path, sent)}, sent, PUBLIC


def _no_sid(path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    sent = {name: value for name, value in form.items() if name != "MessageSid"}
    return {"X-Twilio-Signature": signer.compute_signature(PUBLIC + path, sent)}, sent, PUBLIC


KINDS = (_other_token, _no_header, _garbage, _other_address, _changed, _moved_letters, _twice, _other_account, _no_sid)


def _forged(kind: Any, path: str, form: dict, signer: Any, stranger: Any) -> tuple[dict, dict, str]:
    return kind(path, form, signer, stranger)


def _naive(signer: Any, path: str, sent: dict, headers: dict, base: str) -> bool:
    """The recipe: whatever address was asked for, whatever fields came."""
    flat = {name: value[0] if isinstance(value, list) else value for name, value in sent.items()}
    return bool(signer.validate(base + path, flat, headers.get("X-Twilio-Signature", "")))


def _count(model: type) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()
