/** Frames and runs for the tests of the chat. */

import type { ControlFrame, MessageFrame, ReadyFrame, ServerFrame } from "../../src/shared/frames";
import { type ChatEvent, type ChatState, type Effect, START, step } from "../../src/shared/session";

export const ready = (more: Partial<ReadyFrame> = {}): ReadyFrame => ({
  type: "ready",
  conversation: "C1",
  seq: 0,
  practice: { name: "Practice", phone: "+15550100" },
  patient: { display_name: "Mari" },
  disclosure: "An automated assistant.",
  control: "assistant",
  ...more,
});

export const message = (seq: number, more: Partial<MessageFrame> = {}): MessageFrame => ({
  type: "message",
  seq,
  id: `m${seq}`,
  at: "2026-06-01T10:00:00Z",
  author: "assistant",
  text: `text ${seq}`,
  kind: "text",
  options: [],
  citations: [],
  card: null,
  route: null,
  reply_to: null,
  staff: null,
  ...more,
});

export const control = (seq: number, by: "assistant" | "staff", name?: string): ControlFrame => ({
  type: "control",
  seq,
  by,
  staff: name ? { name } : null,
});

export const got = (frame: ServerFrame): ChatEvent => ({ type: "frame", frame });
export const say = (id: string, text = "hello"): ChatEvent => ({ type: "say", id, text, at: "2026-06-01T10:00:00Z" });
export const connect: ChatEvent[] = [{ type: "start" }, { type: "opened" }, got(ready())];

/** The state after `events`, and what the last of them asked for. */
export function after(events: ChatEvent[], from: ChatState = START): { state: ChatState; effects: Effect[] } {
  return events.reduce<{ state: ChatState; effects: Effect[] }>(({ state }, event) => step(state, event), {
    state: from,
    effects: [],
  });
}

export const sent = (effects: Effect[]) => effects.flatMap((effect) => (effect.do === "send" ? [effect.frame] : []));
