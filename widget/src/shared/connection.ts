/** The socket and the timers around `session.ts`: runs its effects, tells it what happened. */

import { backoff } from "./backoff";
import { type ClientFrame, readFrame, SUBPROTOCOL } from "./frames";
import { type ChatEvent, type ChatState, type Effect, START, step } from "./session";

/** The part of WebSocket that is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  readyState: number;
  send(data: string): void;
  close(code?: number): void;
}

export interface ConnectionOptions {
  url: string;
  locale: () => string;
  /** A token; `fresh` when the last one was refused. */
  token: (fresh: boolean) => Promise<string>;
  changed: (state: ChatState, before: ChatState) => void;
  open?: (url: string, protocol: string) => Socket;
  random?: () => number;
}

const ACK_WITHIN_MS = 10_000;
const HELLO_WITHIN_MS = 15_000;
const TYPING_EVERY_MS = 3_000;
const SOCKET_OPEN = 1;
const CLOSED_BY_US = 4000;

export class Connection {
  state: ChatState = START;
  #options: Required<ConnectionOptions>;
  #socket: Socket | null = null;
  #token = "";
  #wantsFresh = false;
  #reconnect: ReturnType<typeof setTimeout> | undefined;
  #greeting: ReturnType<typeof setTimeout> | undefined;
  #waits = new Set<ReturnType<typeof setTimeout>>();
  #lastTyping = 0;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = {
      open: (url, protocol) => new WebSocket(url, protocol) as unknown as Socket,
      random: Math.random,
      ...options,
    };
  }

  dispatch(event: ChatEvent): void {
    if (this.#closed) return;
    const before = this.state;
    const { state, effects } = step(before, event);
    this.state = state;
    for (const effect of effects) this.#run(effect);
    if (state !== before) this.#options.changed(this.state, before);
  }

  /** Try now: the network came back, or the patient asked. */
  wake(): void {
    if (this.state.link !== "waiting" && this.state.link !== "stopped") return;
    clearTimeout(this.#reconnect);
    this.dispatch({ type: "start" });
  }

  typing(): void {
    const now = Date.now();
    if (now - this.#lastTyping < TYPING_EVERY_MS) return;
    this.#lastTyping = now;
    this.#send({ type: "typing" });
  }

  /** The end of this object: no timer and no socket is left. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#greeting);
    for (const wait of this.#waits) clearTimeout(wait);
    this.#forget()?.close(1000);
  }

  #run(effect: Effect): void {
    switch (effect.do) {
      case "connect":
        void this.#connect();
        return;
      case "hello":
        this.#send({
          type: "hello",
          token: this.#token,
          after: effect.after,
          locale: this.#options.locale(),
          ...(effect.conversation === null ? {} : { conversation: effect.conversation }),
        });
        return;
      case "send":
        this.#send(effect.frame);
        return;
      case "await_ack":
        this.#later(ACK_WITHIN_MS, () => this.dispatch({ type: "no_ack", id: effect.id }));
        return;
      case "retry_later":
        this.#later(effect.seconds * 1000, () => this.dispatch({ type: "retry", id: effect.id }));
        return;
      case "reconnect":
        clearTimeout(this.#reconnect);
        this.#wantsFresh ||= effect.freshToken;
        this.#reconnect = setTimeout(
          () => this.dispatch({ type: "start" }),
          backoff(effect.attempt, this.#options.random()),
        );
        return;
      case "drop":
        this.#forget()?.close(CLOSED_BY_US);
        this.#later(0, () => this.dispatch({ type: "closed", code: CLOSED_BY_US }));
    }
  }

  async #connect(): Promise<void> {
    this.#forget()?.close(CLOSED_BY_US);
    try {
      this.#token = await this.#options.token(this.#wantsFresh);
      this.#wantsFresh = false;
    } catch {
      this.dispatch({ type: "no_token" });
      return;
    }
    if (this.#closed || this.state.link !== "connecting") return;
    this.#listen(this.#options.open(this.#options.url, SUBPROTOCOL));
  }

  #listen(socket: Socket): void {
    this.#socket = socket;
    clearTimeout(this.#greeting);
    this.#greeting = setTimeout(() => {
      if (this.#socket === socket && this.state.link !== "ready") this.#run({ do: "drop" });
    }, HELLO_WITHIN_MS);
    socket.onopen = () => {
      if (this.#socket === socket) this.dispatch({ type: "opened" });
    };
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data);
      if (this.#socket === socket && frame !== null) this.dispatch({ type: "frame", frame });
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#forget();
      this.dispatch({ type: "closed", code });
    };
  }

  #forget(): Socket | null {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState === SOCKET_OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #later(ms: number, run: () => void): void {
    const wait = setTimeout(() => {
      this.#waits.delete(wait);
      run();
    }, ms);
    this.#waits.add(wait);
  }
}
