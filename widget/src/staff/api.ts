/** The staff calls of CONTRACTS 6: cookie and CSRF token on every call, one error for all of them. */

import { messageOf } from "../shared/frames";
import type { Conversation, Draft, Staff, Task } from "./model";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Practice {
  name: string;
  phone: string;
}

const part = encodeURIComponent;

export class Api {
  #csrf = "";

  practice = () => this.#call<Practice>("GET", "/v1/practice");

  async login(staffId: string, password: string): Promise<Staff> {
    const answer = await this.#call<{ staff: Staff; csrf: string }>("POST", "/v1/staff/login", {
      staff_id: staffId,
      password,
    });
    this.#csrf = answer.csrf;
    return answer.staff;
  }

  async me(): Promise<Staff> {
    const { csrf, ...staff } = await this.#call<Staff & { csrf: string }>("GET", "/v1/staff/me");
    this.#csrf = csrf;
    return staff;
  }

  logout = () => this.#call<null>("POST", "/v1/staff/logout");

  tasks = (status?: string) => this.#call<Task[]>("GET", `/v1/staff/tasks${status ? `?status=${part(status)}` : ""}`);
  claim = (id: string) => this.#call<Task>("POST", `/v1/staff/tasks/${part(id)}/claim`);
  unclaim = (id: string) => this.#call<Task>("POST", `/v1/staff/tasks/${part(id)}/release`);
  complete = (id: string, disposition: string, note: string) =>
    this.#call<Task>("POST", `/v1/staff/tasks/${part(id)}/complete`, { disposition, note });

  async conversation(id: string): Promise<Conversation> {
    const found = await this.#call<Conversation>("GET", `/v1/staff/conversations/${part(id)}`);
    const messages = found.messages.map(messageOf).filter((message) => message !== null);
    return { ...found, messages };
  }

  take = (id: string) => this.#call("POST", `/v1/staff/conversations/${part(id)}/take`);
  handBack = (id: string) => this.#call("POST", `/v1/staff/conversations/${part(id)}/release`);
  reply = (id: string, text: string) => this.#call("POST", `/v1/staff/conversations/${part(id)}/reply`, { text });

  drafts = () => this.#call<Draft[]>("GET", "/v1/staff/drafts");
  approve = (id: string) => this.#call<Draft>("POST", `/v1/staff/drafts/${part(id)}/approve`);
  edit = (id: string, text: string) => this.#call<Draft>("POST", `/v1/staff/drafts/${part(id)}/edit`, { text });
  reject = (id: string, reason: string) => this.#call<Draft>("POST", `/v1/staff/drafts/${part(id)}/reject`, { reason });

  async #call<T = unknown>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        credentials: "same-origin",
        headers: {
          accept: "application/json",
          ...(body ? { "content-type": "application/json" } : {}),
          ...(method === "POST" && this.#csrf ? { "x-csrf-token": this.#csrf } : {}),
        },
        body: body ? JSON.stringify(body) : null,
      });
    } catch {
      throw new ApiError(0, "offline", "");
    }
    const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (response.ok) return answer as T;
    const { code = "unknown", message = "" } = (answer ?? {}) as { code?: string; message?: string };
    throw new ApiError(response.status, code, message);
  }
}
