"""A catalogue of two languages for the pages: Danish for one module, said by putting "da" before the English; Hebrew is not begun."""

import shutil

import pytest

from imrgroups import i18n
from imrgroups.library import content
from imrgroups.library.content import catalogues, cockpit

MODULE = "recovery-strategies"
HANDOUT = "recovery-what-helps"


def in_danish(source: str) -> str:
    """What the catalogue says, the same marks kept."""
    return f"da {source}"


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory):
    """The folder of catalogues and their compiled form, made once."""
    folder = tmp_path_factory.mktemp("catalogue")
    sheets = cockpit.sheets(content.load()).values()
    wanted = {m.text.source for sheet in sheets if sheet.module == MODULE or not sheet.module for m in sheet.messages}
    made = catalogues.current(cockpit.template(content.load()), folder, "da")
    for message in made:
        if message.id in wanted:
            message.string = in_danish(message.id)
    catalogues.write(made, catalogues.po_path(folder / "translations", "da"))
    i18n.compile_catalogues(folder / "translations", folder / "compiled")
    return folder


@pytest.fixture
def translations(app, tmp_path, catalogue):
    """The folder of catalogues the application uses in this test; the test may change it."""
    folder = tmp_path / "translations"
    shutil.copytree(catalogue / "translations", folder)
    app.config["TRANSLATIONS"], app.config["BABEL_TRANSLATION_DIRECTORIES"] = folder, str(catalogue / "compiled")
    return folder


@pytest.fixture
def sheet(world):
    """The sheet of the handout these tests are about."""
    return cockpit.sheets(content.load())[HANDOUT]
