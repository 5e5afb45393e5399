import { describe, expect, it } from "vitest";
import type { MessageFrame } from "../../src/shared/frames";
import { caughtUp, chosenOption, needsQuickExit, optionsAreOpen, timeline, unread } from "../../src/shared/timeline";
import { after, connect, control, got, message, ready, say } from "./chat";

const options = [
  { id: "s1", label: "Tue" },
  { id: "s2", label: "Wed" },
];
const card = (category: string) => ({ level: 3, category, version: "1", actions: [] });
const patient = (seq: number, text: string): MessageFrame => message(seq, { author: "patient", text });
const asked = message(1, { kind: "options", options });

describe("the timeline", () => {
  it("ends with what is on its way", () => {
    const { state } = after([...connect, got(message(1)), got(control(2, "staff", "Ana")), say("a")]);
    expect(timeline(state).map((row) => row.kind)).toEqual(["message", "control", "outgoing"]);
  });

  it("puts a message before its answer even when the server did not show it back", () => {
    const { state } = after([...connect, say("a"), got(message(1, { reply_to: "a" })), got(message(2))]);
    expect(timeline(state).map((row) => row.key)).toEqual(["a", "m1", "m2"]);
  });
});

describe("options", () => {
  it("are open until one is pressed", () => {
    const { state } = after([...connect, got(asked)]);
    expect(optionsAreOpen(state, asked)).toBe(true);
    const pressed = after([{ type: "say", id: "a", text: "Wed", at: "", choice: "s2", answers: "m1" }], state).state;
    expect(optionsAreOpen(pressed, asked)).toBe(false);
    expect(chosenOption(pressed, asked)).toBe("s2");
  });

  it("are closed by an answer in words or by the next question", () => {
    const next = message(2, { kind: "confirm", options });
    expect(optionsAreOpen(after([...connect, got(asked), got(patient(2, "no"))]).state, asked)).toBe(false);
    expect(optionsAreOpen(after([...connect, got(asked), got(next)]).state, asked)).toBe(false);
    expect(optionsAreOpen(after([...connect, got(asked), got(next)]).state, next)).toBe(true);
  });

  it("show after a reload which one was chosen", () => {
    const { state } = after([...connect, got(asked), got(patient(2, "Tue"))]);
    expect(chosenOption(state, asked)).toBe("s1");
  });

  it("of a safety card stay open whatever is written, until one is pressed", () => {
    const shown = message(1, { kind: "card", card: card("self_harm"), options });
    expect(optionsAreOpen(after([...connect, got(shown), got(patient(2, "leave me"))]).state, shown)).toBe(true);
    expect(optionsAreOpen(after([...connect, got(shown), got(patient(2, "Wed"))]).state, shown)).toBe(false);
  });
});

describe("unread", () => {
  it("counts what came since the page was opened, and not the patient's own words", () => {
    const opened = [{ type: "start" } as const, { type: "opened" } as const, got(ready({ seq: 2 }))];
    const { state } = after([...opened, got(message(1)), got(message(2)), got(message(3))]);
    expect(unread(state)).toBe(1);
    expect(unread(after([{ type: "read", seq: 3 }], state).state)).toBe(0);
  });

  it("counts what staff wrote while the patient was away", () => {
    const opened = [{ type: "start" } as const, { type: "opened" } as const, got(ready({ seq: 2 }))];
    const { state } = after([...opened, got(patient(1, "hi")), got(message(2, { author: "staff" }))]);
    expect(unread(state)).toBe(1);
  });
});

it("is caught up only when the replay is through", () => {
  const opened = [{ type: "start" } as const, { type: "opened" } as const, got(ready({ seq: 2 }))];
  expect(caughtUp(after([...opened, got(message(1))]).state)).toBe(false);
  expect(caughtUp(after([...opened, got(message(1)), got(message(2))]).state)).toBe(true);
});

it.each([
  ["domestic_violence", true],
  ["abuse", true],
  ["self_harm", false],
])("offers the quick exit after a card about %s: %s", (category, offered) => {
  const { state } = after([...connect, got(message(1, { kind: "card", card: card(category) }))]);
  expect(needsQuickExit(state)).toBe(offered);
});
