/** The desk's state without a page: the queue in its order, its filters, and what sounds the alarm. */

import { type Conversation, type Draft, type LiveFrame, PRIORITIES, type Staff, type Task } from "./model";

export type StatusFilter = "open" | "requested" | "accepted" | "completed";

export interface Filter {
  status: StatusFilter;
  code: string;
  mine: boolean;
}

export type Place =
  | { tab: "queue"; task: string | null; conversation: null }
  | { tab: "drafts"; task: null; conversation: string | null };

export interface Notice {
  tone: "good" | "bad";
  text: string;
}

export interface DeskState {
  phase: "loading" | "login" | "in";
  staff: Staff | null;
  practiceName: string;
  tasks: Readonly<Record<string, Task>>;
  drafts: Readonly<Record<string, Draft>>;
  filter: Filter;
  place: Place;
  conversation: Conversation | null;
  /** The conversation at this place is not there, or not for this member. */
  isMissing: boolean;
  isLive: boolean;
  isLoaded: boolean;
  notice: Notice | null;
  /** Why the log-in form is shown. */
  loginReason: "expired" | "wrong" | "offline" | "busy" | "other" | null;
}

export const START: DeskState = {
  phase: "loading",
  staff: null,
  practiceName: "",
  tasks: {},
  drafts: {},
  filter: { status: "open", code: "", mine: false },
  place: { tab: "queue", task: null, conversation: null },
  conversation: null,
  isMissing: false,
  isLive: false,
  isLoaded: false,
  notice: null,
  loginReason: null,
};

const time = (iso: string | null) => (iso === null ? Number.POSITIVE_INFINITY : Date.parse(iso));

/** Most urgent first; among equals what nobody has taken, then what is due first. */
export function byUrgency(a: Task, b: Task): number {
  return (
    PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
    Number(a.status !== "requested") - Number(b.status !== "requested") ||
    time(a.due) - time(b.due) ||
    time(a.created) - time(b.created)
  );
}

const inStatus = (task: Task, status: StatusFilter) =>
  status === "open" ? task.status !== "completed" : task.status === status;

export function visibleTasks({ tasks, filter, staff }: DeskState): Task[] {
  return Object.values(tasks)
    .filter((task) => inStatus(task, filter.status))
    .filter((task) => filter.code === "" || task.code === filter.code)
    .filter((task) => !filter.mine || task.claimed_by === staff?.id)
    .sort(filter.status === "completed" ? (a, b) => time(b.created) - time(a.created) : byUrgency);
}

/** Emergencies that nobody has taken: whatever the filters say. */
export function alarms(state: DeskState): Task[] {
  return Object.values(state.tasks)
    .filter((task) => task.priority === "stat" && task.status === "requested")
    .sort(byUrgency);
}

export function openCount(state: DeskState): number {
  return Object.values(state.tasks).filter((task) => task.status !== "completed").length;
}

export function pendingDrafts(state: DeskState): Draft[] {
  return Object.values(state.drafts)
    .filter((draft) => draft.status === "pending")
    .sort((a, b) => time(a.created) - time(b.created));
}

export function codesOf(state: DeskState): string[] {
  return [...new Set(Object.values(state.tasks).map((task) => task.code))].sort();
}

/** The conversation that is to be read at this place. */
export function conversationAt({ place, tasks }: DeskState): string | null {
  if (place.tab === "drafts") return place.conversation;
  return place.task === null ? null : (tasks[place.task]?.conversation ?? null);
}

export const byId = <T extends { id: string }>(items: readonly T[]): Record<string, T> =>
  Object.fromEntries(items.map((item) => [item.id, item]));

export function withTask(state: DeskState, task: Task): DeskState {
  const { conversation } = state;
  const shown =
    conversation?.id === task.conversation
      ? { ...conversation, tasks: [...conversation.tasks.filter((other) => other.id !== task.id), task] }
      : conversation;
  return { ...state, tasks: { ...state.tasks, [task.id]: task }, conversation: shown };
}

export function withDraft(state: DeskState, draft: Draft): DeskState {
  const { conversation } = state;
  const shown =
    conversation?.id === draft.conversation
      ? { ...conversation, drafts: [...conversation.drafts.filter((other) => other.id !== draft.id), draft] }
      : conversation;
  return { ...state, drafts: { ...state.drafts, [draft.id]: draft }, conversation: shown };
}

export function applyLive(state: DeskState, frame: LiveFrame): DeskState {
  const { conversation } = state;
  switch (frame.type) {
    case "ready":
      return state;
    case "task":
      return withTask(state, frame.task);
    case "draft":
      return withDraft(state, frame.draft);
    case "message": {
      if (conversation?.id !== frame.conversation) return state;
      const others = conversation.messages.filter((message) => message.seq !== frame.message.seq);
      const messages = [...others, frame.message].sort((a, b) => a.seq - b.seq);
      return { ...state, conversation: { ...conversation, messages } };
    }
    case "control":
      if (conversation?.id !== frame.conversation) return state;
      return {
        ...state,
        conversation: { ...conversation, control: frame.by, staff: frame.by === "staff" ? frame.staff : null },
      };
  }
}

/** `#task=ID`, `#drafts`, `#drafts=CONVERSATION`; anything else is the queue. */
export function placeOf(hash: string): Place {
  const [name, value] = hash.replace(/^#/, "").split("=", 2);
  const id = value ? decodeURIComponent(value) : null;
  if (name === "drafts") return { tab: "drafts", task: null, conversation: id };
  return { tab: "queue", task: name === "task" ? id : null, conversation: null };
}

export function hashOf(place: Place): string {
  const id = place.tab === "queue" ? place.task : place.conversation;
  const name = place.tab === "queue" ? "task" : "drafts";
  if (id === null) return place.tab === "queue" ? "#queue" : "#drafts";
  return `#${name}=${encodeURIComponent(id)}`;
}
