"""What was done, as it is read: the dose ledger, the material of a meeting, what was recorded of it, and lines to begin a note with.

    mine = ledger.dose_of(person_id)              {% include "notes/_dose.html" %} with dose=mine
    all_ = ledger.dose_of_group(group_id)         the same for each person of a group, by participant key
    items = ledger.material(topics, language)     plan, handouts and worksheets of (module, topic) pairs
    done = ledger.recorded(meeting)               steps, topics, handouts, techniques, notes with signatures and amendments
"""

from imrgroups.notes.ledger.dose import WAY_WORDS, ModuleDose, PersonDose, TopicDose, dose_of, dose_of_group, ward_pages
from imrgroups.notes.ledger.lines import Doubt, doubts, suggestions
from imrgroups.notes.ledger.material import Editions, Material, material, minutes_of, sheets
from imrgroups.notes.ledger.recorded import Amended, NoteLine, Recorded, Signed, recorded

__all__ = [
    "WAY_WORDS", "Amended", "Doubt", "Editions", "Material", "ModuleDose", "NoteLine", "PersonDose", "Recorded", "Signed", "TopicDose",
    "dose_of", "dose_of_group", "doubts", "material", "minutes_of", "recorded", "sheets", "suggestions", "ward_pages",
]
