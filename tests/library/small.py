"""A small curriculum of one module, complete in every part, to be changed a little by each test."""

from pathlib import Path

PROGRAMME = """\
id = "small"
version = "2027.1"
modules = ["kites"]

[[steps]]
id = "welcome"
title = "Settle in"
minutes = [1, 5]
[[steps]]
id = "teach"
title = "New material"
minutes = [25, 50]

[[techniques]]
id = "hope"
family = "motivational"
title = "Spoke of hope"
[[techniques]]
id = "review"
family = "educational"
title = "Went over it again"
[[techniques]]
id = "role-play"
family = "cognitive_behavioural"
title = "Practised in a role play"
"""

MODULE = """\
id = "kites"
title = "Flying kites"
sessions = 2
scale_topic = "kites"
skills = ["coping_skills"]

[[topics]]
id = "first-kite"
title = "Your first kite"
shared_title = "Kites 1"
handout = "kites-first"
worksheets = ["kite-plan"]

[[sources]]
title = "A book of kites"
year = 2001
"""

HANDOUT = """\
---
id: kites-first
title: Your first kite
minutes: 20
---
A kite can be a good thing to have. This page says **why** it may matter
to you.

### What helps
- A dry day
- Some wind & a friend

::: example
Mina has a red kite. "It pulls," she says.
:::

::: figure wind
The wind comes from the left and lifts the kite.
:::

::: box
**Seek help now** if you fall.
:::

### Your turn
What would you like to try?

::: write 3 try
:::

::: tick habits
- I go out
- I stay in
:::

::: grid 2 week
| Day | What I do |
|---|---|
| Monday | |
:::

### In short
Kites fly. {padding}
"""

WORKSHEET = """\
---
id: kite-plan
title: My kite plan
minutes: 5
---
My plan:

::: write 2
:::
"""

GUIDE = """\
---
topic: first-kite
title: Your first kite
---
::: point
People learn to fly a kite.
:::

::: questions
- Who has flown one?
- What was it like?
- What would help?
:::

::: step welcome 5
Say hello.
:::

::: step teach 45
Read the page.
:::

::: exercise hope
**The good day.** Ask for one.
:::

::: exercise review
**Again.** Go over it.
:::

::: exercise role-play
**The shop.** You sell kites.
:::

::: goal
Ask what it is for.
:::

::: supporter
Ask a friend along.
:::

::: difficult upset
Sit down together.
:::

::: difficult unwell
Make it short.
:::

::: difficult disagrees
Agree that it may be so.
:::

::: one-to-one
Go out and look at the sky.
:::

::: ward
Look out of the window.
:::

::: facts
- Kites are old (A book of kites, 2001).
:::
"""

FIGURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" font-family="Noto Sans">
  <title>Wind and kite</title>
  <style>.soft { fill: #eee; } text { fill: #111 }</style>
  <defs><marker id="tip"><path d="M0 0"/></marker></defs>
  <rect class="soft" x="0" y="0" width="9" height="9" style="stroke: #333"/>
  <path d="M0 0 L9 9" marker-end="url(#tip)"/>
  <text x="5" y="5">Wind?</text>
  <text x="5" y="15">Kite &amp; tail</text>
</svg>
"""

HOMEWORK = "".join(
    f'[[homework]]\nid = "kites-{n}"\nminutes = {n + 2}\ntext = "Look at the sky {n} times."\nsupporter = {"true" if n < 2 else "false"}\n'
    for n in range(6)
)
FAMILY = "---\nid: family-kites\ntitle: For those at home\n---\nCome along and look up.\n"
WARD = "---\nid: ward-kites\ntitle: On the ward\n---\nLook out together.\n"

FILES = {
    "programme.toml": PROGRAMME,
    "modules/01-kites/module.toml": MODULE,
    "modules/01-kites/handouts/kites-first.md": HANDOUT.replace("{padding}", "They go up and they come down. " * 50),
    "modules/01-kites/worksheets/kite-plan.md": WORKSHEET,
    "modules/01-kites/guide/first-kite.md": GUIDE,
    "modules/01-kites/figures/wind.svg": FIGURE,
    "modules/01-kites/homework.toml": HOMEWORK,
    "modules/01-kites/family.md": FAMILY,
    "modules/01-kites/ward.md": WARD,
}
HANDOUT_FILE = "modules/01-kites/handouts/kites-first.md"


def write(root: Path, changed: dict[str, str | None] | None = None) -> Path:
    """Write the small curriculum under root/curriculum; `changed` replaces files, or leaves them out with None."""
    folder = root / "curriculum"
    for name, text in (FILES | (changed or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(text, encoding="utf-8")
    return folder
