"""The curriculum as it is shipped: complete, readable, and every page can be shown and printed."""

import re

import pytest

from imrgroups import pdf
from imrgroups.library import content
from imrgroups.library.content import blocks as b


@pytest.fixture(scope="module")
def programme():
    return content.load()


def test_the_english_has_no_finding():
    findings = content.check(["en"]).findings
    assert [f"{each.file}:{each.line}: {each.what}" for each in findings] == []


def test_every_page_can_be_shown_and_filled_in(programme):
    for document in programme.documents():
        page = content.html(document, programme, fillable=True)
        assert page.count("<section") == sum(isinstance(block, b.Part | b.StepBlock | b.Exercise) for block in document.blocks)
        names = [field.name for field in content.fields(document)]
        assert len(names) == len(set(names))
        assert all(f'name="{name}"' in page for name in names)


def test_every_figure_is_drawn_and_used(programme):
    drawn = {figure for module in programme.modules.values() for figure in module.figures}
    used = {block.figure for document in programme.documents() for block in document.blocks if isinstance(block, b.FigureBlock)}
    assert drawn == used


@pytest.mark.parametrize("module", [each["id"] for each in content.listing()["modules"]])
def test_a_module_prints_as_one_tagged_file(programme, module):
    pack = content.module_pack(programme.modules[module], programme)
    data = pdf.render(pack)
    assert b"pdfuaid" in data
    assert int(re.search(rb"/Type/Pages/Count (\d+)", data).group(1)) >= 2 * len(programme.modules[module].handouts)
    assert len(pack) >= 2 + len(programme.modules[module].handouts)
