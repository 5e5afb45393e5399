import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../../src/staff/app";
import { Desk } from "../../src/staff/desk";
import { deskSpeech } from "../../src/staff/words";

const TASK = {
  id: "TK-1",
  code: "crisis",
  priority: "stat",
  status: "requested",
  patient: "PT-1",
  patient_name: "Maria <b>G</b>",
  conversation: "C1",
  created: "2026-06-01T10:00:00Z",
  due: null,
  summary: "<img src=x onerror=alert(1)>",
  claimed_by: null,
  claimed_by_name: null,
  disposition: null,
  notes: [],
};
const STAFF = { id: "ST-ANA", name: "Ana Ruiz", roles: ["on_call"] };

let answers: Record<string, [number, unknown]>;
let calls: Array<{ path: string; csrf: string | undefined }>;
let desk: Desk;
let page: HTMLElement;

class SilentSocket {
  close(): void {}
}

function show(): void {
  const speech = deskSpeech("en");
  render(<App view={{ state: desk.state, desk, speech, now: Date.parse("2026-06-01T10:02:00Z"), switchLanguage: () => undefined }} />, page);
}

beforeEach(() => {
  answers = {
    "GET /v1/practice": [200, { name: "Practice", phone: "" }],
    "GET /v1/staff/me": [200, { ...STAFF, csrf: "token" }],
    "GET /v1/staff/tasks": [200, [TASK]],
    "GET /v1/staff/drafts": [403, { code: "forbidden", message: "" }],
  };
  calls = [];
  vi.stubGlobal("WebSocket", SilentSocket);
  vi.stubGlobal("fetch", async (path: string, { method, headers }: { method: string; headers: Record<string, string> }) => {
    calls.push({ path: `${method} ${path}`, csrf: headers["x-csrf-token"] });
    const [status, body] = answers[`${method} ${path}`] ?? [404, { code: "not_found", message: "" }];
    return new Response(JSON.stringify(body), { status });
  });
  page = document.createElement("div");
  desk = new Desk(show, () => deskSpeech("en").say);
});
afterEach(() => vi.unstubAllGlobals());

const begun = async () => {
  await desk.begin();
  await vi.waitFor(() => expect(desk.state.isLoaded).toBe(true));
};

describe("the desk", () => {
  it("shows the queue, the alarm and every word as text, also to a role without drafts", async () => {
    await begun();
    expect(page.querySelector(".alarm")?.textContent).toContain("nobody has taken it yet");
    expect(page.querySelector(".tasks")?.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(page.querySelector("img, b")).toBeNull();
  });

  it("says in words that somebody else was faster, and shows how it stands", async () => {
    await begun();
    answers["POST /v1/staff/tasks/TK-1/claim"] = [409, { code: "conflict", message: "" }];
    answers["GET /v1/staff/tasks"] = [200, [{ ...TASK, status: "accepted", claimed_by: "ST-BEN", claimed_by_name: "Ben Ortiz" }]];
    expect(await desk.claim(desk.state.tasks["TK-1"]!)).toBe(false);
    expect(page.textContent).toContain("Somebody else was faster");
    expect(page.querySelector(".tasks")?.textContent).toContain("Ben Ortiz");
    expect(page.querySelector(".alarm")).toBeNull();
  });

  it("says that a conversation is not for this member", async () => {
    await begun();
    location.hash = "#task=TK-1";
    dispatchEvent(new Event("hashchange"));
    await vi.waitFor(() => expect(page.querySelector(".pane-conversation")?.textContent).toContain("you may not see it"));
    location.hash = "";
  });

  it("sends the CSRF token with what changes something", async () => {
    await begun();
    answers["POST /v1/staff/tasks/TK-1/claim"] = [200, { ...TASK, status: "accepted", claimed_by: "ST-ANA" }];
    await desk.claim(desk.state.tasks["TK-1"]!);
    expect(calls.at(-1)).toEqual({ path: "POST /v1/staff/tasks/TK-1/claim", csrf: "token" });
    expect(page.querySelector(".taken")?.textContent).toBe("You");
  });

  it("goes back to the log-in form when the session is over, and forgets the patients", async () => {
    await begun();
    answers["POST /v1/staff/tasks/TK-1/claim"] = [401, { code: "no_session", message: "" }];
    await desk.claim(desk.state.tasks["TK-1"]!);
    expect(page.querySelector("[role=alert]")?.textContent).toBe("Your session has ended. Please log in again.");
    expect(page.textContent).not.toContain("Maria");
    expect(desk.state.tasks).toEqual({});
  });

  it.each([
    [401, "The staff ID or the password is not right."],
    [429, "Too many tries."],
    [500, "Logging in did not work. Please try again."],
  ])("answers a log-in refused with %i in words", async (status, words) => {
    answers["GET /v1/staff/me"] = [401, {}];
    answers["POST /v1/staff/login"] = [status, { code: "x", message: "" }];
    await desk.begin();
    await desk.login("ST-ANA", "wrong");
    expect(page.textContent).toContain(words);
  });
});
