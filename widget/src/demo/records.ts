/** The demo EHR as a portal would show it: one patient's part of `GET /v1/demo/ehr`. */

export interface Ehr {
  practitioners?: Array<{ id: string; name: string }>;
  service_types?: Array<{ id: string; name: string }>;
  appointments?: Array<{
    id: string;
    patient_id: string;
    practitioner_id: string;
    service_type: string;
    start: string;
    status: string;
    modality: string;
  }>;
  accounts?: Array<{ patient_id: string; balance_cents: number; as_of: string }>;
  prescriptions?: Array<{ patient_id: string; medication: string; status: string; refills_remaining: number }>;
  orders?: Array<{ patient_id: string; description: string; status: string }>;
  forms?: Array<{ patient_id: string; name: string; status: string }>;
}

export interface Line {
  what: string;
  detail: string;
  status: string;
}

export interface Records {
  visits: Array<Line & { at: string }>;
  balanceCents: number | null;
  asOf: string;
  prescriptions: Array<Line & { refills: number }>;
  todo: Line[];
}

const OPEN_VISITS = ["booked", "confirmed"];
const DONE = ["completed", "dispensed", "stopped"];

export function recordsOf(ehr: Ehr, patient: string): Records {
  const own = <T extends { patient_id: string }>(items: T[] | undefined) =>
    (items ?? []).filter((item) => item.patient_id === patient);
  const nameIn = (items: Array<{ id: string; name: string }> | undefined, id: string) =>
    items?.find((item) => item.id === id)?.name ?? id;
  const account = own(ehr.accounts)[0];
  return {
    visits: own(ehr.appointments)
      .filter((visit) => OPEN_VISITS.includes(visit.status))
      .sort((a, b) => Date.parse(a.start) - Date.parse(b.start))
      .map((visit) => ({
        at: visit.start,
        what: nameIn(ehr.service_types, visit.service_type),
        detail: nameIn(ehr.practitioners, visit.practitioner_id),
        status: visit.status,
      })),
    balanceCents: account?.balance_cents ?? null,
    asOf: account?.as_of ?? "",
    prescriptions: own(ehr.prescriptions)
      .filter((item) => !DONE.includes(item.status))
      .map((item) => ({ what: item.medication, detail: "", status: item.status, refills: item.refills_remaining })),
    todo: [
      ...own(ehr.forms).map((form) => ({ what: form.name, detail: "", status: form.status })),
      ...own(ehr.orders).map((order) => ({ what: order.description, detail: "", status: order.status })),
    ].filter((line) => !DONE.includes(line.status)),
  };
}

/** The wall clock of the practice, whatever the browser's time zone: the offset is left out. */
export function wallClock(iso: string, language: string, withTime: boolean): string {
  const wall = new Date(`${iso.slice(0, 19)}Z`);
  if (Number.isNaN(wall.getTime())) return iso;
  return new Intl.DateTimeFormat(language, {
    weekday: "short",
    month: "short",
    day: "numeric",
    ...(withTime ? { hour: "numeric", minute: "2-digit" } : {}),
    timeZone: "UTC",
  }).format(wall);
}
