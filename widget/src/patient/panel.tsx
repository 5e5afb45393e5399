/** The open chat: who is speaking, what went wrong, the conversation, the way to a person. */

import { useEffect, useRef } from "preact/hooks";
import { needsQuickExit, newest } from "../shared/timeline";
import { safeHref } from "../shared/richtext";
import { Composer } from "./composer";
import { keepFocusInside } from "./focus";
import { CloseIcon, PersonIcon, PhoneIcon } from "./icons";
import { Log } from "./log";
import type { ChatView } from "./view";

function Banner({ view }: { view: ChatView }) {
  const { control, staffName, link } = view.state;
  const { say } = view.speech;
  const words =
    control === "assistant"
      ? say("banner.assistant")
      : staffName
        ? say("banner.staff", { name: staffName })
        : say("banner.staff_unnamed");
  return (
    <div class={`banner by-${control}`}>
      <span>{words}</span>
      {control === "assistant" && (
        <button type="button" class="person" disabled={link === "stopped"} onClick={view.act.askForPerson}>
          <PersonIcon />
          {say("banner.person")}
        </button>
      )}
    </div>
  );
}

function TroubleNotice({ view }: { view: ChatView }) {
  const { link, trouble, welcome } = view.state;
  const { say } = view.speech;
  const phone = welcome && safeHref(`tel:${welcome.practice.phone}`);
  if (link === "stopped") {
    return (
      <div class="trouble is-final" role="alert">
        <p>{say(`trouble.${trouble ?? "lost"}`)}</p>
        <button type="button" class="retry" onClick={view.act.reconnect}>
          {say("trouble.again")}
        </button>
        {phone && (
          <a class="call" href={phone}>
            <PhoneIcon />
            {say("trouble.call", { practice: welcome.practice.name, phone: welcome.practice.phone })}
          </a>
        )}
      </div>
    );
  }
  const words = trouble ? say(`trouble.${trouble}`) : link === "ready" || link === "idle" ? "" : say("link.connecting");
  return (
    <div class={words ? "trouble" : "trouble is-empty"} role="status">
      {words}
      {link === "waiting" && (
        <button type="button" class="retry" onClick={view.act.reconnect}>
          {say("trouble.again")}
        </button>
      )}
    </div>
  );
}

function Header({ view }: { view: ChatView }) {
  const { say } = view.speech;
  const practice = view.state.welcome?.practice.name;
  return (
    <div class="header">
      <h1 id="portico-title">{practice || say("panel.title")}</h1>
      <button type="button" class="language" lang={view.speech.language === "en" ? "es" : "en"} onClick={view.act.switchLanguage}>
        {say("language.switch")}
      </button>
      <button type="button" class="close" aria-label={say("panel.close")} title={say("panel.close")} onClick={view.act.close}>
        <CloseIcon />
      </button>
    </div>
  );
}

function QuickExit({ view }: { view: ChatView }) {
  if (!needsQuickExit(view.state)) return null;
  const { say } = view.speech;
  return (
    <div class="exit">
      <button type="button" onClick={view.act.leave}>
        {say("exit.button")}
      </button>
      <p>{say("exit.hint")}</p>
    </div>
  );
}

export function Panel({ view }: { view: ChatView }) {
  const panel = useRef<HTMLDivElement>(null);
  const seenUpTo = newest(view.state);
  useEffect(() => {
    if (view.isOpen) panel.current?.querySelector<HTMLElement>("textarea")?.focus({ preventScroll: true });
  }, [view.isOpen]);
  useEffect(() => {
    if (view.isOpen) view.act.seen();
  }, [view.isOpen, seenUpTo, view.state.link]);
  return (
    <div
      class="panel"
      id="portico-panel"
      ref={panel}
      hidden={!view.isOpen}
      role="dialog"
      aria-modal={view.isFull ? "true" : undefined}
      aria-labelledby="portico-title"
      onKeyDown={(event) => {
        if (view.isFull && panel.current) keepFocusInside(event, panel.current);
      }}
    >
      <Header view={view} />
      <QuickExit view={view} />
      <Banner view={view} />
      <TroubleNotice view={view} />
      <Log view={view} />
      <Composer view={view} />
    </div>
  );
}
