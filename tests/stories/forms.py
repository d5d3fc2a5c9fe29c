"""Fill in the forms of a page as a browser without scripts would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where it goes, and what it would send as it stands (name -> values)."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    words: str = ""

    def filled(self, **changes: object) -> dict[str, list[str]]:
        """What is sent with these changes; a list for several values, None to leave a field out."""
        sent = {name: list(values) for name, values in self.fields.items()}
        for name, value in changes.items():
            if value is None:
                sent.pop(name, None)
            else:
                sent[name] = [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
        return sent


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.form, self.select, self.area = address, [], None, None, None

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.form = Form(found.get("action") or self.address, found.get("method", "get").lower())
            self.forms.append(self.form)
        if self.form is None:
            return
        name = found.get("name")
        if tag == "input" and name:
            kind = found.get("type", "text")
            if kind in ("radio", "checkbox") and "checked" not in found or kind in ("submit", "file", "button"):
                return
            self.form.fields.setdefault(name, []).append(found.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select" and name:
            self.select = (name, "multiple" in found, [])
        elif tag == "option" and self.select:
            self.select[2].append((found.get("value", ""), "selected" in found))
        elif tag == "textarea" and name:
            self.area = (name, [])

    def handle_data(self, data):
        if self.area:
            self.area[1].append(data)
        elif self.form is not None:
            self.form.words += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select and self.form is not None:
            name, multiple, options = self.select
            chosen = [value for value, selected in options if selected]
            if not chosen and not multiple and options:
                chosen = [options[0][0]]
            if chosen:
                self.form.fields[name] = chosen
            self.select = None
        elif tag == "textarea" and self.area and self.form is not None:
            self.form.fields[self.area[0]] = ["".join(self.area[1]).removeprefix("\n")]
            self.area = None


def forms(answer) -> list[Form]:
    """The forms of a page, in order."""
    reader = _Reader(answer.request.path)
    reader.feed(answer.text)
    return reader.forms


def form(answer, ends: str, holding: str = "") -> Form:
    """The one form of a page that is sent to an address with this ending (and holds a field whose name begins so)."""
    found = [
        each
        for each in forms(answer)
        if each.method == "post"
        and each.action.split("?")[0].endswith(ends)
        and (not holding or any(name.startswith(holding) for name in each.fields))
    ]
    assert len(found) == 1, (
        f"{len(found)} forms end with {ends} on {answer.request.path}: {[each.action for each in forms(answer)]}"
    )
    return found[0]


def send(client, sheet: Form, **changes: object):
    """Send a form; the answer must lead on (303), and the page it leads to is given back."""
    answer = client.post(sheet.action, data=sheet.filled(**changes))
    assert answer.status_code == 303, f"{sheet.action} answered {answer.status_code}: {_problems(answer)}"
    return client.get(answer.location)


def _problems(answer) -> str:
    text = answer.text
    return text[text.find("error-summary") :][:600] if "error-summary" in text else text[:300]
