"""The door the carrier knocks at: only what it signed, for our own address, is taken in."""

import random

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from imrgroups import config
from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.outreach.models import Delivery, Reply
from tests.fakes import FakeGateway
from tests.outreach.test_sending import draft, row

TOKEN, ACCOUNT, BASE = "a token of the tests", "AC" + "1" * 32, "https://groups.example.org"
FORGED = 200


@pytest.fixture
def client(app, world):
    app.config["SETTINGS"] = config.Settings(
        _env_file=None, data=app.config["DATA"], demo=False, sms="twilio", twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN,
        twilio_from="+4512345678", public_url=BASE,
    )
    return app.test_client()


def signed(client, path, fields, *, signature=None, base=BASE, **more):
    made = RequestValidator(TOKEN).compute_signature(base + path, fields) if signature is None else signature
    headers = {"X-Twilio-Signature": made} if made else {}
    return client.post(path, data={**fields, **more}, headers=headers)


def incoming(sid="SM" + "2" * 32, body="STOP", **more):
    return {"MessageSid": sid, "AccountSid": ACCOUNT, "From": "+4520123456", "To": "+4512345678", "Body": body, **more}


def count(model=Reply):
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(model)).scalar()


def test_a_signed_text_is_taken_in_and_answered_with_nothing_to_say(client):
    answer = signed(client, "/carrier/text", incoming())
    assert (answer.status_code, answer.mimetype) == (200, "text/xml") and "<Response></Response>" in answer.text
    assert signed(client, "/carrier/text", incoming()).status_code == 200 and count() == 1, "told twice, taken in once"


@pytest.mark.parametrize(
    "forge",
    [
        lambda client: signed(client, "/carrier/text", incoming(), signature=""),
        lambda client: signed(client, "/carrier/text", incoming(), signature="nonsense"),
        lambda client: signed(client, "/carrier/text", incoming(), base="https://elsewhere.example.org"),
        lambda client: signed(client, "/carrier/text", {"BodyS": "TOP", **{k: v for k, v in incoming().items() if k != "Body"}}),
        lambda client: signed(client, "/carrier/text", incoming(), Body="START"),
        lambda client: signed(client, "/carrier/text", incoming(), Extra="1"),
        lambda client: signed(client, "/carrier/text", incoming(AccountSid="AC" + "9" * 32)),
        lambda client: signed(client, "/carrier/text", {k: v for k, v in incoming().items() if k != "MessageSid"}),
        lambda client: client.post("/carrier/text", data={}),
        lambda client: client.post("/carrier/text?Body=STOP", data=incoming(), headers={"X-Twilio-Signature": "x"}),
        lambda client: signed(client, "/carrier/status/1", incoming(), signature="x"),
        lambda client: signed(client, "/carrier/voice/1", incoming(), signature="x"),
    ],
)
def test_what_the_carrier_did_not_sign_is_refused_and_changes_nothing(client, forge):
    assert forge(client).status_code == 403 and count() == 0


def test_the_address_a_visitor_claims_is_no_help(client):
    fields = incoming()
    made = RequestValidator(TOKEN).compute_signature("https://evil.example/carrier/text", fields)
    headers = {"X-Twilio-Signature": made, "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert client.post("/carrier/text", data=fields, headers=headers).status_code == 403


def test_of_many_forged_ones_none_is_accepted_and_none_is_a_mistake_of_ours(client):
    dice, statuses = random.Random(7), []
    for number in range(FORGED):
        fields = incoming(f"SM{number:032d}", dice.choice(["STOP", "1", "2", ""]))
        good = RequestValidator(TOKEN).compute_signature(BASE + "/carrier/text", fields)
        place = dice.randrange(len(good))
        bad = good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :]
        statuses.append(signed(client, "/carrier/text", fields, signature=bad).status_code)
    assert set(statuses) == {403} and count() == 0
    genuine = [signed(client, "/carrier/text", incoming(f"SM{number:032d}", "hello")).status_code for number in range(20)]
    assert set(genuine) == {200} and count() == 20


def test_news_and_keys_find_their_message(client, world):
    actions.queue([draft(world), draft(world, "Ejnar", key="own/e", occasion="own", channel="call")], by=None, now=world.now)
    sending.send_due(FakeGateway(world.now), world.now)
    text, call = row(draft(world).key), row("own/e")
    told = {"MessageSid": text.sid, "AccountSid": ACCOUNT, "MessageStatus": "delivered"}
    assert signed(client, f"/carrier/status/{text.id}", told).status_code == 204
    assert signed(client, f"/carrier/status/{text.id}", {**told, "MessageStatus": "teleported"}).status_code == 204
    pressed = {"CallSid": call.sid, "AccountSid": ACCOUNT, "Digits": "3"}
    assert signed(client, f"/carrier/voice/{call.id}", pressed).status_code == 200
    assert row(text.key).state == "delivered" and count() == 1 and count(Delivery) == 1


def test_nothing_is_taken_in_where_no_carrier_is_set(app, world):
    assert signed(app.test_client(), "/carrier/text", incoming()).status_code == 403 and count() == 0
