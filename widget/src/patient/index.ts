/** What the script tag does: defines the element, and puts one on the page when the tag asks for it. */

import { PorticoChat } from "./element";

const PASSED_ON = ["token", "tokenUrl", "server", "locale", "open", "exitUrl"] as const;
const script = document.currentScript;

PorticoChat.define();

function mount(data: DOMStringMap): void {
  const chat = document.createElement("portico-chat");
  for (const name of PASSED_ON) {
    const value = data[name];
    if (value !== undefined) chat.setAttribute(name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`), value);
  }
  document.body.append(chat);
}

if (script instanceof HTMLScriptElement && ("token" in script.dataset || "tokenUrl" in script.dataset)) {
  const { dataset } = script;
  if (document.body !== null && document.readyState !== "loading") mount(dataset);
  else document.addEventListener("DOMContentLoaded", () => mount(dataset), { once: true });
}
