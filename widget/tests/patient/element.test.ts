import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { message, ready } from "../shared/chat";
import { PorticoChat } from "../../src/patient/element";

class FakeSocket {
  static opened: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readyState = 1;
  sent: Array<Record<string, unknown>> = [];
  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.opened.push(this);
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  close(): void {}
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const socket = () => FakeSocket.opened.at(-1)!;
const say = (...frames: object[]) => frames.forEach((frame) => socket().onmessage?.({ data: JSON.stringify(frame) }));
let chat: PorticoChat;
const inside = <T extends HTMLElement = HTMLElement>(selector: string) => chat.shadowRoot!.querySelector<T>(selector);
const press = (text: string) =>
  [...chat.shadowRoot!.querySelectorAll("button")].find((button) => button.textContent?.includes(text))?.click();

async function put(attributes: Record<string, string>): Promise<void> {
  chat = document.createElement("portico-chat") as PorticoChat;
  for (const [name, value] of Object.entries(attributes)) chat.setAttribute(name, value);
  document.body.append(chat);
  await settle();
}
async function reachReady(...frames: object[]): Promise<void> {
  socket().onopen?.();
  say(ready({ seq: frames.length }), ...frames);
  await settle();
}

beforeEach(() => {
  FakeSocket.opened = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  PorticoChat.define();
});
afterEach(() => {
  chat.remove();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe("<portico-chat>", () => {
  it("connects to the given server with the given token, and to nobody without one", async () => {
    await put({ server: "https://chat.example.test" });
    expect(FakeSocket.opened).toHaveLength(0);
    chat.setAttribute("token", "T1");
    await settle();
    socket().onopen?.();
    expect(socket()).toMatchObject({ url: "wss://chat.example.test/v1/chat", protocol: "portico.v1" });
    expect(socket().sent).toMatchObject([{ type: "hello", token: "T1" }]);
  });

  it("says throughout that it is not a person, and asks for one in the language in use", async () => {
    await put({ token: "T", locale: "es", open: "" });
    await reachReady();
    expect(inside(".banner")?.textContent).toContain("no es una persona");
    press("Hablar con una persona");
    expect(socket().sent.at(-1)).toMatchObject({ type: "say", text: "Quisiera hablar con una persona" });
  });

  it("shows the practice's words as text", async () => {
    await put({ token: "T", open: "" });
    await reachReady(message(1, { text: "<img src=x onerror=alert(1)> **hi**" }));
    expect(inside(".bubble")?.textContent).toBe("<img src=x onerror=alert(1)> hi");
    expect(inside("img")).toBeNull();
  });

  it("sends a pressed option once, with its words and its id", async () => {
    await put({ token: "T", open: "" });
    await reachReady(message(1, { kind: "options", options: [{ id: "s1", label: "Tue 9 AM" }] }));
    press("Tue 9 AM");
    await settle();
    press("Tue 9 AM");
    const said = socket().sent.filter((frame) => frame.type === "say");
    expect(said).toMatchObject([{ text: "Tue 9 AM", choice: "s1" }]);
    expect(inside<HTMLButtonElement>(".option")?.disabled).toBe(true);
  });

  it("shows a card's help as links it trusts, and leaves the others out", async () => {
    await put({ token: "T", open: "" });
    const actions = [
      { label: "Call 988", href: "tel:988" },
      { label: "Bad", href: "javascript:alert(1)" },
    ];
    await reachReady(message(1, { kind: "card", card: { level: 3, category: "self_harm", version: "1", actions } }));
    const links = [...chat.shadowRoot!.querySelectorAll(".card a")].map((a) => a.getAttribute("href"));
    expect(links).toEqual(["tel:988"]);
    expect(inside(".exit")).toBeNull();
  });

  it("announces a card at once, but not one from an earlier visit", async () => {
    const card = { level: 3, category: "self_harm", version: "1", actions: [] };
    await put({ token: "T", open: "" });
    await reachReady(message(1, { kind: "card", card, text: "old card" }));
    await settle();
    expect(inside("[aria-live=assertive]")?.textContent).toBe("");
    say(message(2, { kind: "card", card, text: "new card" }));
    await vi.waitFor(() => expect(inside("[aria-live=assertive]")?.textContent).toBe("new card"));
  });

  it("lets a message grow for the eyes, and puts the whole in its place", async () => {
    await put({ token: "T", open: "" });
    await reachReady();
    say({ type: "delta", turn: "a", number: 1, text: "Parking is <b>free</b>." });
    await settle();
    const growing = inside(".is-coming");
    expect(growing?.getAttribute("aria-hidden")).toBe("true");
    expect(growing?.querySelector(".bubble")?.textContent).toBe("Parking is <b>free</b>.");
    expect(inside(".log [role=status]")?.textContent).toBe("Writing");
    say({ type: "delta", turn: "a", number: 2, text: "It is behind the house." });
    await settle();
    expect(inside(".is-coming")).toBe(growing);
    expect(growing?.textContent).toContain("Parking is <b>free</b>. It is behind the house.");
    say(message(1, { text: "Something else.", reply_to: "a" }));
    await settle();
    expect(inside(".is-coming")).toBeNull();
    expect([...chat.shadowRoot!.querySelectorAll(".bubble")].map((bubble) => bubble.textContent)).toEqual(["Something else."]);
  });

  it("reports reading only while the chat is open", async () => {
    await put({ token: "T" });
    await reachReady(message(1));
    say(message(2));
    await settle();
    expect(socket().sent.filter((frame) => frame.type === "read")).toEqual([]);
    expect(inside(".badge")?.textContent).toContain("1");
    chat.open = true;
    await vi.waitFor(() => expect(socket().sent.at(-1)).toEqual({ type: "read", seq: 2 }));
  });

  it("asks the page for a new token when the old one has run out", async () => {
    await put({ token: "OLD", open: "" });
    const needed = vi.fn(() => chat.setAttribute("token", "NEW"));
    chat.addEventListener("portico-token-needed", needed);
    socket().onopen?.();
    say({ type: "error", code: "expired_token", message: "" });
    socket().onclose?.({ code: 4401 });
    await vi.waitFor(() => expect(FakeSocket.opened).toHaveLength(2), 2_000);
    socket().onopen?.();
    expect(needed).toHaveBeenCalledOnce();
    expect(socket().sent).toMatchObject([{ type: "hello", token: "NEW" }]);
  });

  it("prefers the page's function for tokens", async () => {
    await put({});
    chat.tokenProvider = () => Promise.resolve("FROM-PAGE");
    await settle();
    socket().onopen?.();
    expect(socket().sent).toMatchObject([{ token: "FROM-PAGE" }]);
  });

  it("says in words why it stopped, and offers the phone", async () => {
    await put({ token: "T", open: "" });
    await reachReady();
    socket().onclose?.({ code: 4403 });
    await settle();
    expect(inside(".trouble")?.textContent).toContain("not available to you");
    expect(inside<HTMLAnchorElement>(".trouble a")?.getAttribute("href")).toBe("tel:+15550100");
    expect(inside<HTMLTextAreaElement>("textarea")?.disabled).toBe(true);
  });

  it("forgets the conversation when it is taken off the page", async () => {
    await put({ token: "T", open: "" });
    await reachReady(message(1));
    chat.remove();
    await settle();
    expect(inside(".bubble")).toBeNull();
  });
});
