/** The desk's words in the language in use, with times told the way people tell them. */

import { type Language, LANGUAGES, pickLanguage, type Words, wordsOf } from "../shared/locale";
import en from "./locales/en.json";
import es from "./locales/es.json";

export type DeskKey = keyof typeof en;
export type DeskSay = Words<DeskKey>;
export const DICTIONARIES: Record<Language, Record<DeskKey, string>> = { en, es };

const KEPT_AS = "portico-desk-language";
const MINUTE = 60_000;
const STEPS: Array<[Intl.RelativeTimeFormatUnit, number]> = [
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
];

export interface DeskSpeech {
  language: Language;
  say: DeskSay;
  /** The word for a code that the server names; the code itself when there is none. */
  term: (family: string, code: string) => string;
  ago: (iso: string, now: number) => string;
  clock: (iso: string) => string;
  full: (iso: string) => string;
}

export function deskSpeech(language: Language): DeskSpeech {
  const dictionary: Record<string, string> = DICTIONARIES[language];
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const when = (iso: string, show: (at: Date) => string) => (Number.isNaN(Date.parse(iso)) ? iso : show(new Date(iso)));
  const say = wordsOf<DeskKey>(DICTIONARIES[language]);
  return {
    language,
    say,
    term: (family, code) => dictionary[`${family}.${code}`] ?? code,
    clock: (iso) => when(iso, (at) => clock.format(at)),
    full: (iso) => when(iso, (at) => full.format(at)),
    ago: (iso, now) =>
      when(iso, (at) => {
        const distance = at.getTime() - now;
        const [unit, size] = STEPS.find(([, each]) => Math.abs(distance) >= each) ?? ["minute", 0];
        return size === 0 ? say("time.now") : relative.format(Math.trunc(distance / size), unit);
      }),
  };
}

export function deskLanguage(): Language {
  return pickLanguage(kept(), ...navigator.languages);
}

export function switchLanguage(from: Language): Language {
  const next = LANGUAGES.find((language) => language !== from) ?? from;
  try {
    localStorage.setItem(KEPT_AS, next);
  } catch {
    return next;
  }
  return next;
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}
