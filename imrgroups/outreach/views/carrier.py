"""Where the carrier brings replies and news. Open to anybody by address, so everything here needs the carrier's signature."""

import structlog
from flask import Response, current_app, request

from imrgroups import config, sms
from imrgroups.auth import carrier, public
from imrgroups.outreach import actions
from imrgroups.outreach.views import bp
from imrgroups.sms import Incoming

log = structlog.get_logger()
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def _fields() -> dict[str, str] | None:
    """What the carrier sent, or None for what it did not send or did not sign.

    The signature covers our public address from the settings, never the one a visitor claims; a field given twice, or one the carrier
    does not have, is no message of the carrier.
    """
    settings = current_app.config["SETTINGS"]
    fields = {name: values[0] for name, values in request.form.lists() if len(values) == 1}
    if settings.sms != "twilio" or not settings.public_url or len(fields) != len(request.form) or request.query_string or request.files:
        return None
    address = settings.public_url.rstrip("/") + request.path
    token = settings.twilio_auth_token.get_secret_value()
    if not sms.is_genuine(token, address, fields, request.headers.get("X-Twilio-Signature", "")):
        return None
    named = "MessageSid" in fields or "CallSid" in fields
    return fields if named and fields.get("AccountSid") == settings.twilio_account_sid else None


def _refused() -> Response:
    log.warning("a message that the carrier did not sign was refused", path=request.url_rule.rule if request.url_rule else "")
    return Response("", 403)


def _said(xml: str = NOTHING) -> Response:
    return Response(xml, mimetype="text/xml")


@bp.post("/carrier/text")
@carrier
@public
def text() -> Response:
    """A text came in."""
    fields = _fields()
    if fields is None or not fields.get("MessageSid") or not fields.get("From"):
        return _refused()
    now = config.now()
    actions.receive(Incoming(fields["MessageSid"], fields["From"], fields.get("Body", ""), now), now)
    return _said()


@bp.post("/carrier/status/<int:message_id>")
@carrier
@public
def status(message_id: int) -> Response:
    """News of a text or call of ours. A status we do not know is answered kindly and changes nothing: the carrier would only repeat it."""
    fields = _fields()
    sid = (fields or {}).get("MessageSid") or (fields or {}).get("CallSid")
    if fields is None or not sid:
        return _refused()
    code, told = fields.get("ErrorCode", ""), fields.get("MessageStatus") or fields.get("CallStatus", "")
    try:
        actions.news(sid, message_id, told, int(code) if code.isdigit() else None, config.now())
    except ValueError:
        log.warning("the carrier told a status that is not known")
    return Response("", 204)


@bp.post("/carrier/voice/<int:message_id>")
@carrier
@public
def voice(message_id: int) -> Response:
    """Somebody pressed a key in a call of ours."""
    fields = _fields()
    if fields is None or not fields.get("CallSid"):
        return _refused()
    actions.receive_key(fields["CallSid"], message_id, fields.get("Digits", ""), config.now())
    return _said()
