import { describe, expect, it } from "vitest";
import { type ChatEvent, LINKS, START, step } from "../../src/shared/session";
import { after, connect, control, got, message, ready, say, sent } from "./chat";

describe("the connection", () => {
  it("lists every state as a target of the table", () => {
    const reached = new Set(Object.values(LINKS).flatMap((row) => Object.values(row)));
    expect([...reached, "idle"].sort()).toEqual(Object.keys(LINKS).sort());
  });

  it("greets with what it has and asks for what is newer", () => {
    const { state } = after([...connect, got(message(1)), got(message(2)), { type: "closed", code: 1006 }, { type: "start" }]);
    expect(step(state, { type: "opened" }).effects).toEqual([{ do: "hello", conversation: "C1", after: 2 }]);
  });

  it.each([
    [1006, "waiting", "lost"],
    [1012, "waiting", "restarting"],
    [1001, "waiting", "lost"],
    [4429, "waiting", "too_many"],
    [4401, "waiting", "bad_token"],
    [4400, "stopped", "bad_frame"],
    [4403, "stopped", "no_access"],
  ])("after close %i it is %s and says %s", (code, link, trouble) => {
    const { state } = after([...connect, { type: "closed", code }]);
    expect(state).toMatchObject({ link, trouble, status: null, coming: null });
  });

  it("waits long when there are too many connections, and longer with each loss", () => {
    expect(after([...connect, { type: "closed", code: 4429 }]).effects).toEqual([
      { do: "reconnect", attempt: 6, freshToken: false },
    ]);
    const lost = [{ type: "closed", code: 1006 }, { type: "start" }, { type: "opened" }] as const;
    expect(after([...connect, ...lost, ...lost, { type: "closed", code: 1006 }]).effects).toEqual([
      { do: "reconnect", attempt: 2, freshToken: false },
    ]);
  });

  it("forgets the losses once it is ready", () => {
    const events = [...connect, { type: "closed", code: 1006 } as const, ...connect];
    expect(after(events).state).toMatchObject({ attempt: 0, trouble: null, link: "ready" });
  });

  it("asks for a new token when the old one has expired, twice, and then stops in words", () => {
    const expired = got({ type: "error", code: "expired_token", message: "", id: null, retry_after: null });
    const refused = [expired, { type: "closed", code: 4401 }] as const;
    const again = [{ type: "start" }, { type: "opened" }] as const;
    expect(after([...again, ...refused]).effects).toEqual([{ do: "reconnect", attempt: 0, freshToken: true }]);
    const { state } = after([...again, ...refused, ...again, ...refused, ...again, ...refused]);
    expect(state).toMatchObject({ link: "stopped", trouble: "expired_token" });
  });

  it("says that consent is missing when that is why the door is closed", () => {
    const refusal = got({ type: "error", code: "no_consent", message: "", id: null, retry_after: null });
    const { state } = after([{ type: "start" }, { type: "opened" }, refusal, { type: "closed", code: 4403 }]);
    expect(state).toMatchObject({ link: "stopped", trouble: "no_consent" });
  });

  it("stops when the page has no token, and begins again when asked", () => {
    const { state } = after([{ type: "start" }, { type: "no_token" }]);
    expect(state).toMatchObject({ link: "stopped", trouble: "no_token" });
    expect(step(state, { type: "start" }).effects).toEqual([{ do: "connect" }]);
  });
});

describe("what the patient writes", () => {
  it("goes out at once on a ready connection", () => {
    const { state, effects } = after([...connect, say("a", "hi")]);
    expect(sent(effects)).toEqual([{ type: "say", id: "a", text: "hi" }]);
    expect(state.outbox).toMatchObject([{ id: "a", state: "sent" }]);
  });

  it("waits while there is no connection and goes out in order, each once, when there is one", () => {
    const { effects, state } = after([say("a"), say("b"), say("a"), ...connect]);
    expect(sent(effects).map((frame) => "id" in frame && frame.id)).toEqual(["a", "b"]);
    expect(state.outbox.map((item) => item.state)).toEqual(["sent", "sent"]);
  });

  it("is sent again with the same id when no ack came before the loss, and not when one did", () => {
    const acked = got({ type: "ack", id: "a" });
    const lost = { type: "closed", code: 1006 } as const;
    const { effects } = after([...connect, say("a"), say("b"), acked, lost, ...connect]);
    expect(sent(effects)).toEqual([{ type: "say", id: "b", text: "hello" }]);
  });

  it("leaves the outbox when the conversation shows it", () => {
    const { state } = after([...connect, say("a"), got(message(1, { id: "a", author: "patient" }))]);
    expect(state.outbox).toEqual([]);
    expect(state.entries).toHaveLength(1);
  });

  it("carries the option that was chosen", () => {
    const { effects } = after([...connect, { type: "say", id: "a", text: "Tue", at: "", choice: "s1", answers: "m1" }]);
    expect(sent(effects)).toEqual([{ type: "say", id: "a", text: "Tue", choice: "s1" }]);
  });

  it("fails when nothing is acknowledged, drops the dead connection, and is sent again on the next", () => {
    const { state, effects } = after([...connect, say("a"), { type: "no_ack", id: "a" }]);
    expect(state.outbox).toMatchObject([{ state: "failed", problem: "lost" }]);
    expect(effects).toEqual([{ do: "drop" }]);
    const next = after([{ type: "closed", code: 4000 }, ...connect], state);
    expect(sent(next.effects)).toEqual([{ type: "say", id: "a", text: "hello" }]);
  });

  it("is left alone by a late `no_ack`", () => {
    const events = [...connect, say("a"), got({ type: "ack", id: "a" })];
    expect(after([...events, { type: "no_ack", id: "a" }]).state).toEqual(after(events).state);
  });

  it("waits as long as a busy server asks, then is tried again", () => {
    const limited = got({ type: "error", code: "rate_limited", message: "", id: "a", retry_after: 5 });
    const { state, effects } = after([...connect, say("a"), limited]);
    expect(effects).toEqual([{ do: "retry_later", id: "a", seconds: 5 }]);
    expect(state.outbox).toMatchObject([{ state: "failed", problem: "rate_limited" }]);
    expect(sent(step(state, { type: "retry", id: "a" }).effects)).toMatchObject([{ type: "say", id: "a" }]);
  });

  it("that is too long is not sent again by itself", () => {
    const refused = got({ type: "error", code: "too_large", message: "", id: "a", retry_after: null });
    const { effects } = after([...connect, say("a"), refused, { type: "closed", code: 1006 }, ...connect]);
    expect(sent(effects)).toEqual([]);
  });

  it("wakes a stopped connection when it is retried", () => {
    const stopped = after([say("a"), { type: "start" }, { type: "no_token" }]).state;
    expect(step(stopped, { type: "retry", id: "a" })).toMatchObject({ state: { link: "connecting" }, effects: [{ do: "connect" }] });
  });
});

describe("what comes in", () => {
  it("is kept in order, each once, whatever the order it comes in", () => {
    const { state } = after([...connect, got(message(1)), got(message(3)), got(message(2)), got(message(2)), got(message(3))]);
    expect(state.entries.map((entry) => entry.seq)).toEqual([1, 2, 3]);
    expect(state.after).toBe(3);
  });

  it("asks again for a gap once, and goes on without it when it stays", () => {
    const first = after([...connect, got(message(1)), got(message(4))]);
    expect(first.effects).toEqual([{ do: "drop" }]);
    expect(first.state.after).toBe(1);
    const second = after([{ type: "closed", code: 4000 }, ...connect, got(message(5))], first.state);
    expect(second.effects).toEqual([]);
    expect(second.state.after).toBe(5);
  });

  it("fills the gap from the replay", () => {
    const first = after([...connect, got(message(1)), got(message(3))]).state;
    const { state } = after([{ type: "closed", code: 4000 }, ...connect, got(message(2)), got(message(3))], first);
    expect(state).toMatchObject({ after: 3, link: "ready" });
    expect(state.entries).toHaveLength(3);
  });

  it("begins anew when the server opens another conversation, and keeps what was not sent", () => {
    const { state } = after([
      ...connect,
      got(message(1)),
      { type: "closed", code: 1006 },
      say("a"),
      { type: "start" },
      { type: "opened" },
      got(ready({ conversation: "C2" })),
    ]);
    expect(state).toMatchObject({ entries: [], after: 0, link: "ready", welcome: { conversation: "C2" } });
    expect(state.outbox).toHaveLength(1);
  });

  it("tells who is speaking", () => {
    const taken = after([...connect, got(control(1, "staff", "Ana Ruiz"))]).state;
    expect(taken).toMatchObject({ control: "staff", staffName: "Ana Ruiz", after: 1 });
    expect(after([got(control(2, "assistant"))], taken).state).toMatchObject({ control: "assistant", staffName: null });
  });

  it("shows what is being done until it is idle or answered", () => {
    const status = (state: string) => got({ type: "status", state, author: "assistant" });
    const busy = after([...connect, status("checking_schedule")]).state;
    expect(busy.status).toEqual({ state: "checking_schedule", author: "assistant" });
    expect(after([status("idle")], busy).state.status).toBeNull();
    expect(after([got(message(1))], busy).state.status).toBeNull();
  });

  const delta = (number: number, text: string, turn = "t") => got({ type: "delta", turn, number, text });
  const coming = (events: ChatEvent[]) => after(events, started).state.coming;
  const started = after([...connect, delta(1, "One."), delta(2, "Two.")]).state;

  it("gathers the sentences of a coming message", () => {
    expect(started.coming).toEqual({ turn: "t", sentences: 2, text: "One. Two." });
    expect(coming([delta(3, "\n- Three.")])?.text).toBe("One. Two.\n- Three.");
  });

  it("puts the message that answers the turn in their place, whatever it says", () => {
    expect(coming([got(message(1, { reply_to: "t" }))])).toBeNull();
    expect(coming([got(message(1, { reply_to: "t", text: "Not what was coming." })), delta(3, "Late.")])).toBeNull();
  });

  it("lets them stand for a message that answers something else", () => {
    expect(coming([got(message(1, { author: "staff" }))])?.text).toBe("One. Two.");
  });

  it("drops them when the turn is over or the connection is lost", () => {
    expect(coming([got({ type: "status", state: "idle", author: "assistant" })])).toBeNull();
    expect(coming([{ type: "closed", code: 1006 }])).toBeNull();
  });

  it("shows no message from its middle, and begins again when the server does", () => {
    expect(after([...connect, delta(2, "Two."), delta(3, "Three.")]).state.coming).toBeNull();
    expect(coming([delta(4, "Four.")])?.text).toBe("One. Two.");
    expect(coming([delta(1, "Again.")])?.text).toBe("Again.");
    expect(coming([delta(1, "Other.", "u")])).toMatchObject({ turn: "u", text: "Other." });
  });

  it("reports reading only forward and only on a ready connection", () => {
    const { state, effects } = after([...connect, got(message(1)), { type: "read", seq: 1 }]);
    expect(sent(effects)).toEqual([{ type: "read", seq: 1 }]);
    expect(step(state, { type: "read", seq: 1 }).effects).toEqual([]);
    expect(step(START, { type: "read", seq: 1 }).effects).toEqual([]);
  });

  it("remembers a rating and sends it", () => {
    const { state, effects } = after([...connect, { type: "feedback", seq: 2, value: "down" }]);
    expect(state.feedback).toEqual({ 2: "down" });
    expect(sent(effects)).toEqual([{ type: "feedback", seq: 2, value: "down" }]);
  });
});
