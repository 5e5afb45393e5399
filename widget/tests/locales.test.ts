import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pickLanguage, wordsOf } from "../src/shared/locale";

const SOURCES = join(import.meta.dirname, "..", "src");
const ROOMS = ["patient", "staff", "demo"];

const SAME_WORD = ["code.crisis", "route.crisis", "nav.label"];

const read = (room: string, language: string) =>
  JSON.parse(readFileSync(join(SOURCES, room, "locales", `${language}.json`), "utf8")) as Record<string, string>;
const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const sourceOf = (room: string) =>
  readdirSync(join(SOURCES, room), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(SOURCES, room, name), "utf8"))
    .join("\n");

describe.each(ROOMS)("the words of %s", (room) => {
  const en = read(room, "en");
  const es = read(room, "es");
  const source = sourceOf(room);

  it("are the same in both languages, with the same gaps", () => {
    expect(Object.keys(es)).toEqual(Object.keys(en));
    for (const [key, words] of Object.entries(en)) expect([key, gaps(es[key] ?? "")]).toEqual([key, gaps(words)]);
  });

  it("are all there and all translated", () => {
    const words = Object.entries(en).filter(([, text]) => /[a-z]{3}/i.test(text.replace(/\{\w+\}/g, "")));
    expect(words.map(([key]) => key).filter((key) => es[key] === en[key] && !SAME_WORD.includes(key))).toEqual([]);
    expect([...Object.values(en), ...Object.values(es)].filter((words) => words.trim() === "")).toEqual([]);
  });

  it("are all used", () => {
    const families = [...source.matchAll(/[`"]([a-z_]+)\.\$\{|term\("(\w+)"/g)].map((match) => match[1] ?? match[2]);
    const unused = Object.keys(en).filter(
      (key) => !source.includes(`"${key}"`) && !families.includes(key.split(".")[0] ?? ""),
    );
    expect(unused).toEqual([]);
  });
});

it.each([
  [["es-MX"], "es"],
  [[null, undefined, "fr", "es"], "es"],
  [["de"], "en"],
  [[], "en"],
])("of %j picks %s", (wanted, language) => {
  expect(pickLanguage(...wanted)).toBe(language);
});

it("leaves a gap that nobody fills", () => {
  const say = wordsOf({ a: "{n} of {m}" });
  expect(say("a", { n: 0 })).toBe("0 of {m}");
});

it("no source parses markup or writes a style", () => {
  for (const room of [...ROOMS, "shared"]) {
    expect(sourceOf(room)).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|style=|\beval\(|new Function/);
  }
});
