"""What the desk itself remembers: which taps it has already answered."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import db


class Receipt(db.Model):
    """The key of a tap that was carried out, so that a repeated one (a double click, a retry) changes nothing."""

    __tablename__ = "receipts"

    key: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int]
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
