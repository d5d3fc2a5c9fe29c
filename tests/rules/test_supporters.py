"""The one next step toward involving somebody close."""

from datetime import date, timedelta

import pytest

from imrgroups.rules.supporters import Advice, Close, Next, next_step

ON = date(2027, 1, 12)
MONTH_AGO, YESTERDAY = ON - timedelta(days=30), ON - timedelta(days=1)


@pytest.mark.parametrize(("supporters", "not_now", "advice"), [
    ([], None, Advice(Next.NAME)),
    ([], YESTERDAY, Advice(Next.WAIT)),
    ([], MONTH_AGO, Advice(Next.NAME)),
    ([Close()], None, Advice(Next.CONSENT, 0)),
    ([Close()], YESTERDAY, Advice(Next.CONSENT, 0)),
    ([Close(last_contact=YESTERDAY)], None, Advice(Next.CONSENT, 0, True)),
    ([Close(consented=True)], None, Advice(Next.INVITE, 0)),
    ([Close(consented=True, last_contact=MONTH_AGO)], None, Advice(Next.CALL, 0)),
    ([Close(consented=True, last_contact=MONTH_AGO + timedelta(days=1))], None, Advice(Next.HELP, 0, True)),
    ([Close(consented=True, last_contact=ON)], None, Advice(Next.HELP, 0, True)),
    ([Close(consented=True, last_contact=ON, helps=True)], None, Advice(Next.THANK, 0, True)),
    ([Close(consented=True, helps=True)], None, Advice(Next.CALL, 0, True)),
    ([Close(consented=True, last_contact=ON + timedelta(days=1))], None, Advice(Next.CALL, 0)),
    ([Close(), Close(consented=True)], None, Advice(Next.INVITE, 1)),
    ([Close(consented=True), Close(consented=True)], None, Advice(Next.INVITE, 0)),
    ([Close(consented=True), Close(consented=True, last_contact=MONTH_AGO)], None, Advice(Next.CALL, 1)),
    ([Close(consented=True, last_contact=ON), Close()], None, Advice(Next.HELP, 0, True)),
])
def test_the_next_step_by_what_is_known(supporters, not_now, advice):
    assert next_step(supporters, ON, not_now=not_now) == advice


def test_nobody_is_contacted_before_the_person_said_yes():
    for last in (None, MONTH_AGO, YESTERDAY):
        for helps in (False, True):
            assert next_step([Close(False, last, helps)], ON).step is Next.CONSENT
