"""Names of one direction in sentences of the other."""

import pytest

from imrgroups.rules.bidi import END, START, apart


@pytest.mark.parametrize(
    ("text", "rtl", "marked"),
    [
        ("Elin T.", True, True),
        ("Elin T.", False, False),
        ("Søren Å.", False, False),
        ("נועה כהן (ב)", False, True),
        ("نور.", False, True),
        ("נועה כהן.", True, False),
        ("Elin נועה", True, True),
        ("14:30", True, False),
        ("7 / 9", False, False),
        ("", True, False),
    ],
)
def test_only_words_that_run_the_other_way_are_set_apart(text, rtl, marked):
    assert apart(text, rtl=rtl) == (f"{START}{text}{END}" if marked else text)
