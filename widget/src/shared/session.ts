/**
 * The chat as a state machine: what happened goes in, the next state and what to do come out.
 *
 * No socket, no timer, no document: `connection.ts` runs the effects. A message that the patient
 * wrote lives in `outbox` from the moment it is written until the server shows it back in the
 * conversation, and is sent again, with the same id, whenever a connection becomes ready; the
 * server makes sending twice harmless. `after` is the highest `seq` below which nothing is missing:
 * that is what a new connection asks to continue from.
 */

import type { ClientFrame, Control, ControlFrame, DeltaFrame, ErrorCode, MessageFrame, ReadyFrame, ServerFrame } from "./frames";

export type Link = "idle" | "connecting" | "greeting" | "ready" | "waiting" | "stopped";
type Signal = "start" | "opened" | "ready" | "lost" | "refused";

/** Every transition of a connection; a signal that is not listed changes nothing. */
export const LINKS: Record<Link, Partial<Record<Signal, Link>>> = {
  idle: { start: "connecting" },
  connecting: { opened: "greeting", lost: "waiting", refused: "stopped" },
  greeting: { ready: "ready", lost: "waiting", refused: "stopped" },
  ready: { lost: "waiting", refused: "stopped" },
  waiting: { start: "connecting" },
  stopped: { start: "connecting" },
};

export type Trouble =
  | ErrorCode
  | "lost"
  | "no_access"
  | "no_token"
  | "too_many"
  | "restarting";

export interface Outgoing {
  id: string;
  text: string;
  choice: string | null;
  /** The message whose button this was. */
  answers: string | null;
  at: string;
  state: "waiting" | "sent" | "stored" | "failed";
  problem: Trouble | null;
}

export type Entry = MessageFrame | ControlFrame;

/** What has come so far of the message that answers `turn`. */
export interface Coming {
  turn: string;
  sentences: number;
  text: string;
}

export interface ChatState {
  link: Link;
  attempt: number;
  tokenTries: number;
  welcome: ReadyFrame | null;
  after: number;
  /** The `after` at which a gap has already been asked for again. */
  resyncedAt: number;
  entries: readonly Entry[];
  outbox: readonly Outgoing[];
  control: Control;
  staffName: string | null;
  status: { state: string; author: string } | null;
  coming: Coming | null;
  trouble: Trouble | null;
  feedback: Readonly<Record<number, "up" | "down">>;
  readUpTo: number;
  /** The newest `seq` when the page was opened. */
  opened: number | null;
}

export type ChatEvent =
  | { type: "start" }
  | { type: "opened" }
  | { type: "closed"; code: number }
  | { type: "frame"; frame: ServerFrame }
  | { type: "say"; id: string; text: string; at: string; choice?: string; answers?: string }
  | { type: "retry"; id: string }
  | { type: "no_ack"; id: string }
  | { type: "no_token" }
  | { type: "feedback"; seq: number; value: "up" | "down" }
  | { type: "read"; seq: number };

export type Effect =
  | { do: "connect" }
  | { do: "hello"; conversation: string | null; after: number }
  | { do: "send"; frame: ClientFrame }
  | { do: "await_ack"; id: string }
  | { do: "reconnect"; attempt: number; freshToken: boolean }
  | { do: "retry_later"; id: string; seconds: number }
  | { do: "drop" };

export interface Step {
  state: ChatState;
  effects: Effect[];
}

/** A delay of about half a minute: for a server that has told us to keep away. */
const FAR_ATTEMPT = 6;
const TOKEN_TRIES = 2;
const CLOSED_BAD_FRAME = 4400;
const CLOSED_BAD_TOKEN = 4401;
const CLOSED_NO_ACCESS = 4403;
const CLOSED_TOO_MANY = 4429;
const CLOSED_RESTART = 1012;

export const START: ChatState = {
  link: "idle",
  attempt: 0,
  tokenTries: 0,
  welcome: null,
  after: 0,
  resyncedAt: -1,
  entries: [],
  outbox: [],
  control: "assistant",
  staffName: null,
  status: null,
  coming: null,
  trouble: null,
  feedback: {},
  readUpTo: 0,
  opened: null,
};

const move = (state: ChatState, signal: Signal): ChatState => ({
  ...state,
  link: LINKS[state.link][signal] ?? state.link,
});
const only = (state: ChatState, ...effects: Effect[]): Step => ({ state, effects });

export function step(state: ChatState, event: ChatEvent): Step {
  switch (event.type) {
    case "start":
      if (LINKS[state.link].start === undefined) return only(state);
      return only(move(state, "start"), { do: "connect" });
    case "opened":
      if (state.link !== "connecting") return only(state);
      return only(move(state, "opened"), {
        do: "hello",
        conversation: state.welcome?.conversation ?? null,
        after: state.after,
      });
    case "closed":
      return onClosed(state, event.code);
    case "no_token":
      return only({ ...move(state, "refused"), trouble: "no_token" });
    case "frame":
      return onFrame(state, event.frame);
    case "say":
      return onSay(state, {
        id: event.id,
        text: event.text,
        choice: event.choice ?? null,
        answers: event.answers ?? null,
        at: event.at,
        state: "waiting",
        problem: null,
      });
    case "retry":
      return onRetry(state, event.id);
    case "no_ack":
      return onNoAck(state, event.id);
    case "feedback":
      return only(
        { ...state, feedback: { ...state.feedback, [event.seq]: event.value } },
        { do: "send", frame: { type: "feedback", seq: event.seq, value: event.value } },
      );
    case "read":
      if (event.seq <= state.readUpTo || state.link !== "ready") return only(state);
      return only({ ...state, readUpTo: event.seq }, { do: "send", frame: { type: "read", seq: event.seq } });
  }
}

function onClosed(state: ChatState, code: number): Step {
  const quiet = { ...state, status: null, coming: null };
  const again = (attempt: number, trouble: Trouble, freshToken = false): Step =>
    only(
      { ...move(quiet, "lost"), attempt: state.attempt + 1, trouble },
      { do: "reconnect", attempt, freshToken },
    );
  const stop = (trouble: Trouble): Step => only({ ...move(quiet, "refused"), trouble });
  if (state.link === "stopped" || state.link === "idle") return only(state);
  if (code === CLOSED_BAD_FRAME) return stop("bad_frame");
  if (code === CLOSED_NO_ACCESS) return stop(state.trouble === "no_consent" ? "no_consent" : "no_access");
  if (code === CLOSED_TOO_MANY) return again(FAR_ATTEMPT, "too_many");
  if (code === CLOSED_RESTART) return again(state.attempt, "restarting");
  if (code !== CLOSED_BAD_TOKEN) return again(state.attempt, state.trouble === "unavailable" ? "unavailable" : "lost");
  if (state.tokenTries >= TOKEN_TRIES) return stop(state.trouble === "expired_token" ? "expired_token" : "bad_token");
  const retried = again(state.tokenTries, state.trouble ?? "bad_token", true);
  return { ...retried, state: { ...retried.state, tokenTries: state.tokenTries + 1 } };
}

function onFrame(state: ChatState, frame: ServerFrame): Step {
  switch (frame.type) {
    case "ready":
      return onReady(state, frame);
    case "ack":
      return only({ ...state, outbox: mark(state.outbox, frame.id, "stored", null) });
    case "status":
      if (frame.state === "idle") return only({ ...state, status: null, coming: null });
      return only({ ...state, status: { state: frame.state, author: frame.author } });
    case "delta":
      return only({ ...state, coming: grown(state, frame) });
    case "message":
    case "control":
      return onEntry(state, frame);
    case "error":
      return onError(state, frame);
  }
}

function onReady(state: ChatState, frame: ReadyFrame): Step {
  if (state.link !== "greeting") return only(state);
  const moved = state.welcome !== null && state.welcome.conversation !== frame.conversation;
  const kept = moved ? { ...START, outbox: state.outbox, link: state.link } : state;
  const next: ChatState = {
    ...move(kept, "ready"),
    attempt: 0,
    tokenTries: 0,
    welcome: frame,
    opened: kept.opened ?? frame.seq,
    control: frame.control,
    trouble: null,
  };
  const resent = next.outbox.filter((item) => item.state !== "stored" && item.problem !== "too_large");
  return {
    state: {
      ...next,
      outbox: next.outbox.map((item) => (resent.includes(item) ? { ...item, state: "sent", problem: null } : item)),
    },
    effects: resent.flatMap(sending),
  };
}

const sending = (item: Outgoing): Effect[] => [
  {
    do: "send",
    frame: {
      type: "say",
      id: item.id,
      text: item.text,
      ...(item.choice === null ? {} : { choice: item.choice }),
    },
  },
  { do: "await_ack", id: item.id },
];

function onSay(state: ChatState, item: Outgoing): Step {
  if (state.outbox.some((other) => other.id === item.id)) return only(state);
  const ready = state.link === "ready";
  const queued: Outgoing = { ...item, state: ready ? "sent" : "waiting" };
  return { state: { ...state, outbox: [...state.outbox, queued] }, effects: ready ? sending(queued) : [] };
}

function onRetry(state: ChatState, id: string): Step {
  const item = state.outbox.find((other) => other.id === id);
  if (item === undefined || item.state === "stored") return only(state);
  if (state.link === "ready") {
    return { state: { ...state, outbox: mark(state.outbox, id, "sent", null) }, effects: sending(item) };
  }
  const waiting = { ...state, outbox: mark(state.outbox, id, "waiting", null) };
  return LINKS[state.link].start === undefined ? only(waiting) : step(waiting, { type: "start" });
}

/** A connection that swallows messages is dead, whatever the socket says: open another. */
function onNoAck(state: ChatState, id: string): Step {
  const item = state.outbox.find((other) => other.id === id);
  if (item?.state !== "sent") return only(state);
  const failed = { ...state, outbox: mark(state.outbox, id, "failed", "lost") };
  return state.link === "ready" ? only(failed, { do: "drop" }) : only(failed);
}

function onError(state: ChatState, frame: { code: ErrorCode; id: string | null; retry_after: number | null }): Step {
  if (frame.id === null) return only({ ...state, trouble: frame.code });
  const next = { ...state, outbox: mark(state.outbox, frame.id, "failed", frame.code) };
  const again = frame.retry_after !== null && (frame.code === "rate_limited" || frame.code === "unavailable");
  return again
    ? only(next, { do: "retry_later", id: frame.id, seconds: frame.retry_after ?? 0 })
    : only(next);
}

function mark(
  outbox: readonly Outgoing[],
  id: string,
  state: Outgoing["state"],
  problem: Trouble | null,
): readonly Outgoing[] {
  return outbox.map((item) => (item.id === id ? { ...item, state, problem } : item));
}

/**
 * A message that grows is shown from its first sentence on, without gaps, or not at all: a connection
 * that came in the middle waits for the whole. What has been answered grows no more.
 */
function grown(state: ChatState, { turn, number, text }: DeltaFrame): Coming | null {
  const { coming, entries } = state;
  if (entries.some((entry) => entry.type === "message" && entry.reply_to === turn)) return coming;
  if (number === 1) return { turn, sentences: 1, text };
  if (coming?.turn !== turn || coming.sentences !== number - 1) return coming;
  const space = text.startsWith("\n") ? "" : " ";
  return { turn, sentences: number, text: `${coming.text}${space}${text}` };
}

function onEntry(state: ChatState, entry: Entry): Step {
  if (state.entries.some((other) => other.seq === entry.seq)) return only(state);
  const entries = [...state.entries, entry].sort((a, b) => a.seq - b.seq);
  const after = contiguous(entries, state.after);
  const next: ChatState = { ...state, entries, after };
  const shown = entry.type === "control" ? applyControl(next, entry) : applyMessage(next, entry);
  if (entry.seq <= after) return only(shown);
  if (state.resyncedAt === after) return only({ ...shown, after: entry.seq });
  return only({ ...shown, resyncedAt: after }, { do: "drop" });
}

function contiguous(entries: readonly Entry[], from: number): number {
  return entries.reduce((after, entry) => (entry.seq === after + 1 ? entry.seq : after), from);
}

const applyControl = (state: ChatState, frame: ControlFrame): ChatState => ({
  ...state,
  control: frame.by,
  staffName: frame.by === "staff" ? (frame.staff?.name ?? null) : null,
});

function applyMessage(state: ChatState, message: MessageFrame): ChatState {
  const outbox = state.outbox.filter((item) => item.id !== message.id);
  if (message.author === "patient") return { ...state, outbox };
  const coming = state.coming?.turn === message.reply_to ? null : state.coming;
  return { ...state, outbox, status: null, coming };
}
