"""What is vendored is complete, licensed, and asks nobody outside for anything."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "imrgroups"
STATIC = PACKAGE / "static"
STYLES = sorted(STATIC.rglob("*.css"))
OWN = (STATIC / "imrgroups.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.name)
def test_a_style_sheet_reaches_only_files_beside_it(path):
    css = path.read_text(encoding="utf-8")
    assert not re.findall(r"https?://|@import|@font-face|Frutiger", css)
    for target in re.findall(r"url\([\"']?([^)\"']+)", css):
        assert (path.parent / target).is_file(), target


def test_no_script_names_an_address_it_could_call():
    for path in STATIC.rglob("*.js"):
        called = re.findall(r"(?:fetch|open|src|href|import)\W{1,4}https?://[^\"'\s]*", path.read_text(encoding="utf-8"))
        assert not called, path.name


def test_the_mirrored_copy_is_of_the_same_version_and_really_mirrored():
    left, right = ((STATIC / "nhsuk" / name).read_text(encoding="utf-8") for name in ("nhsuk.min.css", "nhsuk.rtl.min.css"))
    versions = [re.search(r'--nhsuk-frontend-version:\s*"([\d.]+)"', css)[1] for css in (left, right)]
    assert versions[0] == versions[1]
    assert f"nhsuk-frontend | {versions[0]} |" in (PACKAGE.parent / "docs" / "vendored.md").read_text(encoding="utf-8")
    mirrored = left.count("margin-left"), right.count("margin-right")
    assert mirrored[0] == mirrored[1] > 10


def test_our_own_styles_serve_both_directions():
    assert not re.findall(r"(?:margin|padding|border|inset)-(?:left|right)\b|[;{ ](?:left|right):", OWN)
    assert not re.findall(r"(?:text-align|float):\s*(?:left|right)\b", OWN)


@pytest.mark.parametrize("folder", [STATIC / "nhsuk", STATIC / "htmx", PACKAGE / "fonts"], ids=lambda p: p.name)
def test_what_others_made_has_its_licence_beside_it(folder):
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.txt")]
    assert any("MIT License" in text or "Zero-Clause BSD" in text or "SIL OPEN FONT LICENSE" in text for text in texts)


def test_the_letters_for_paper_are_there_and_small_enough_to_carry():
    fonts = {path.stem for path in (PACKAGE / "fonts").glob("*.ttf")}
    assert {"NotoSans-Regular", "NotoSans-Bold", "NotoSansHebrew-Regular", "NotoSansArabic-Regular"} <= fonts
    assert sum(path.stat().st_size for path in (PACKAGE / "fonts").iterdir()) < 4_000_000


def luminance(colour):
    digits = "".join(c * 2 for c in colour) if len(colour) == 3 else colour
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_words_on_a_colour_can_be_read():
    named = dict(re.findall(r"--([\w-]+):\s*#([0-9a-f]{3,6})", OWN))
    checked = 0
    for rule in re.findall(r"\{([^{}]*)\}", OWN):
        rule = re.sub(r"var\(--([\w-]+)\)", lambda m: "#" + named.get(m[1], ""), rule)
        ink, ground = re.search(r"(?<![\w-])color:\s*#([0-9a-f]{3,6})", rule), re.search(r"background:\s*#([0-9a-f]{3,6})", rule)
        if ink and ground:
            lighter, darker = sorted((luminance(ink[1]), luminance(ground[1])), reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, rule
            checked += 1
    assert checked > 12
