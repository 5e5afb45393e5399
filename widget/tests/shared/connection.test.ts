import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff } from "../../src/shared/backoff";
import { Connection, type Socket } from "../../src/shared/connection";
import { message, ready } from "./chat";

class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readyState = 0;
  sent: Array<Record<string, unknown>> = [];

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  close(): void {
    this.readyState = 3;
  }
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  lose(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

let sockets: FakeSocket[];
let asked: boolean[];
let connection: Connection;

const settle = () => vi.advanceTimersByTimeAsync(0);
const last = () => sockets.at(-1) as FakeSocket;
async function reachReady(seq = 0): Promise<void> {
  await settle();
  last().accept();
  last().say(ready({ seq }));
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  asked = [];
  connection = new Connection({
    url: "ws://test/v1/chat",
    locale: () => "en",
    token: (fresh) => {
      asked.push(fresh);
      return Promise.resolve(`token-${asked.length}`);
    },
    changed: () => undefined,
    open: () => {
      sockets.push(new FakeSocket());
      return last();
    },
    random: () => 0.5,
  });
  connection.dispatch({ type: "start" });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

describe("backoff", () => {
  it("doubles, is capped, and never below half", () => {
    expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 0))).toEqual([250, 500, 1000, 2000]);
    expect(backoff(0, 0.999)).toBeLessThanOrEqual(500);
    expect(backoff(50, 0.999)).toBeLessThanOrEqual(30_000);
    expect(backoff(50, 0)).toBe(15_000);
  });
});

describe("a connection", () => {
  it("greets with the token in the frame, never in the address", async () => {
    await settle();
    last().accept();
    expect(last().sent).toEqual([{ type: "hello", token: "token-1", after: 0, locale: "en" }]);
  });

  it("comes back after a loss, later each time, and resumes where it was", async () => {
    await reachReady();
    last().say(message(1));
    last().lose(1006);
    await vi.advanceTimersByTimeAsync(374);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(2);
    last().lose(1006);
    await vi.advanceTimersByTimeAsync(749);
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    last().accept();
    expect(last().sent).toMatchObject([{ type: "hello", after: 1, conversation: "C1" }]);
  });

  it("sends again what was not acknowledged, and nothing twice on one socket", async () => {
    connection.dispatch({ type: "say", id: "a", text: "one", at: "" });
    await reachReady();
    expect(last().sent.slice(1)).toEqual([{ type: "say", id: "a", text: "one" }]);
    last().lose(1012);
    await vi.advanceTimersByTimeAsync(400);
    await reachReady();
    expect(last().sent.slice(1)).toEqual([{ type: "say", id: "a", text: "one" }]);
  });

  it("opens another when a message is not acknowledged in time", async () => {
    await reachReady();
    connection.dispatch({ type: "say", id: "a", text: "one", at: "" });
    await vi.advanceTimersByTimeAsync(11_000);
    expect(sockets).toHaveLength(2);
    await reachReady();
    last().say({ type: "ack", id: "a" });
    expect(connection.state.outbox).toMatchObject([{ id: "a", state: "stored" }]);
  });

  it("gives up on a server that accepts and says nothing", async () => {
    await settle();
    last().accept();
    await vi.advanceTimersByTimeAsync(15_400);
    expect(sockets).toHaveLength(2);
  });

  it("asks for a fresh token when the old one has expired", async () => {
    await settle();
    last().accept();
    last().say({ type: "error", code: "expired_token", message: "" });
    last().lose(4401);
    await vi.advanceTimersByTimeAsync(400);
    last().accept();
    expect(asked).toEqual([false, true]);
    expect(last().sent).toMatchObject([{ token: "token-2" }]);
  });

  it("tries at once when woken, and only once", async () => {
    await reachReady();
    last().lose(1006);
    connection.wake();
    connection.wake();
    await vi.advanceTimersByTimeAsync(10);
    expect(sockets).toHaveLength(2);
    last().accept();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets).toHaveLength(2);
  });

  it("does not say more often than every three seconds that the patient is typing", async () => {
    await reachReady();
    const typed = () => last().sent.filter((frame) => frame.type === "typing").length;
    connection.typing();
    connection.typing();
    expect(typed()).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    connection.typing();
    expect(typed()).toBe(2);
  });

  it("leaves nothing behind when it is closed", async () => {
    await reachReady();
    connection.dispatch({ type: "say", id: "a", text: "one", at: "" });
    connection.close();
    expect(last().readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });
});
