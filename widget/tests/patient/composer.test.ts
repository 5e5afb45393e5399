import { describe, expect, it } from "vitest";
import { lengthOf, sendsOn } from "../../src/patient/composer";

const key = (more: object) => ({ key: "Enter", shiftKey: false, isComposing: false, keyCode: 13, ...more });

describe("Enter", () => {
  it.each([
    ["alone", {}, true],
    ["with Shift", { shiftKey: true }, false],
    ["while an input method composes", { isComposing: true }, false],
    ["that ends a composition in Safari", { keyCode: 229 }, false],
  ])("%s sends: %s", (_, more, sends) => {
    expect(sendsOn(key(more))).toBe(sends);
  });

  it("is not any other key", () => {
    expect(sendsOn(key({ key: "a" }))).toBe(false);
  });
});

it("counts characters, not halves of them", () => {
  expect(lengthOf("añ😀")).toBe(3);
});
