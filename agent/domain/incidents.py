"""What people must hear of though no turn failed."""

from dataclasses import dataclass
from datetime import datetime

from agent.domain.ids import PatientId


@dataclass(frozen=True, slots=True)
class Stranger:
    """The EHR answered a question about `patient_id` with somebody else's resource. Its content
    is not here: `resource_type` ("VisionPrescription") and `resource_id` are what a person needs
    to look it up in the EHR."""

    patient_id: PatientId
    resource_type: str
    resource_id: str
    at: datetime
