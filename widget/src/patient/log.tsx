/** The conversation as it grows: live for screen readers, scrolled to what is new. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { RichText } from "../shared/richtext";
import { caughtUp, type Row, timeline } from "../shared/timeline";
import { Message, OutgoingMessage } from "./message";
import type { ChatView } from "./view";

const NEAR_END_PX = 80;

const authorOf = (row: Row | undefined): string | null => {
  if (row?.kind === "message" && row.message.kind === "card") return null;
  if (row?.kind === "message") return row.message.author + (row.message.staff?.name ?? "");
  return row?.kind === "outgoing" ? "patient" : null;
};
const atOf = (row: Row): string | null =>
  row.kind === "message" ? row.message.at : row.kind === "outgoing" ? row.item.at : null;

function Status({ view }: { view: ChatView }) {
  const { status, coming, staffName, link } = view.state;
  const { say } = view.speech;
  if (coming) return <span class="unseen">{say("status.typing")}</span>;
  if (status === null || link !== "ready") return null;
  const words =
    status.author === "staff"
      ? staffName
        ? say("status.staff", { name: staffName })
        : say("status.staff_unnamed")
      : view.speech.status(status.state);
  return (
    <div class="status">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {words}
    </div>
  );
}

function Control({ row, view }: { row: Extract<Row, { kind: "control" }>; view: ChatView }) {
  const { say } = view.speech;
  const words =
    row.by === "assistant"
      ? say("control.assistant")
      : row.name
        ? say("control.staff", { name: row.name })
        : say("control.staff_unnamed");
  return <div class="control">{words}</div>;
}

function rowsOf(rows: Row[], view: ChatView) {
  const lastOfPatient = rows.filter((row) => authorOf(row) === "patient").at(-1);
  let day = "";
  return rows.map((row, index) => {
    const at = atOf(row);
    const today = at === null ? day : view.speech.day(at, view.now);
    const newDay = today !== "" && today !== day;
    day = today || day;
    const continued = !newDay && authorOf(row) !== null && authorOf(row) === authorOf(rows[index - 1]);
    return (
      <li key={row.key} class={row.kind === "message" && row.message.author === "patient" ? "mine" : ""}>
        {newDay && <div class="day">{today}</div>}
        {row.kind === "control" && <Control row={row} view={view} />}
        {row.kind === "outgoing" && <OutgoingMessage item={row.item} view={view} continued={continued} />}
        {row.kind === "message" && (
          <Message message={row.message} view={view} continued={continued} isLatestOfPatient={row === lastOfPatient} />
        )}
      </li>
    );
  });
}

/** The text of the newest safety card that arrived while the patient was here. */
function useAlarm(view: ChatView): string {
  const [alarm, setAlarm] = useState("");
  const heard = useRef<number | null>(null);
  const last = view.state.entries.at(-1);
  const live = caughtUp(view.state);
  useEffect(() => {
    if (!live || !view.isOpen) return;
    const seq = last?.seq ?? 0;
    const isNew = heard.current !== null && seq > heard.current;
    heard.current = seq;
    if (isNew && last?.type === "message" && last.kind === "card") setAlarm(last.text);
  }, [live, view.isOpen, last?.seq]);
  return alarm;
}

/** Keeps the end in view while the patient is there; offers it when they have scrolled up. */
function useScroll(rows: Row[], view: ChatView) {
  const box = useRef<HTMLDivElement>(null);
  const nearEnd = useRef(true);
  const [newer, setNewer] = useState(false);
  const lastRow = rows.at(-1);
  const lastKey = lastRow?.kind === "outgoing" ? lastRow.key + lastRow.item.state : (lastRow?.key ?? "");
  const toEnd = () => {
    const element = box.current;
    if (element === null) return;
    const last = element.querySelector<HTMLElement>("ol > li:last-child");
    const end = element.scrollHeight - element.clientHeight;
    element.scrollTop = last && lastRow?.kind === "message" ? Math.min(end, last.offsetTop - 12) : end;
    nearEnd.current = true;
    setNewer(false);
  };
  useLayoutEffect(() => {
    if (!view.isOpen) return;
    if (nearEnd.current || lastRow?.kind === "outgoing") toEnd();
    else setNewer(true);
  }, [lastKey, view.isOpen, view.state.status?.state, view.state.coming]);
  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    nearEnd.current = element.scrollHeight - element.clientHeight - element.scrollTop < NEAR_END_PX;
    if (nearEnd.current) setNewer(false);
  };
  return { box, newer, toEnd, onScroll };
}

/**
 * The message that is coming, where it will stand. It is for the eyes: the log announces the whole
 * message once, and nobody is read a sentence that is taken back.
 */
function Coming({ view }: { view: ChatView }) {
  const { coming } = view.state;
  if (coming === null) return null;
  return (
    <div class="row by-assistant kind-text is-coming" aria-hidden="true">
      <div class="byline">
        <span class="author">{view.speech.say("author.assistant")}</span>
      </div>
      <div class="bubble">
        <RichText text={coming.text} />
      </div>
    </div>
  );
}

export function Log({ view }: { view: ChatView }) {
  const { say } = view.speech;
  const { state } = view;
  const rows = timeline(state);
  const alarm = useAlarm(view);
  const { box, newer, toEnd, onScroll } = useScroll(rows, view);
  const name = state.welcome?.patient.display_name;
  return (
    <div class="log-frame">
      <div class="log" ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label={say("panel.log")}>
        {state.welcome && (
          <div class="about">
            <h2>{say("disclosure.title")}</h2>
            <p>{state.welcome.disclosure}</p>
          </div>
        )}
        {state.welcome && rows.length === 0 && caughtUp(state) && (
          <p class="hello">{name ? say("welcome.hello", { name }) : say("welcome.hello_unnamed")}</p>
        )}
        <div role="log" aria-live={caughtUp(state) ? "polite" : "off"} aria-relevant="additions" aria-label={say("panel.log")}>
          <ol class="rows">{rowsOf(rows, view)}</ol>
        </div>
        <Coming view={view} />
        <div role="status">
          <Status view={view} />
        </div>
      </div>
      <div class="unseen" role="alert" aria-live="assertive">
        {alarm}
      </div>
      {newer && (
        <button type="button" class="newer" onClick={toEnd}>
          {say("log.newer")}
        </button>
      )}
    </div>
  );
}
