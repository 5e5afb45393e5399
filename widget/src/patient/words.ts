/** The widget's words in the language in use. */

import { type Language, type Words, wordsOf } from "../shared/locale";
import en from "./locales/en.json";
import es from "./locales/es.json";

export type WidgetKey = keyof typeof en;
export const DICTIONARIES: Record<Language, Record<WidgetKey, string>> = { en, es };

export interface Speech {
  language: Language;
  say: Words<WidgetKey>;
  /** The word for a state the server names. */
  status: (state: string) => string;
  time: (iso: string) => string;
  day: (iso: string, now: Date) => string;
}

export function speechIn(language: Language): Speech {
  const dictionary = DICTIONARIES[language];
  const say = wordsOf<WidgetKey>(dictionary);
  const time = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language, { weekday: "long", month: "long", day: "numeric" });
  const words: Record<string, string> = dictionary;
  return {
    language,
    say,
    status: (state) => words[`status.${state}`] ?? say("status.other"),
    time: (iso) => (Number.isNaN(Date.parse(iso)) ? "" : time.format(new Date(iso))),
    day: (iso, now) => {
      const at = new Date(iso);
      if (Number.isNaN(at.getTime())) return "";
      if (at.toDateString() === now.toDateString()) return say("log.today");
      const yesterday = new Date(now);
      yesterday.setDate(now.getDate() - 1);
      return at.toDateString() === yesterday.toDateString() ? say("log.yesterday") : day.format(at);
    },
  };
}
