/** The task at hand: what it is about, taking it, giving it back, completing it. */

import { useState } from "preact/hooks";
import { PlainText } from "../shared/richtext";
import type { DeskView } from "./context";
import type { Task } from "./model";
import { Due, holder } from "./tasklist";
import type { DeskKey } from "./words";

const SAFETY_CODES = ["crisis", "medical-emergency", "safeguarding"];
const SAFETY_ENDS = ["called_safe", "sent_to_er", "welfare_check", "emergency_contact", "false_alarm"];
const USUAL_ENDS = ["done", "answered", "called", "booked", "no_answer", "not_needed"];

function CompleteForm({ task, view, close }: { task: Task; view: DeskView; close: () => void }) {
  const { say } = view.speech;
  const ends = SAFETY_CODES.includes(task.code) ? SAFETY_ENDS : USUAL_ENDS;
  const [missing, setMissing] = useState(false);
  const submit = async (form: HTMLFormElement) => {
    const given = new FormData(form);
    const note = String(given.get("note")).trim();
    setMissing(note === "");
    if (note !== "" && (await view.desk.complete(task, String(given.get("disposition")), note))) close();
  };
  return (
    <form
      class="complete"
      aria-label={say("task.complete_title")}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <label>
        {say("task.disposition")}
        <select name="disposition">
          {ends.map((end) => (
            <option value={end}>{say(`disposition.${end}` as DeskKey)}</option>
          ))}
        </select>
      </label>
      <label>
        {say("task.note")}
        <textarea name="note" rows={3} aria-invalid={missing} aria-describedby="note-missing" />
      </label>
      <p id="note-missing" class="missing" role="alert">
        {missing ? say("task.note_needed") : ""}
      </p>
      <div class="buttons">
        <button type="submit" class="primary">
          {say("task.confirm_complete")}
        </button>
        <button type="button" class="secondary" onClick={close}>
          {say("task.cancel")}
        </button>
      </div>
    </form>
  );
}

function TaskButtons({ task, view, complete }: { task: Task; view: DeskView; complete: () => void }) {
  const { say } = view.speech;
  if (task.status === "completed") return null;
  const isMine = task.claimed_by === view.state.staff?.id;
  return (
    <div class="buttons">
      {task.status === "requested" && (
        <button type="button" class="primary" onClick={() => void view.desk.claim(task)}>
          {say(task.priority === "stat" ? "task.claim_stat" : "task.claim")}
        </button>
      )}
      {isMine && (
        <>
          <button type="button" class="primary" onClick={complete}>
            {say("task.complete")}
          </button>
          <button type="button" class="secondary" onClick={() => void view.desk.unclaim(task)}>
            {say("task.unclaim")}
          </button>
        </>
      )}
    </div>
  );
}

export function TaskPanel({ task, view }: { task: Task; view: DeskView }) {
  const { say, term, ago, full } = view.speech;
  const [completing, setCompleting] = useState(false);
  return (
    <section class={`taskpanel is-${task.priority}`} aria-label={term("code", task.code)}>
      <div class="task-top">
        <span class={`pill is-${task.priority}`}>{say(`priority.${task.priority}`)}</span>
        <h3>{term("code", task.code)}</h3>
        <span class={task.claimed_by === null ? "free" : "taken"}>{holder(task, view)}</span>
      </div>
      <div class="task-words">
        <PlainText text={task.summary} />
      </div>
      <p class="task-times">
        <span title={full(task.created)}>{say("task.created", { when: ago(task.created, view.now) })}</span>
        <Due task={task} view={view} />
        {task.disposition && <span>{say("task.ended", { disposition: term("disposition", task.disposition) })}</span>}
      </p>
      {task.notes.length > 0 && (
        <details class="notes" open>
          <summary>{say("task.notes")}</summary>
          <ul>
            {task.notes.map((note) => (
              <li>
                <time dateTime={note.at}>{full(note.at)}</time> {note.text}
              </li>
            ))}
          </ul>
        </details>
      )}
      {completing && task.status !== "completed" ? (
        <CompleteForm task={task} view={view} close={() => setCompleting(false)} />
      ) : (
        <TaskButtons task={task} view={view} complete={() => setCompleting(true)} />
      )}
    </section>
  );
}
