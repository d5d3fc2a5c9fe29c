"""The rows of fidelity reviews. A map:

Review            one review of one group, mid-way or final: when it is due, until when it is open, which instrument it keeps
ReviewAssessor    who rates it, whether they interview (and may see names), when they handed their own sheet in
Rating            one assessor's score of one item, hidden from the other until both handed in
Consensus         what the two settled on where they differed
Report            what is written to the leaders, and their answer
ReportSignature   the assessors who stand by a report
Binder            the evidence frozen for it, under pseudonyms; deleted when the review is over, all but the receipt
DayTask, InterviewNote, Observation, DrawnPerson   what an assessor puts down on the day, and whom they ask
Recommendation    one piece of advice, with who does it until when, and how it stood at the next review
"""

from imrgroups.fidelity.models.binders import Binder
from imrgroups.fidelity.models.day import DayTask, DrawnPerson, InterviewNote, Observation
from imrgroups.fidelity.models.reports import Recommendation, Report, ReportSignature
from imrgroups.fidelity.models.reviews import Consensus, Rating, Review, ReviewAssessor

__all__ = [
    "Binder", "Consensus", "DayTask", "DrawnPerson", "InterviewNote", "Observation", "Rating", "Recommendation", "Report",
    "ReportSignature", "Review", "ReviewAssessor",
]
