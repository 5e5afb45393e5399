/** A plausible portal page around the widget, with a switch between the sample patients. */

import "./demo.css";
import { render } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Language, pickLanguage, wordsOf } from "../shared/locale";
import { safeHref } from "../shared/richtext";
import en from "./locales/en.json";
import es from "./locales/es.json";
import { type Ehr, type Records, recordsOf, wallClock } from "./records";

const DICTIONARIES: Record<Language, typeof en> = { en, es };
const SETTLE_MS = 400;

interface SamplePatient {
  id: string;
  display_name: string;
  language: string;
}
interface Practice {
  name: string;
  phone: string;
}
interface Speech {
  language: Language;
  say: (key: keyof typeof en, gaps?: Record<string, string | number>) => string;
  term: (family: string, code: string) => string;
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

async function tokenFor(patient: string): Promise<string> {
  const response = await fetch("/v1/demo/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ patient }),
  });
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}

function speechIn(language: Language): Speech {
  const dictionary: Record<string, string> = DICTIONARIES[language];
  return {
    language,
    say: wordsOf<keyof typeof en>(DICTIONARIES[language]),
    term: (family, code) => dictionary[`${family}.${code}`] ?? code,
  };
}

/** The widget of one patient; another patient gets another element, and nothing of the first. */
function Chat({ patient, language, changed }: { patient: string; language: Language; changed: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chat = document.createElement("portico-chat") as HTMLElement & { tokenProvider: () => Promise<string> };
    chat.setAttribute("locale", language);
    if (location.hash === "#chat") chat.setAttribute("open", "");
    chat.tokenProvider = () => tokenFor(patient);
    chat.addEventListener("portico-message", changed);
    place.current?.replaceChildren(chat);
    return () => chat.remove();
  }, [patient]);
  return <div ref={place} />;
}

function Cards({ records, speech }: { records: Records; speech: Speech }) {
  const { say, term, language } = speech;
  const money = new Intl.NumberFormat(language === "es" ? "es-US" : "en-US", { style: "currency", currency: "USD" });
  const list = (items: preact.ComponentChild[], none: string) =>
    items.length > 0 ? <ul>{items}</ul> : <p class="none">{none}</p>;
  return (
    <div class="cards">
      <section class="wide">
        <h2>{say("portal.visits")}</h2>
        {list(
          records.visits.map((visit) => (
            <li>
              <strong>{wallClock(visit.at, language, true)}</strong>
              <span>
                {visit.what}, {visit.detail}
              </span>
              <em>{term("status", visit.status)}</em>
            </li>
          )),
          say("portal.no_visits"),
        )}
      </section>
      <section>
        <h2>{say("portal.balance")}</h2>
        {records.balanceCents ? (
          <>
            <p class="money">{money.format(records.balanceCents / 100)}</p>
            <p class="none">{say("portal.as_of", { date: wallClock(records.asOf, language, false) })}</p>
          </>
        ) : (
          <p class="none">{say("portal.no_balance")}</p>
        )}
      </section>
      <section>
        <h2>{say("portal.prescriptions")}</h2>
        {list(
          records.prescriptions.map((line) => (
            <li>
              <strong>{line.what}</strong>
              <span>{say("portal.refills", { n: line.refills })}</span>
              <em>{term("status", line.status)}</em>
            </li>
          )),
          say("portal.no_prescriptions"),
        )}
      </section>
      <section>
        <h2>{say("portal.todo")}</h2>
        {list(
          records.todo.map((line) => (
            <li>
              <strong>{line.what}</strong>
              <em>{term("status", line.status)}</em>
            </li>
          )),
          say("portal.no_todo"),
        )}
      </section>
    </div>
  );
}

function Portal({ patients, practice }: { patients: SamplePatient[]; practice: Practice }) {
  const [patient, setPatient] = useState(
    patients.find(({ id }) => id === new URLSearchParams(location.search).get("patient")) ?? patients[0],
  );
  const [records, setRecords] = useState<Records | null>(null);
  const speech = speechIn(pickLanguage(patient?.language));
  const { say } = speech;
  const reload = useCallback(() => {
    if (patient === undefined) return;
    void get<Ehr>("/v1/demo/ehr").then(
      (ehr) => setRecords(recordsOf(ehr, patient.id)),
      () => setRecords(null),
    );
  }, [patient]);
  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const changed = useCallback(() => {
    clearTimeout(soon.current);
    soon.current = setTimeout(reload, SETTLE_MS);
  }, [reload]);
  useEffect(() => {
    setRecords(null);
    reload();
    document.documentElement.lang = speech.language;
    document.title = `${practice.name} · ${say("portal.name")}`;
  }, [patient]);
  const phone = safeHref(`tel:${practice.phone}`);
  const choose = (id: string) => setPatient(patients.find((other) => other.id === id));
  if (patient === undefined) return <p class="off">{say("portal.off")}</p>;
  return (
    <>
      <aside class="demo-bar" aria-label={say("portal.demo")}>
        <span>{say("portal.demo")}</span>
        <label>
          {say("portal.patient")}
          <select value={patient.id} onChange={(event) => choose(event.currentTarget.value)}>
            {patients.map(({ id, display_name }) => (
              <option value={id}>
                {display_name} ({id})
              </option>
            ))}
          </select>
        </label>
        <a href="/staff">{say("portal.staff")}</a>
      </aside>
      <header class="top">
        <p class="practice">{practice.name}</p>
        <nav aria-label={say("nav.label")}>
          <a href="#home" aria-current="page">
            {say("nav.home")}
          </a>
          <a href="#visits">{say("nav.visits")}</a>
          <a href="#billing">{say("nav.billing")}</a>
          <a href="#records">{say("nav.records")}</a>
        </nav>
      </header>
      <main>
        <h1>{say("portal.welcome", { name: patient.display_name })}</h1>
        <p class="intro">{say("portal.intro")}</p>
        {records && <Cards records={records} speech={speech} />}
        {phone && (
          <p class="contact">
            <a href={phone}>{say("portal.contact", { phone: practice.phone })}</a>
          </p>
        )}
      </main>
      <Chat patient={patient.id} language={speech.language} changed={changed} />
    </>
  );
}

async function begin(root: HTMLElement): Promise<void> {
  try {
    const [patients, practice] = await Promise.all([
      get<SamplePatient[]>("/v1/demo/patients"),
      get<Practice>("/v1/practice"),
    ]);
    render(<Portal patients={patients} practice={practice} />, root);
  } catch {
    const { say } = speechIn(pickLanguage(...navigator.languages));
    render(<p class="off">{say("portal.off")}</p>, root);
  }
}

const root = document.getElementById("portal");
if (root !== null) void begin(root);
