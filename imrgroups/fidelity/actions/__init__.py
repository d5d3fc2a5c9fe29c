"""The only writer of fidelity reviews, one file a subject; here stand the names other rooms use."""

from imrgroups.fidelity.actions.reviews import (
    CannotReview,
    assign,
    assigned,
    call_off,
    extend,
    interview,
    plan_missing,
    reschedule,
    unassign,
)

__all__ = ["CannotReview", "assign", "assigned", "call_off", "extend", "interview", "plan_missing", "reschedule", "unassign"]
