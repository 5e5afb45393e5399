/** Picks a language that there are words for, and fills `{gaps}` in them. */

export type Language = "en" | "es";
export const LANGUAGES: readonly Language[] = ["en", "es"];

/** The first of `wanted` (BCP 47 tags) that there is, else English. */
export function pickLanguage(...wanted: Array<string | null | undefined>): Language {
  for (const tag of wanted) {
    const primary = tag?.toLowerCase().split(/[-_]/)[0];
    const known = LANGUAGES.find((language) => language === primary);
    if (known !== undefined) return known;
  }
  return "en";
}

export type Words<Key extends string> = (key: Key, gaps?: Record<string, string | number>) => string;

export function wordsOf<Key extends string>(dictionary: Record<Key, string>): Words<Key> {
  return (key, gaps = {}) =>
    dictionary[key].replace(/\{(\w+)\}/g, (gap, name: string) => String(gaps[name] ?? gap));
}
