/** The queue: filters, and the tasks in their order. */

import type { DeskView } from "./context";
import type { Task } from "./model";
import { codesOf, START, type StatusFilter, visibleTasks } from "./queue";

const STATUSES: readonly StatusFilter[] = ["open", "requested", "accepted", "completed"];

function Filters({ view }: { view: DeskView }) {
  const { say, term } = view.speech;
  const { filter } = view.state;
  return (
    <form class="filters" aria-label={say("filter.label")} onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>{say("filter.status")}</span>
        <select
          value={filter.status}
          onChange={(event) => void view.desk.filter({ ...filter, status: event.currentTarget.value as StatusFilter })}
        >
          {STATUSES.map((status) => (
            <option value={status}>{say(`filter.${status}`)}</option>
          ))}
        </select>
      </label>
      <label>
        <span>{say("filter.code")}</span>
        <select
          value={filter.code}
          onChange={(event) => void view.desk.filter({ ...filter, code: event.currentTarget.value })}
        >
          <option value="">{say("filter.any")}</option>
          {codesOf(view.state).map((code) => (
            <option value={code}>{term("code", code)}</option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={filter.mine}
          onChange={(event) => void view.desk.filter({ ...filter, mine: event.currentTarget.checked })}
        />
        <span>{say("filter.mine")}</span>
      </label>
    </form>
  );
}

export function Due({ task, view }: { task: Task; view: DeskView }) {
  if (task.due === null || task.status === "completed") return null;
  const { say, ago, full } = view.speech;
  const isOver = Date.parse(task.due) < view.now;
  return (
    <time class={isOver ? "due is-over" : "due"} dateTime={task.due} title={full(task.due)}>
      {say(isOver ? "task.overdue" : "task.due", { when: ago(task.due, view.now) })}
    </time>
  );
}

export function holder(task: Task, view: DeskView): string {
  const { say } = view.speech;
  if (task.claimed_by === null) return say("task.free");
  if (task.claimed_by === view.state.staff?.id) return say("task.taken_by_you");
  return say("task.taken_by", { name: task.claimed_by_name ?? task.claimed_by });
}

function Row({ task, view }: { task: Task; view: DeskView }) {
  const { say, term, ago, full } = view.speech;
  const isHere = view.state.place.tab === "queue" && view.state.place.task === task.id;
  return (
    <li>
      <a
        href={`#task=${encodeURIComponent(task.id)}`}
        class={`task is-${task.priority} is-${task.status}`}
        aria-current={isHere ? "true" : undefined}
      >
        <span class="task-top">
          <span class={`pill is-${task.priority}`}>{say(`priority.${task.priority}`)}</span>
          <span class="task-code">{term("code", task.code)}</span>
          <time dateTime={task.created} title={full(task.created)}>
            {ago(task.created, view.now)}
          </time>
        </span>
        <span class="task-patient">{task.patient_name}</span>
        <span class="task-summary">{task.summary}</span>
        <span class="task-bottom">
          <span class={task.claimed_by === null ? "free" : "taken"}>{holder(task, view)}</span>
          <Due task={task} view={view} />
        </span>
      </a>
    </li>
  );
}

/** Up and down move between the rows of a list. */
export function moveInList(event: KeyboardEvent, list: HTMLElement): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (by === 0) return;
  const rows = [...list.querySelectorAll<HTMLElement>("a.task")];
  const next = rows[rows.indexOf(document.activeElement as HTMLElement) + by];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

export function TaskList({ view }: { view: DeskView }) {
  const { say } = view.speech;
  const tasks = visibleTasks(view.state);
  const { filter, isLoaded } = view.state;
  const isFiltered = filter.status !== "open" || filter.code !== "" || filter.mine;
  return (
    <div class="list">
      <Filters view={view} />
      {tasks.length > 0 && (
        <ul class="tasks" aria-label={say("queue.label")} onKeyDown={(event) => moveInList(event, event.currentTarget)}>
          {tasks.map((task) => (
            <Row key={task.id} task={task} view={view} />
          ))}
        </ul>
      )}
      {tasks.length === 0 && (
        <div class="empty">
          <p>{isLoaded ? say(isFiltered ? "queue.empty_filtered" : "queue.empty") : say("desk.loading")}</p>
          {isFiltered && (
            <button type="button" class="secondary" onClick={() => void view.desk.filter(START.filter)}>
              {say("queue.clear")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
