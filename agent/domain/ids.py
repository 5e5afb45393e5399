"""Typed identifiers; every one is an opaque string."""

from typing import NewType

PatientId = NewType("PatientId", str)
PractitionerId = NewType("PractitionerId", str)
LocationId = NewType("LocationId", str)
ServiceTypeId = NewType("ServiceTypeId", str)
SlotId = NewType("SlotId", str)
AppointmentId = NewType("AppointmentId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
TaskId = NewType("TaskId", str)
DraftId = NewType("DraftId", str)
StaffId = NewType("StaffId", str)
# The same key twice means the same write; it is derived from the message id.
IdempotencyKey = NewType("IdempotencyKey", str)
