"""The closed vocabularies of DESIGN ("Words") and CONTRACTS."""

from enum import IntEnum, StrEnum


class Route(StrEnum):
    """What a turn is about."""

    SCHEDULING = "scheduling"
    BILLING = "billing"
    FAQ = "faq"
    REFILL = "refill"
    ORDERS = "orders"
    FORMS = "forms"
    MEASURES = "measures"
    CLINICAL = "clinical"
    HUMAN = "human"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out_of_scope"
    ABUSE = "abuse"
    CRISIS = "crisis"
    EMERGENCY = "emergency"


class Intent(StrEnum):
    """What one wish of a patient asks for; finer than a route, and each belongs to one route."""

    APPOINTMENT_LIST = "appointment_list"
    APPOINTMENT_BOOK = "appointment_book"
    APPOINTMENT_RESCHEDULE = "appointment_reschedule"
    APPOINTMENT_CANCEL = "appointment_cancel"
    APPOINTMENT_CONFIRM = "appointment_confirm"
    WAITLIST_JOIN = "waitlist_join"
    WAITLIST_LEAVE = "waitlist_leave"
    BALANCE = "balance"
    COVERAGE = "coverage"
    PAYMENT = "payment"
    DISPUTE = "dispute"
    BILLING_QUESTION = "billing_question"
    FAQ = "faq"
    REFILL = "refill"
    ORDER_STATUS = "order_status"
    FORM_STATUS = "form_status"
    MEASURE = "measure"
    CLINICAL_QUESTION = "clinical_question"
    PERSON = "person"
    COMPLAINT = "complaint"
    RECORDS_REQUEST = "records_request"
    INTERPRETER = "interpreter"
    TECH_PROBLEM = "tech_problem"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ARE_YOU_REAL = "are_you_real"
    OUT_OF_SCOPE = "out_of_scope"
    ABUSE = "abuse"


ROUTE_OF: dict[Intent, Route] = {
    Intent.APPOINTMENT_LIST: Route.SCHEDULING,
    Intent.APPOINTMENT_BOOK: Route.SCHEDULING,
    Intent.APPOINTMENT_RESCHEDULE: Route.SCHEDULING,
    Intent.APPOINTMENT_CANCEL: Route.SCHEDULING,
    Intent.APPOINTMENT_CONFIRM: Route.SCHEDULING,
    Intent.WAITLIST_JOIN: Route.SCHEDULING,
    Intent.WAITLIST_LEAVE: Route.SCHEDULING,
    Intent.BALANCE: Route.BILLING,
    Intent.COVERAGE: Route.BILLING,
    Intent.PAYMENT: Route.BILLING,
    Intent.DISPUTE: Route.BILLING,
    Intent.BILLING_QUESTION: Route.BILLING,
    Intent.FAQ: Route.FAQ,
    Intent.REFILL: Route.REFILL,
    Intent.ORDER_STATUS: Route.ORDERS,
    Intent.FORM_STATUS: Route.FORMS,
    Intent.MEASURE: Route.MEASURES,
    Intent.CLINICAL_QUESTION: Route.CLINICAL,
    Intent.PERSON: Route.HUMAN,
    Intent.COMPLAINT: Route.HUMAN,
    Intent.RECORDS_REQUEST: Route.HUMAN,
    Intent.INTERPRETER: Route.HUMAN,
    Intent.TECH_PROBLEM: Route.HUMAN,
    Intent.GREETING: Route.SMALLTALK,
    Intent.THANKS: Route.SMALLTALK,
    Intent.GOODBYE: Route.SMALLTALK,
    Intent.ARE_YOU_REAL: Route.SMALLTALK,
    Intent.OUT_OF_SCOPE: Route.OUT_OF_SCOPE,
    Intent.ABUSE: Route.ABUSE,
}


class Level(IntEnum):
    """Safety level (DOMAIN D.3): how near the danger is."""

    NONE = 0
    DISTRESS = 1
    PASSIVE = 2
    ACTIVE = 3
    IMMINENT = 4


class Category(StrEnum):
    """What kind of danger a message speaks of (DOMAIN D.3, D.4)."""

    SELF_HARM = "self_harm"
    HARM_TO_OTHERS = "harm_to_others"
    ABUSE = "abuse"
    DOMESTIC_VIOLENCE = "domestic_violence"
    OVERDOSE = "overdose"
    MEDICAL = "medical"
    EYE = "eye"
    POST_OPERATIVE = "post_operative"
    PSYCHOSIS = "psychosis"
    DISTRESS = "distress"


class Mode(StrEnum):
    """How far a route may run without a person (CONTRACTS 2, `[automation]`)."""

    HUMAN_ONLY = "human_only"
    SHADOW = "shadow"
    DRAFT = "draft"
    AUTO_WITH_DIGEST = "auto_with_digest"
    AUTO = "auto"


class Control(StrEnum):
    """Who is speaking with the patient."""

    ASSISTANT = "assistant"
    STAFF = "staff"


class Author(StrEnum):
    PATIENT = "patient"
    ASSISTANT = "assistant"
    STAFF = "staff"
    SYSTEM = "system"


class Kind(StrEnum):
    """How a message is to be shown."""

    TEXT = "text"
    OPTIONS = "options"
    CONFIRM = "confirm"
    CARD = "card"
    NOTICE = "notice"


class Outcome(StrEnum):
    """How a turn ended."""

    DELIVERED = "delivered"
    HELD = "held"
    HANDED_OFF = "handed_off"
    CARD = "card"
    STAFF_HELD = "staff_held"


class Role(StrEnum):
    FRONT_DESK = "front_desk"
    BILLER = "biller"
    CLINICIAN = "clinician"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    COMPLIANCE = "compliance"
    ON_CALL = "on_call"


class Priority(StrEnum):
    """FHIR request-priority, most urgent first."""

    STAT = "stat"
    URGENT = "urgent"
    ASAP = "asap"
    ROUTINE = "routine"


class TaskStatus(StrEnum):
    """The part of FHIR Task.status that the desk uses."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    COMPLETED = "completed"


class TaskCode(StrEnum):
    CRISIS = "crisis"
    MEDICAL_EMERGENCY = "medical-emergency"
    SAFEGUARDING = "safeguarding"
    REFILL_REQUEST = "refill-request"
    RESCHEDULE_REQUEST = "reschedule-request"
    APPOINTMENT_REQUEST = "appointment-request"
    CANCEL_REQUEST = "cancel-request"
    BILLING_QUESTION = "billing-question"
    BILLING_DISPUTE = "billing-dispute"
    CLINICAL_QUESTION = "clinical-question"
    ORDER_QUESTION = "order-question"
    FORM_HELP = "form-help"
    WAITLIST = "waitlist"
    RECORDS_REQUEST = "records-request"
    COMPLAINT = "complaint"
    INTERPRETER = "interpreter"
    CALLBACK = "callback"
    UNANSWERED = "unanswered"
    ABUSE = "abuse"
    TECH = "tech"
    PRIVACY_INCIDENT = "privacy-incident"


class DraftStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"


class Capability(StrEnum):
    """One thing an EHR adapter can do; what it cannot do becomes a task."""

    LIST_APPOINTMENTS = "list_appointments"
    FIND_SLOTS = "find_slots"
    BOOK = "book_appointment"
    RESCHEDULE = "reschedule_appointment"
    CANCEL = "cancel_appointment"
    CONFIRM = "confirm_appointment"
    WAITLIST = "join_waitlist"
    BALANCE = "get_balance"
    COVERAGE = "get_coverage"
    MEDICATION_REQUESTS = "list_medication_requests"
    ORDERS = "order_status"
    FORMS = "form_status"
    POST_MESSAGE = "post_message"
    WRITE_TASKS = "record_task"
    WRITE_AUDIT = "record_events"
    WEBHOOKS = "read_webhook"
    POLL = "changes"


Language = str
"""A BCP 47 primary tag; Portico speaks `en` and `es`."""
