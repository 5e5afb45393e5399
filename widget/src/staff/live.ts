/** `WS /v1/staff/live`: stays connected, says when it is and when it is not. */

import { backoff } from "../shared/backoff";
import { messageOf } from "../shared/frames";
import type { LiveFrame } from "./model";

const CLOSED_NO_SESSION = [4401, 4403, 1008];

export interface LiveListener {
  frame(frame: LiveFrame): void;
  up(): void;
  down(): void;
  /** Refused: the session may be over. */
  refused(): void;
}

export class Live {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #on = false;

  constructor(private readonly listener: LiveListener) {}

  start(): void {
    if (this.#on) return;
    this.#on = true;
    this.#connect();
  }

  stop(): void {
    this.#on = false;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  wake(): void {
    if (!this.#on || this.#socket !== null) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #connect(): void {
    const address = new URL("/v1/staff/live", location.href);
    address.protocol = address.protocol === "http:" ? "ws:" : "wss:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const frame = readLive(data);
      if (frame === null || this.#socket !== socket) return;
      if (frame.type === "ready") {
        this.#attempt = 0;
        this.listener.up();
      } else this.listener.frame(frame);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.listener.down();
      if (CLOSED_NO_SESSION.includes(code) || this.#attempt > 0) this.listener.refused();
      if (this.#on) this.#timer = setTimeout(() => this.#connect(), backoff(this.#attempt++, Math.random()));
    };
  }
}

function readLive(data: unknown): LiveFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame = JSON.parse(data) as LiveFrame;
    if (frame.type !== "message") return ["ready", "task", "draft", "control"].includes(frame.type) ? frame : null;
    const message = messageOf(frame.message);
    return message === null ? null : { ...frame, message };
  } catch {
    return null;
  }
}
