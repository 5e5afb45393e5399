/** Keeps the keyboard inside a panel that covers the screen. */

const FOCUSABLE =
  'a[href], button:not([disabled]), textarea:not([disabled]), input:not([disabled]), summary, [tabindex="0"]';

export function keepFocusInside(event: KeyboardEvent, panel: HTMLElement): void {
  if (event.key !== "Tab") return;
  const stops = [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((e) => e.getClientRects().length > 0);
  const first = stops[0];
  const last = stops.at(-1);
  if (first === undefined || last === undefined) return;
  const root = panel.getRootNode() as ShadowRoot | Document;
  const from = event.shiftKey ? first : last;
  if (root.activeElement !== from) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}
