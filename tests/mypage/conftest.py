"""A participant at the door: `page = opened_by("Amal")` is a browser in which Amal's own page is open."""

import pytest

from imrgroups.enrolment.actions import cards


@pytest.fixture
def card_of(world):
    def make(name: str):
        return cards.make(world.people[name], on=world.today, by=world.staff["Dana"].id, now=world.now)

    return make


@pytest.fixture
def opened_by(app, card_of):
    def open_page(name: str):
        card = card_of(name)
        client, address, code = app.test_client(), f"/card/{cards.token(card)}", card.code
        assert client.post(address, data={"code": code}).status_code == 303
        return client

    return open_page
