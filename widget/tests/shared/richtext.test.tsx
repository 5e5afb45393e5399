import { render } from "preact";
import { describe, expect, it } from "vitest";
import { parseBlocks, parseInline, PlainText, RichText, safeHref } from "../../src/shared/richtext";

function shown(text: string): HTMLElement {
  const place = document.createElement("div");
  render(<RichText text={text} />, place);
  return place;
}
const tags = (place: HTMLElement) => [...new Set([...place.querySelectorAll("*")].map((e) => e.tagName.toLowerCase()))];
const links = (place: HTMLElement) => [...place.querySelectorAll("a")].map((a) => a.getAttribute("href"));

const ATTACKS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '<a href="javascript:alert(1)">x</a>',
  "<svg/onload=alert(1)>",
  "[press](javascript:alert(1))",
  "[press](JaVaScRiPt:alert(1))",
  "[press](data:text/html,<script>alert(1)</script>)",
  "[press](vbscript:msgbox)",
  "[press](http://plain.example.test)",
  "[press](//evil.example.test)",
  "[press](https://good.example.test@evil.example.test)",
  "[press](java\tscript:alert(1))",
  "[press](tel:123;x=javascript:alert(1))",
  "**<iframe src=https://evil.example.test>**",
  "- <style>*{display:none}</style>",
  "&lt;script&gt;",
];

describe("an approved text", () => {
  it.each(ATTACKS)("shows %s as words", (attack) => {
    const place = shown(attack);
    expect(tags(place).filter((tag) => !["p", "br", "ul", "ol", "li", "strong", "a"].includes(tag))).toEqual([]);
    expect(links(place).filter((href) => !/^(https:\/\/(?!good)|tel:[+\d])/.test(href ?? ""))).toEqual([]);
    expect(links(place).join()).not.toMatch(/script|@/i);
    for (const element of place.querySelectorAll("*")) {
      expect([...element.attributes].map(({ name }) => name).filter((name) => !["href", "target", "rel"].includes(name))).toEqual([]);
    }
  });

  it("keeps paragraphs, line breaks, lists and bold", () => {
    const place = shown("First\nsecond\n\n- one\n- two\n\n1. a\n2. b\n\nThe **end**.");
    expect(place.innerHTML).toBe(
      "<p>First<br>second</p><ul><li>one</li><li>two</li></ul><ol><li>a</li><li>b</li></ol><p>The <strong>end</strong>.</p>",
    );
  });

  it("leads to https addresses, without the full stop behind them, in a new tab that learns nothing", () => {
    const place = shown("See https://pay.example.test/a?b=1. Or [the form](https://portal.example.test/f).");
    expect(links(place)).toEqual(["https://pay.example.test/a?b=1", "https://portal.example.test/f"]);
    expect(place.querySelector("a")?.getAttribute("rel")).toBe("noopener noreferrer");
    expect(place.textContent).toBe("See https://pay.example.test/a?b=1. Or the form.");
  });

  it.each([
    ["Call (415) 555-0100 now", "tel:4155550100"],
    ["Call 415-555-0100.", "tel:4155550100"],
    ["Call +14155550100", "tel:+14155550100"],
    ["Call +1 415 555 0100", "tel:+14155550100"],
  ])("makes the phone of %s one tap away", (text, href) => {
    expect(links(shown(text))).toEqual([href]);
  });

  it.each(["Room 415", "$1,500.00", "2026-06-01", "Member W1234567890123456", "10:30-11:20"])("sees no phone in %s", (text) => {
    expect(links(shown(text))).toEqual([]);
  });

  it("loses no word", () => {
    const text = "A *b* _c_ [d] (e) `f` # g\n* item **x";
    const words = parseBlocks(text)
      .flatMap((block) => (block.kind === "list" ? block.items : block.lines))
      .map((line) => line.map((part) => part.text).join(""));
    expect(words).toEqual(["A *b* _c_ [d] (e) `f` # g", "item **x"]);
    expect(parseInline("")).toEqual([]);
  });

  it("is quick on hostile input", () => {
    const started = performance.now();
    parseBlocks(`${"[".repeat(4000)}\n${"*".repeat(4000)}\n${"(1".repeat(2000)}\n${"1 ".repeat(2000)}`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

it("shows what a patient wrote without links", () => {
  const place = document.createElement("div");
  render(<PlainText text={"https://evil.example.test\n<b>hi</b>"} />, place);
  expect(place.innerHTML).toBe("<p>https://evil.example.test<br>&lt;b&gt;hi&lt;/b&gt;</p>");
});

it.each([
  ["tel:988", "tel:988"],
  ["sms:741741?&body=HOME", "sms:741741?&body=HOME"],
  ["https://988lifeline.example.test/chat", "https://988lifeline.example.test/chat"],
  ["http://a.example.test", null],
  ["javascript:alert(1)", null],
  ["mailto:a@b.test", null],
  ["tel:", null],
  ["", null],
])("a card may lead to %s: %s", (href, safe) => {
  expect(safeHref(href)).toBe(safe);
});
