import { describe, expect, it } from "vitest";
import { message } from "../shared/chat";
import type { Conversation, Draft, Task } from "../../src/staff/model";
import {
  alarms,
  applyLive,
  byId,
  conversationAt,
  type DeskState,
  hashOf,
  pendingDrafts,
  type Place,
  placeOf,
  START,
  visibleTasks,
  withTask,
} from "../../src/staff/queue";

const task = (id: string, more: Partial<Task> = {}): Task => ({
  id,
  code: "callback",
  priority: "routine",
  status: "requested",
  patient: "PT-1",
  patient_name: "A",
  conversation: "C1",
  created: "2026-06-01T10:00:00Z",
  due: "2026-06-01T12:00:00Z",
  summary: "",
  claimed_by: null,
  claimed_by_name: null,
  disposition: null,
  notes: [],
  ...more,
});
const draft = (id: string, more: Partial<Draft> = {}): Draft => ({
  id,
  conversation: "C1",
  patient: "PT-1",
  patient_name: "A",
  message: "m1",
  route: "faq",
  question: "",
  text: "",
  citations: [],
  status: "pending",
  created: "2026-06-01T10:00:00Z",
  decided_by: null,
  reason: null,
  ...more,
});
const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  id: "C1",
  patient: { id: "PT-1", display_name: "A", birth_date: "", language: "en", phone: "", preferred_channel: "" },
  control: "assistant",
  staff: null,
  messages: [message(1), message(2)],
  turns: [],
  events: [],
  drafts: [],
  tasks: [],
  ...more,
});
const desk = (tasks: Task[], more: Partial<DeskState> = {}): DeskState => ({
  ...START,
  staff: { id: "ST-ANA", name: "Ana", roles: [] },
  tasks: byId(tasks),
  ...more,
});
const ids = (items: Array<{ id: string }>) => items.map(({ id }) => id);

describe("the queue", () => {
  it("has the most urgent first, then what nobody has, then what is due first", () => {
    const state = desk([
      task("routine"),
      task("late", { priority: "urgent", due: "2026-06-01T13:00:00Z" }),
      task("soon", { priority: "urgent", due: "2026-06-01T11:00:00Z" }),
      task("taken", { priority: "urgent", due: "2026-06-01T10:00:00Z", status: "accepted" }),
      task("stat", { priority: "stat", due: null }),
      task("asap", { priority: "asap" }),
    ]);
    expect(ids(visibleTasks(state))).toEqual(["stat", "soon", "late", "taken", "asap", "routine"]);
  });

  it.each([
    [{ status: "open", code: "", mine: false }, ["a", "b"]],
    [{ status: "requested", code: "", mine: false }, ["a"]],
    [{ status: "accepted", code: "", mine: false }, ["b"]],
    [{ status: "completed", code: "", mine: false }, ["c"]],
    [{ status: "open", code: "crisis", mine: false }, ["b"]],
    [{ status: "open", code: "", mine: true }, ["b"]],
  ] as const)("filtered by %j shows %j", (filter, shown) => {
    const state = desk(
      [
        task("a"),
        task("b", { code: "crisis", status: "accepted", claimed_by: "ST-ANA" }),
        task("c", { status: "completed", claimed_by: "ST-ANA" }),
      ],
      { filter },
    );
    expect(ids(visibleTasks(state))).toEqual(shown);
  });

  it("raises the alarm for an emergency that nobody has taken, whatever the filters say", () => {
    const state = desk([task("s", { priority: "stat" }), task("t", { priority: "stat", status: "accepted" })], {
      filter: { status: "completed", code: "x", mine: true },
    });
    expect(ids(alarms(state))).toEqual(["s"]);
    expect(alarms(applyLive(state, { type: "task", task: task("s", { priority: "stat", status: "accepted" }) }))).toEqual([]);
  });
});

describe("what comes in live", () => {
  it("puts a new task into the queue and into its open conversation", () => {
    const state = applyLive(desk([], { conversation: conversation() }), { type: "task", task: task("n") });
    expect(ids(visibleTasks(state))).toEqual(["n"]);
    expect(ids(state.conversation?.tasks ?? [])).toEqual(["n"]);
    expect(withTask(state, task("n", { status: "completed" })).conversation?.tasks).toMatchObject([{ status: "completed" }]);
  });

  it("adds a message to its conversation once and in order, and to no other", () => {
    const state = desk([], { conversation: conversation() });
    const added = applyLive(state, { type: "message", conversation: "C1", message: message(3) });
    const twice = applyLive(added, { type: "message", conversation: "C1", message: message(3) });
    expect(twice.conversation?.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(applyLive(state, { type: "message", conversation: "C2", message: message(3) })).toBe(state);
  });

  it("tells who has the conversation", () => {
    const state = desk([], { conversation: conversation() });
    const taken = applyLive(state, { type: "control", conversation: "C1", by: "staff", staff: { id: "ST-B", name: "Ben" } });
    expect(taken.conversation).toMatchObject({ control: "staff", staff: { id: "ST-B" } });
    const back = applyLive(taken, { type: "control", conversation: "C1", by: "assistant", staff: { name: "Ben" } });
    expect(back.conversation).toMatchObject({ control: "assistant", staff: null });
  });

  it("takes a decided draft off the list", () => {
    const state = applyLive(desk([]), { type: "draft", draft: draft("d") });
    expect(ids(pendingDrafts(state))).toEqual(["d"]);
    expect(pendingDrafts(applyLive(state, { type: "draft", draft: draft("d", { status: "approved" }) }))).toEqual([]);
  });
});

describe("the place", () => {
  it.each<[string, Place]>([
    ["", { tab: "queue", task: null, conversation: null }],
    ["#queue", { tab: "queue", task: null, conversation: null }],
    ["#task=TK%201", { tab: "queue", task: "TK 1", conversation: null }],
    ["#drafts", { tab: "drafts", task: null, conversation: null }],
    ["#drafts=C1", { tab: "drafts", task: null, conversation: "C1" }],
    ["#anything=x", { tab: "queue", task: null, conversation: null }],
  ])("at %s", (hash, place) => {
    expect(placeOf(hash)).toEqual(place);
    expect(placeOf(hashOf(place))).toEqual(place);
  });

  it("knows the conversation that is to be read", () => {
    const state = desk([task("t", { conversation: "C9" })]);
    expect(conversationAt({ ...state, place: placeOf("#task=t") })).toBe("C9");
    expect(conversationAt({ ...state, place: placeOf("#task=gone") })).toBeNull();
    expect(conversationAt({ ...state, place: placeOf("#drafts=C3") })).toBe("C3");
  });
});
