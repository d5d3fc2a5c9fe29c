"""Groups, who leads them, and the series of meetings with its topics."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import db, one_of
from imrgroups.staff.models import Centre, Staff

MEETING_STATES = ("planned", "held", "cancelled")


class Group(db.Model):
    """One run of the programme: about ten people, two or three leaders, one hour a week for nine months."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str]
    starts_on: Mapped[date]
    local_time: Mapped[time]
    timezone: Mapped[str]
    minutes: Mapped[int] = mapped_column(default=60)
    place: Mapped[str] = mapped_column(default="")
    module_order: Mapped[str]
    capacity: Mapped[int] = mapped_column(default=10)
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    centre: Mapped[Centre] = relationship()
    leaders: Mapped[list[Staff]] = relationship(secondary="group_leaders", order_by=Staff.name)

    @property
    def modules(self) -> list[str]:
        """The module ids of this group, in its own order."""
        return self.module_order.split()


class GroupLeader(db.Model):
    """Who leads a group."""

    __tablename__ = "group_leaders"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)


class ClosedWeek(db.Model):
    """Days on which a centre holds no meetings (school holidays, summer), both ends included."""

    __tablename__ = "closed_weeks"
    __table_args__ = (UniqueConstraint("centre_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")


class Meeting(db.Model):
    """One meeting of a group. `number` never changes; `starts_at` is the instant of `meets_on` at `local_time` in the group's zone."""

    __tablename__ = "meetings"
    __table_args__ = (
        one_of("state", MEETING_STATES),
        UniqueConstraint("group_id", "number"),
        Index(None, "group_id", "meets_on"),
        Index(None, "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    number: Mapped[int]
    meets_on: Mapped[date]
    local_time: Mapped[time]
    starts_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str] = mapped_column(default="")
    moved_from_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    group: Mapped[Group] = relationship()
    topics: Mapped[list["PlannedTopic"]] = relationship(order_by="PlannedTopic.position", cascade="all, delete-orphan")


class PlannedTopic(db.Model):
    """A topic planned for a meeting; what was really taught is notes.TopicTaught."""

    __tablename__ = "planned_topics"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    module: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")
