"""The tables: what is known, and since when. No row holds a name; a cycle day is never stored."""

from storage.models.attention import Alert, AlertRule, Look
from storage.models.choices import (
    MOST_FLIGHTS,
    STAIRS,
    AlertKind,
    CancelReason,
    CourseStatus,
    DrawingKind,
    DrawingState,
    Item,
    MessageKind,
    MessageState,
    PatientStatus,
    Role,
    SummaryBrings,
    Way,
)
from storage.models.diary import Answer, DiaryDay, ItemSet, Note, OwnItem, own_key
from storage.models.history import AuditEntry
from storage.models.people import Chat, Invitation, Patient, Staff, Team
from storage.models.sending import BEING_SENT, TO_EXPIRE, TO_SEND, Dialogue, Drawing, OutboxMessage, Pace, Receipt
from storage.models.treatment import Attendance, Course, Measurement, SteroidDose
from storage.models.watching import Heartbeat, RedLight

__all__ = [
    "BEING_SENT",
    "MOST_FLIGHTS",
    "STAIRS",
    "TO_EXPIRE",
    "TO_SEND",
    "Alert",
    "AlertKind",
    "AlertRule",
    "Answer",
    "Attendance",
    "AuditEntry",
    "CancelReason",
    "Chat",
    "Course",
    "CourseStatus",
    "Dialogue",
    "DiaryDay",
    "Drawing",
    "DrawingKind",
    "DrawingState",
    "Heartbeat",
    "Invitation",
    "Item",
    "ItemSet",
    "Look",
    "Measurement",
    "MessageKind",
    "MessageState",
    "Note",
    "OutboxMessage",
    "OwnItem",
    "Pace",
    "Patient",
    "PatientStatus",
    "Receipt",
    "RedLight",
    "Role",
    "Staff",
    "SteroidDose",
    "SummaryBrings",
    "Team",
    "Way",
    "own_key",
]
