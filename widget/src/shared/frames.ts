/** The words on the wire of `portico.v1` (CONTRACTS 4), and a reader that lets nothing else in. */

export type Author = "patient" | "assistant" | "staff" | "system";
export type Kind = "text" | "options" | "confirm" | "card" | "notice";
export type Control = "assistant" | "staff";
export type ErrorCode =
  | "bad_frame"
  | "bad_token"
  | "expired_token"
  | "no_consent"
  | "too_large"
  | "rate_limited"
  | "conflict"
  | "unavailable";

export interface Option {
  id: string;
  label: string;
}
export interface Citation {
  title: string;
  source: string;
  version: string;
}
export interface CardAction {
  label: string;
  href: string;
}
export interface Card {
  level: number;
  category: string;
  version: string;
  actions: CardAction[];
}

export interface ReadyFrame {
  type: "ready";
  conversation: string;
  seq: number;
  practice: { name: string; phone: string };
  patient: { display_name: string };
  disclosure: string;
  control: Control;
}
export interface AckFrame {
  type: "ack";
  id: string;
}
export interface StatusFrame {
  type: "status";
  state: string;
  author: string;
}
export interface DeltaFrame {
  type: "delta";
  turn: string;
  /** The sentence's place in the message that is coming, from 1. */
  number: number;
  text: string;
}
export interface MessageFrame {
  type: "message";
  seq: number;
  id: string;
  at: string;
  author: Author;
  text: string;
  kind: Kind;
  options: Option[];
  citations: Citation[];
  card: Card | null;
  route: string | null;
  reply_to: string | null;
  staff: { name: string } | null;
}
export interface ControlFrame {
  type: "control";
  seq: number;
  by: Control;
  staff: { name: string } | null;
}
export interface ErrorFrame {
  type: "error";
  code: ErrorCode;
  message: string;
  id: string | null;
  retry_after: number | null;
}
export type ServerFrame =
  | ReadyFrame
  | AckFrame
  | StatusFrame
  | DeltaFrame
  | MessageFrame
  | ControlFrame
  | ErrorFrame;

export type ClientFrame =
  | { type: "hello"; token: string; conversation?: string; after?: number; locale?: string }
  | { type: "say"; id: string; text: string; choice?: string }
  | { type: "typing" }
  | { type: "read"; seq: number }
  | { type: "feedback"; seq: number; value: "up" | "down"; comment?: string }
  | { type: "end" };

export const SUBPROTOCOL = "portico.v1";
/** The longest message a patient may send, in characters as the server counts them (code points). */
export const MAX_TEXT = 4000;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const seqOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
const oneOf = <T extends string>(value: unknown, known: readonly T[], otherwise: T): T =>
  known.includes(value as T) ? (value as T) : otherwise;

const AUTHORS = ["patient", "assistant", "staff", "system"] as const;
const KINDS = ["text", "options", "confirm", "card", "notice"] as const;
const CODES = [
  "bad_frame",
  "bad_token",
  "expired_token",
  "no_consent",
  "too_large",
  "rate_limited",
  "conflict",
  "unavailable",
] as const;

const staffOf = (value: unknown) =>
  isObject(value) && typeof value.name === "string" ? { name: value.name } : null;

function cardOf(value: unknown): Card | null {
  if (!isObject(value)) return null;
  return {
    level: typeof value.level === "number" ? value.level : 0,
    category: text(value.category),
    version: text(value.version),
    actions: objects(value.actions).map((a) => ({ label: text(a.label), href: text(a.href) })),
  };
}

/** A message as the wire or the staff calls carry it; null when it has no place in a conversation. */
export function messageOf(value: unknown): MessageFrame | null {
  if (!isObject(value)) return null;
  const seq = seqOf(value.seq);
  if (seq === null || typeof value.id !== "string") return null;
  return {
    type: "message",
    seq,
    id: value.id,
    at: text(value.at),
    author: oneOf(value.author, AUTHORS, "system"),
    text: text(value.text),
    kind: oneOf(value.kind, KINDS, "text"),
    options: objects(value.options).map((o) => ({ id: text(o.id), label: text(o.label) })),
    citations: objects(value.citations).map((c) => ({
      title: text(c.title),
      source: text(c.source),
      version: text(c.version),
    })),
    card: cardOf(value.card),
    route: textOrNull(value.route),
    reply_to: textOrNull(value.reply_to),
    staff: staffOf(value.staff),
  };
}

function readyOf(value: Json): ReadyFrame | null {
  const seq = seqOf(value.seq);
  if (seq === null || typeof value.conversation !== "string") return null;
  const practice = isObject(value.practice) ? value.practice : {};
  const patient = isObject(value.patient) ? value.patient : {};
  return {
    type: "ready",
    conversation: value.conversation,
    seq,
    practice: { name: text(practice.name), phone: text(practice.phone) },
    patient: { display_name: text(patient.display_name) },
    disclosure: text(value.disclosure),
    control: oneOf(value.control, ["assistant", "staff"] as const, "assistant"),
  };
}

function controlOf(value: Json): ControlFrame | null {
  const seq = seqOf(value.seq);
  if (seq === null) return null;
  const by = oneOf(value.by, ["assistant", "staff"] as const, "assistant");
  return { type: "control", seq, by, staff: staffOf(value.staff) };
}

function deltaOf(value: Json): DeltaFrame | null {
  const number = seqOf(value.number);
  if (!number || typeof value.turn !== "string") return null;
  return { type: "delta", turn: value.turn, number, text: text(value.text) };
}

/** One server frame, its optional fields filled in; null for anything that is not one. */
export function readFrame(raw: unknown): ServerFrame | null {
  if (typeof raw !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  switch (value.type) {
    case "ready":
      return readyOf(value);
    case "ack":
      return typeof value.id === "string" ? { type: "ack", id: value.id } : null;
    case "status":
      return { type: "status", state: text(value.state), author: text(value.author) };
    case "delta":
      return deltaOf(value);
    case "message":
      return messageOf(value);
    case "control":
      return controlOf(value);
    case "error":
      return {
        type: "error",
        code: oneOf(value.code, CODES, "unavailable"),
        message: text(value.message),
        id: textOrNull(value.id),
        retry_after: typeof value.retry_after === "number" ? value.retry_after : null,
      };
    default:
      return null;
  }
}
