"""A FHIR R4 server as system of record: strict searches, every resource checked to be the
patient's, writes that name the version they change."""
