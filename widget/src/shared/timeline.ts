/** What the log shows: the conversation with the messages still on their way, and what is open in it. */

import type { MessageFrame } from "./frames";
import type { ChatState, Entry, Outgoing } from "./session";

export type Row =
  | { kind: "message"; key: string; message: MessageFrame }
  | { kind: "control"; key: string; by: "assistant" | "staff"; name: string | null }
  | { kind: "outgoing"; key: string; item: Outgoing };

const isMessage = (entry: Entry): entry is MessageFrame => entry.type === "message";

export function timeline(state: ChatState): Row[] {
  const answered = new Map(
    state.entries.filter(isMessage).flatMap((m) => (m.reply_to === null ? [] : [[m.reply_to, m.seq] as const])),
  );
  const placed: Array<{ at: number; row: Row }> = state.entries.map((entry) => ({
    at: entry.seq,
    row: isMessage(entry)
      ? { kind: "message", key: entry.id, message: entry }
      : { kind: "control", key: `control-${entry.seq}`, by: entry.by, name: entry.staff?.name ?? null },
  }));
  const last = state.entries.at(-1)?.seq ?? 0;
  for (const item of state.outbox) {
    const reply = answered.get(item.id);
    placed.push({ at: reply === undefined ? last + 1 : reply - 0.5, row: { kind: "outgoing", key: item.id, item } });
  }
  return placed.sort((a, b) => a.at - b.at).map((entry) => entry.row);
}

/** The option that was taken, when one was: by its button here, or by its words in the conversation. */
export function chosenOption(state: ChatState, message: MessageFrame): string | null {
  const sent = state.outbox.find((item) => item.answers === message.id);
  if (sent) return sent.choice;
  const next = state.entries.find((e) => isMessage(e) && e.seq > message.seq && e.author === "patient") as
    | MessageFrame
    | undefined;
  return next ? (message.options.find((option) => option.label === next.text)?.id ?? null) : null;
}

/**
 * Buttons work until the conversation has gone past them; those of a safety card until one of them
 * was pressed, whatever was written in between.
 */
export function optionsAreOpen(state: ChatState, message: MessageFrame): boolean {
  if (message.options.length === 0) return false;
  if (chosenOption(state, message) !== null) return false;
  if (message.card !== null) return true;
  if (state.outbox.some((item) => item.state !== "failed")) return false;
  return !state.entries.some(
    (entry) =>
      isMessage(entry) && entry.seq > message.seq && (entry.author === "patient" || entry.options.length > 0),
  );
}

/**
 * How many messages wait to be read: those that came while this page was open, and what staff wrote
 * since the patient's last word. What was read on another day is not known here.
 */
export function unread(state: ChatState): number {
  const messages = state.entries.filter(isMessage);
  const lastOwn = messages.filter((message) => message.author === "patient").at(-1)?.seq ?? 0;
  return messages.filter(
    ({ author, seq }) =>
      author !== "patient" &&
      seq > Math.max(state.readUpTo, lastOwn) &&
      (author === "staff" || seq > (state.opened ?? 0)),
  ).length;
}

/** The newest message to the patient, 0 when there is none. */
export function newest(state: ChatState): number {
  return state.entries.reduce(
    (seq, entry) => (isMessage(entry) && entry.author !== "patient" ? Math.max(seq, entry.seq) : seq),
    0,
  );
}

/** The replay of what stood before this connection is through. */
export function caughtUp(state: ChatState): boolean {
  return state.link === "ready" && state.after >= (state.welcome?.seq ?? 0);
}

/** The conversation speaks of abuse at home: leaving must be one press away. */
export function needsQuickExit(state: ChatState): boolean {
  return state.entries.some(
    (e) => isMessage(e) && (e.card?.category === "domestic_violence" || e.card?.category === "abuse"),
  );
}
