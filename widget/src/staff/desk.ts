/** The desk at work: calls the server, listens to it, keeps one state and tells when it changed. */

import { Api, ApiError } from "./api";
import { Live } from "./live";
import type { Conversation, Draft, Task } from "./model";
import {
  applyLive,
  byId,
  conversationAt,
  type DeskState,
  type Filter,
  hashOf,
  type Place,
  placeOf,
  START,
  withDraft,
  withTask,
} from "./queue";
import type { DeskSay } from "./words";

const LOGIN_REFUSALS: Record<number, DeskState["loginReason"]> = {
  0: "offline",
  401: "wrong",
  403: "wrong",
  422: "wrong",
  429: "busy",
};
const SETTLE_MS = 300;
const NOTICE_MS = 8_000;

export class Desk {
  state: DeskState = START;
  #api = new Api();
  #settle: ReturnType<typeof setTimeout> | undefined;
  #noticeEnds: ReturnType<typeof setTimeout> | undefined;
  #live = new Live({
    frame: (frame) => {
      this.#set(applyLive(this.state, frame));
      const about =
        frame.type === "task"
          ? frame.task.conversation
          : frame.type === "draft"
            ? frame.draft.conversation
            : frame.type === "ready"
              ? null
              : frame.conversation;
      if (about !== null && about === this.state.conversation?.id) this.#reloadSoon();
    },
    up: () => {
      this.#set({ ...this.state, isLive: true });
      void this.#load();
    },
    down: () => this.#set({ ...this.state, isLive: false }),
    refused: () => void this.#checkSession(),
  });

  constructor(
    private readonly changed: (state: DeskState) => void,
    private readonly say: () => DeskSay,
  ) {}

  async begin(): Promise<void> {
    this.#set({ ...this.state, place: placeOf(location.hash) });
    addEventListener("hashchange", () => void this.#moved(placeOf(location.hash)));
    addEventListener("online", () => this.#live.wake());
    void this.#api.practice().then(
      (practice) => this.#set({ ...this.state, practiceName: practice.name }),
      () => undefined,
    );
    try {
      this.#entered(await this.#api.me());
    } catch (error) {
      const offline = error instanceof ApiError && error.status === 0;
      this.#set({ ...this.state, phase: "login", loginReason: offline ? "offline" : null });
    }
  }

  async login(staffId: string, password: string): Promise<void> {
    try {
      this.#entered(await this.#api.login(staffId, password));
    } catch (error) {
      const status = error instanceof ApiError ? error.status : -1;
      this.#set({ ...this.state, phase: "login", loginReason: LOGIN_REFUSALS[status] ?? "other" });
    }
  }

  async logout(): Promise<void> {
    await this.#api.logout().catch(() => undefined);
    this.#leave(null);
  }

  go(place: Place): void {
    if (hashOf(place) !== location.hash) location.hash = hashOf(place);
  }

  async filter(filter: Filter): Promise<void> {
    const wasCompleted = this.state.filter.status === "completed";
    this.#set({ ...this.state, filter });
    if (filter.status !== "completed" || wasCompleted) return;
    await this.#attempt(async () => {
      const done = await this.#api.tasks("completed");
      this.#set({ ...this.state, tasks: { ...this.state.tasks, ...byId(done) } });
    });
  }

  claim = (task: Task) => this.#taskCall(() => this.#api.claim(task.id));
  unclaim = (task: Task) => this.#taskCall(() => this.#api.unclaim(task.id));
  complete = (task: Task, disposition: string, note: string) =>
    this.#taskCall(() => this.#api.complete(task.id, disposition, note), "done.completed");
  take = (id: string) => this.#conversationCall(() => this.#api.take(id));
  handBack = (id: string) => this.#conversationCall(() => this.#api.handBack(id));
  reply = (id: string, text: string) => this.#conversationCall(() => this.#api.reply(id, text));
  approve = (draft: Draft) => this.#draftCall(() => this.#api.approve(draft.id), "done.sent");
  edit = (draft: Draft, text: string) => this.#draftCall(() => this.#api.edit(draft.id, text), "done.sent");
  reject = (draft: Draft, reason: string) => this.#draftCall(() => this.#api.reject(draft.id, reason), "done.rejected");

  dismiss = (): void => this.#set({ ...this.state, notice: null });

  #taskCall(call: () => Promise<Task>, done?: "done.completed"): Promise<boolean> {
    return this.#attempt(async () => {
      this.#set(withTask(this.state, await call()));
      if (done) this.#note("good", this.say()(done));
    });
  }

  #draftCall(call: () => Promise<Draft>, done: "done.sent" | "done.rejected"): Promise<boolean> {
    return this.#attempt(async () => {
      this.#set(withDraft(this.state, await call()));
      this.#note("good", this.say()(done));
      this.#reloadSoon();
    });
  }

  #conversationCall(call: () => Promise<unknown>): Promise<boolean> {
    return this.#attempt(async () => {
      await call();
      await this.#reload();
    });
  }

  /** Runs a call; what failed is said in words, and what is stale is read again. */
  async #attempt(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) this.#leave("expired");
      else if (error.status === 409) {
        this.#note("bad", this.say()("error.conflict"));
        await this.#load();
      } else this.#note("bad", this.#wordsFor(error));
      return false;
    }
  }

  async #checkSession(): Promise<void> {
    try {
      await this.#api.me();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.#leave("expired");
    }
  }

  #wordsFor(error: ApiError): string {
    const say = this.say();
    if (error.status === 0) return say("error.offline");
    if (error.status === 403) return say("error.forbidden");
    if (error.status === 404) return say("error.missing");
    return error.message ? say("error.said", { message: error.message }) : say("error.other");
  }

  #entered(staff: DeskState["staff"]): void {
    this.#set({ ...this.state, phase: "in", staff, loginReason: null });
    this.#live.start();
    void this.#load();
  }

  #leave(loginReason: DeskState["loginReason"]): void {
    this.#live.stop();
    clearTimeout(this.#settle);
    const { practiceName, place } = this.state;
    this.#set({ ...START, practiceName, place, phase: "login", loginReason });
  }

  async #load(): Promise<void> {
    await this.#attempt(async () => {
      const wantsDone = this.state.filter.status === "completed";
      const [tasks, drafts, done] = await Promise.all([
        this.#api.tasks(),
        this.#api.drafts().catch(withoutAccess<Draft>),
        wantsDone ? this.#api.tasks("completed") : [],
      ]);
      this.#set({ ...this.state, tasks: byId([...tasks, ...done]), drafts: byId(drafts), isLoaded: true });
      await this.#reload();
    });
  }

  async #moved(place: Place): Promise<void> {
    this.#set({ ...this.state, place, isMissing: false });
    const id = conversationAt(this.state);
    if (id !== this.state.conversation?.id) this.#set({ ...this.state, conversation: null });
    if (this.state.phase === "in") await this.#attempt(() => this.#reload());
  }

  #reloadSoon(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => void this.#attempt(() => this.#reload()), SETTLE_MS);
  }

  async #reload(): Promise<void> {
    const id = conversationAt(this.state);
    if (id === null) return;
    let conversation: Conversation | null = null;
    try {
      conversation = await this.#api.conversation(id);
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404)) throw error;
    }
    if (conversationAt(this.state) !== id) return;
    this.#set({ ...this.state, conversation, isMissing: conversation === null });
  }

  #note(tone: "good" | "bad", text: string): void {
    clearTimeout(this.#noticeEnds);
    this.#set({ ...this.state, notice: { tone, text } });
    if (tone === "good") this.#noticeEnds = setTimeout(this.dismiss, NOTICE_MS);
  }

  #set(state: DeskState): void {
    this.state = state;
    this.changed(state);
  }
}

/** A role that may not see drafts has none. */
function withoutAccess<T>(error: unknown): T[] {
  if (error instanceof ApiError && error.status === 403) return [];
  throw error;
}
