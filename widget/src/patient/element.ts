/** `<portico-chat>`: attributes, properties and events on one side, the chat on the other. */

import { h, render } from "preact";
import { Connection } from "../shared/connection";
import type { MessageFrame, Option } from "../shared/frames";
import { newId } from "../shared/ids";
import { LANGUAGES, pickLanguage } from "../shared/locale";
import { safeHref } from "../shared/richtext";
import type { ChatState } from "../shared/session";
import { needsQuickExit, newest } from "../shared/timeline";
import { App } from "./app";
import { DoubleEscape, quickExit } from "./exit";
import css from "./widget.css?inline";
import { TokenSource } from "./token";
import type { Actions } from "./view";
import { speechIn } from "./words";

const FULL_SCREEN = "(max-width: 520px), (max-height: 480px)";
const NEUTRAL_SITE = "https://www.weather.gov/";

/** Where this script came from: the server, unless an attribute says another. */
const scriptOrigin = (() => {
  const src = (document.currentScript as HTMLScriptElement | null)?.src;
  return src ? new URL(src).origin : location.origin;
})();

export class PorticoChat extends HTMLElement {
  static readonly observedAttributes = ["token", "token-url", "server", "locale", "open"];

  static define(tag = "portico-chat", registry: CustomElementRegistry = customElements): void {
    if (registry.get(tag) === undefined) registry.define(tag, PorticoChat);
  }

  #connection: Connection | null = null;
  #tokens = new TokenSource(this);
  #root = this.attachShadow({ mode: "open" });
  #fullScreen = matchMedia(FULL_SCREEN);
  #visible = new CSSStyleSheet();
  #escape = new DoubleEscape();
  #queued = false;
  #languageChosen: string | null = null;

  /** Gives a token when one is needed; stands before `token-url` and `token`. */
  get tokenProvider(): (() => Promise<string>) | null {
    return this.#tokens.provider;
  }

  set tokenProvider(provider: (() => Promise<string>) | null) {
    this.#tokens.provider = provider;
    this.#connection?.wake();
    this.#begin();
  }

  get open(): boolean {
    return this.hasAttribute("open");
  }

  set open(open: boolean) {
    this.toggleAttribute("open", open);
  }

  connectedCallback(): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.#root.adoptedStyleSheets = [sheet, this.#visible];
    this.#fitVisible();
    window.visualViewport?.addEventListener("resize", this.#fitVisible);
    window.visualViewport?.addEventListener("scroll", this.#fitVisible);
    this.#fullScreen.addEventListener("change", this.#redraw);
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    document.addEventListener("keydown", this.#onKey);
    this.#begin();
    this.#redraw();
  }

  disconnectedCallback(): void {
    this.#fullScreen.removeEventListener("change", this.#redraw);
    window.visualViewport?.removeEventListener("resize", this.#fitVisible);
    window.visualViewport?.removeEventListener("scroll", this.#fitVisible);
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    document.removeEventListener("keydown", this.#onKey);
    this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name === "token") this.#tokens.renewed();
    if (name === "open") this.#opened(after !== null);
    else if (name === "locale") this.#redraw();
    else if (this.#connection?.state.link === "stopped" && name !== "server") this.#connection.wake();
    else if (this.#connection === null || name === "server") this.restart();
  }

  /** Forgets the conversation on this page and begins again, for example as another patient. */
  restart(): void {
    this.#stop();
    this.#begin();
    this.#redraw();
  }

  #opened(open: boolean): void {
    this.#redraw();
    if (!open) queueMicrotask(() => this.#root.querySelector<HTMLElement>(".launcher")?.focus());
    this.#tell(open ? "portico-open" : "portico-close");
  }

  #begin(): void {
    if (this.#connection !== null || !this.isConnected || !this.#tokens.isConfigured) return;
    const server = new URL(this.getAttribute("server") ?? scriptOrigin, location.href);
    server.protocol = server.protocol === "http:" ? "ws:" : "wss:";
    this.#connection = new Connection({
      url: new URL("/v1/chat", server).href,
      locale: () => this.#language(),
      token: (fresh) => this.#tokens.take(fresh),
      changed: (state, before) => this.#changed(state, before),
    });
    this.#connection.dispatch({ type: "start" });
  }

  #stop(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#tokens.renewed();
    render(null, this.#root);
  }

  #changed(state: ChatState, before: ChatState): void {
    if (state.link !== before.link) this.#tell("portico-link", { link: state.link });
    for (const entry of state.entries) {
      const isNew = entry.seq > before.after && !before.entries.some((other) => other.seq === entry.seq);
      if (isNew && entry.type === "message") this.#tell("portico-message", { author: entry.author, kind: entry.kind });
    }
    this.#redraw();
  }

  #tell(name: string, detail: object = {}): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** A phone's keyboard covers the page without resizing it: the panel keeps above it. */
  #fitVisible = (): void => {
    const seen = window.visualViewport;
    if (!seen || seen.scale !== 1) return;
    this.#visible.replaceSync(
      `:host { --visible-height: ${Math.round(seen.height)}px; --visible-top: ${Math.round(seen.offsetTop)}px; }`,
    );
  };

  #wake = (): void => {
    if (document.visibilityState === "visible") this.#connection?.wake();
    this.#actions.seen();
  };

  #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    const armed = this.#connection !== null && needsQuickExit(this.#connection.state);
    if (this.#escape.pressed(event.timeStamp) && armed) this.#actions.leave();
    else if (this.open && event.composedPath().includes(this)) this.open = false;
  };

  #language() {
    return pickLanguage(
      this.#languageChosen,
      this.getAttribute("locale"),
      document.documentElement.lang,
      ...navigator.languages,
    );
  }

  #actions: Actions = {
    open: () => {
      this.open = true;
    },
    close: () => {
      this.open = false;
    },
    send: (text) => this.#say(text),
    choose: (message, option) => this.#say(option.label, message, option),
    retry: (id) => this.#connection?.dispatch({ type: "retry", id }),
    askForPerson: () => this.#say(speechIn(this.#language()).say("say.person")),
    rate: (seq, value) => this.#connection?.dispatch({ type: "feedback", seq, value }),
    typing: () => this.#connection?.typing(),
    seen: () => {
      if (this.#connection === null || !this.open || document.visibilityState !== "visible") return;
      this.#connection.dispatch({ type: "read", seq: newest(this.#connection.state) });
    },
    reconnect: () => this.#connection?.wake(),
    switchLanguage: () => {
      const now = this.#language();
      this.#languageChosen = LANGUAGES.find((language) => language !== now) ?? now;
      this.#redraw();
    },
    leave: () => {
      const address = safeHref(this.getAttribute("exit-url") ?? NEUTRAL_SITE, ["https:"]) ?? NEUTRAL_SITE;
      this.#stop();
      quickExit(window, address);
    },
  };

  #say(text: string, answered?: MessageFrame, option?: Option): void {
    this.#connection?.dispatch({
      type: "say",
      id: newId(),
      text,
      at: new Date().toISOString(),
      ...(answered && option ? { answers: answered.id, choice: option.id } : {}),
    });
  }

  #redraw = (): void => {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      if (this.isConnected && this.#connection !== null) this.#draw(this.#connection.state);
    });
  };

  #draw(state: ChatState): void {
    const view = {
      state,
      speech: speechIn(this.#language()),
      act: this.#actions,
      isOpen: this.open,
      isFull: this.#fullScreen.matches,
      now: new Date(),
    };
    render(h(App, { view }), this.#root);
  }
}
