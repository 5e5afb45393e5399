/** Leaving in a hurry: the page is emptied, what it kept is cleared, a neutral site takes its place. */

const WITHIN_MS = 700;

export function quickExit(page: Window, address: string): void {
  try {
    page.sessionStorage.clear();
  } catch {
    // A page that may not keep anything has nothing to clear.
  }
  page.document.body?.replaceChildren();
  page.document.title = " ";
  page.location.replace(address);
}

/** Two presses of Escape, close together. */
export class DoubleEscape {
  #last = Number.NEGATIVE_INFINITY;

  pressed(now: number): boolean {
    const twice = now - this.#last <= WITHIN_MS;
    this.#last = twice ? Number.NEGATIVE_INFINITY : now;
    return twice;
  }
}
