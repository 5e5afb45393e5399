import { expect, it } from "vitest";
import { DoubleEscape, quickExit } from "../../src/patient/exit";

it("empties the page, clears what it kept and leaves no way back", () => {
  const done: string[] = [];
  const body = document.createElement("body");
  body.append("private");
  const page = {
    sessionStorage: { clear: () => done.push("cleared") },
    document: { body, title: "Portal" },
    location: { replace: (address: string) => done.push(address) },
  };
  quickExit(page as unknown as Window, "https://weather.example.test/");
  expect(done).toEqual(["cleared", "https://weather.example.test/"]);
  expect(body.textContent).toBe("");
  expect(page.document.title).toBe(" ");
});

it("leaves even where nothing may be kept", () => {
  const done: string[] = [];
  const page = {
    get sessionStorage(): Storage {
      throw new Error("denied");
    },
    document: { body: document.createElement("body"), title: "" },
    location: { replace: (address: string) => done.push(address) },
  };
  quickExit(page as unknown as Window, "https://weather.example.test/");
  expect(done).toEqual(["https://weather.example.test/"]);
});

it.each([
  [[0, 300], [false, true]],
  [[0, 800], [false, false]],
  [[0, 300, 600], [false, true, false]],
])("Escape at %j counts as leaving: %j", (times, outcomes) => {
  const escape = new DoubleEscape();
  expect(times.map((time) => escape.pressed(time))).toEqual(outcomes);
});
