import { describe, expect, it } from "vitest";
import { readFrame } from "../../src/shared/frames";

describe("readFrame", () => {
  it.each([
    ["nothing", undefined],
    ["bytes", new ArrayBuffer(3)],
    ["broken JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["an unknown type", '{"type":"boom"}'],
    ["a message without a place", '{"type":"message","id":"m","text":"x"}'],
    ["a message with a wrong seq", '{"type":"message","id":"m","seq":"1"}'],
    ["a ready without a conversation", '{"type":"ready","seq":0}'],
    ["an ack without an id", '{"type":"ack"}'],
    ["a sentence without a turn", '{"type":"delta","number":1,"text":"x"}'],
    ["a sentence without a place", '{"type":"delta","turn":"t","text":"x"}'],
  ])("lets no %s in", (_, raw) => {
    expect(readFrame(raw)).toBeNull();
  });

  it("fills in what a message may leave out", () => {
    const frame = readFrame('{"type":"message","seq":3,"id":"m","at":"2026-01-01T00:00:00Z","author":"assistant","text":"Hi"}');
    expect(frame).toMatchObject({ seq: 3, kind: "text", options: [], citations: [], card: null, staff: null, reply_to: null });
  });

  it("keeps the shape of a card whatever is in it", () => {
    const frame = readFrame(
      '{"type":"message","seq":1,"id":"m","author":"assistant","kind":"card","text":"x","card":{"level":3,"actions":[{"label":"Call","href":"tel:988"},"no",null]},"options":{"id":"a"}}',
    );
    expect(frame).toMatchObject({ card: { level: 3, category: "", actions: [{ label: "Call", href: "tel:988" }] }, options: [] });
  });

  it("takes an error code it does not know for `unavailable`", () => {
    expect(readFrame('{"type":"error","code":"new_one"}')).toMatchObject({ code: "unavailable", id: null, retry_after: null });
  });
});
