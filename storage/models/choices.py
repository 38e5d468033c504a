"""What a column can be."""

from enum import StrEnum


class Role(StrEnum):
    PATIENT = "patient"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"


class PatientStatus(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class CourseStatus(StrEnum):
    PLANNED = "planned"
    GIVEN = "given"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why a course was cancelled. A code and no words: nothing else about the patient is to be typed there.

    `mistake`: it should not have been planned, and was taken back at once. Nobody chooses that as a reason.
    """

    PATIENT_ILL = "patient_ill"
    PATIENT_COULD_NOT = "patient_could_not"
    CLINIC = "clinic"
    OTHER = "other"
    MISTAKE = "mistake"


class Item(StrEnum):
    """The daily 0-10 questions, in the order in which they are asked."""

    PAIN = "pain"
    TIREDNESS = "tiredness"
    WEAKNESS = "weakness"
    EXERTION_PAIN = "exertion_pain"


# A team's further question with words of ours: how many flights of stairs were climbed without symptoms.
STAIRS = "stairs"
MOST_FLIGHTS = 99


class Way(StrEnum):
    """How an answer came."""

    BUTTON = "button"
    TYPED = "typed"
    IMPORTED = "imported"


class AlertKind(StrEnum):
    """What an alert rule looks for: a value, or a rise over the patient's own reference."""

    VALUE = "value"
    RISE = "rise"


class SummaryBrings(StrEnum):
    """What a clinician has chosen to be sent once a week: everybody, whoever needs a look, or everybody on paper."""

    ALL = "all"
    LOOK = "look"
    PDF = "pdf"


class MessageKind(StrEnum):
    """What the clock or another person causes to be sent."""

    DAILY_PROMPT = "daily_prompt"
    FOLLOW_UP = "follow_up"
    INFUSION_REMINDER = "infusion_reminder"
    COURSES_CHANGED = "courses_changed"
    COURSE_DECLINED = "course_declined"
    COURSE_ACCEPTED = "course_accepted"
    CONFIRMATION_ASKED = "confirmation_asked"
    CONFIRMATION_CHANGED = "confirmation_changed"
    PROMPT_TIME_CHANGED = "prompt_time_changed"
    WEEKLY_SUMMARY = "weekly_summary"
    SUMMARY_PICTURE = "summary_picture"
    SUMMARY_PDF = "summary_pdf"
    PATIENT_JOINED = "patient_joined"
    PATIENT_WITHDREW = "patient_withdrew"
    PATIENT_CAME_BACK = "patient_came_back"
    PATIENT_ERASED = "patient_erased"
    PATIENT_ERASURE_COMING = "patient_erasure_coming"
    PATIENT_ERASED_AT_TERM = "patient_erased_at_term"
    PATIENT_UNREACHABLE = "patient_unreachable"
    NOT_DELIVERED = "not_delivered"
    ALERT = "alert"
    ALERT_CHANGED = "alert_changed"
    ALERT_NOTICE = "alert_notice"
    ALERT_UNSEEN = "alert_unseen"
    STAFF_CHANGED = "staff_changed"
    STAFF_LEFT = "staff_left"
    STAFF_JOINED = "staff_joined"
    SUMMARY_ASKED = "summary_asked"
    CHART_ASKED = "chart_asked"
    OWN_COPY_ASKED = "own_copy_asked"
    OWN_CHART_ASKED = "own_chart_asked"
    EXPORT_ASKED = "export_asked"
    DIARY_RESTORED = "diary_restored"


class MessageState(StrEnum):
    """`waiting`: for its picture, which is being drawn."""

    WAITING = "waiting"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class DrawingKind(StrEnum):
    """`page`: a patient's, for clinicians; `summary`: the team's, in words and as a picture; `look` of it, those alone
    who need a look; `summary_pdf` and `look_pdf`: the same on paper. The own ones are for the patient alone. The
    exports are the whole team's diaries, for research.
    """

    PAGE = "page"
    SUMMARY = "summary"
    LOOK = "look"
    SUMMARY_PDF = "summary_pdf"
    LOOK_PDF = "look_pdf"
    OWN_CHART = "own_chart"
    OWN_COPY = "own_copy"
    EXPORT_TABLES = "export_tables"
    EXPORT_BUNDLES = "export_bundles"


class DrawingState(StrEnum):
    WAITING = "waiting"
    DRAWING = "drawing"
    DRAWN = "drawn"
    FAILED = "failed"
