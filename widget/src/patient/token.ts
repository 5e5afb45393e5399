/** Where the patient's token comes from: the page's function, an address of the portal, an attribute. */

const FETCH_WITHIN_MS = 15_000;

export class TokenSource {
  provider: (() => Promise<string>) | null = null;
  #host: HTMLElement;
  #last: string | null = null;
  #waiting: Array<(token: string) => void> = [];

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  get isConfigured(): boolean {
    return this.provider !== null || this.#host.hasAttribute("token-url") || this.#host.hasAttribute("token");
  }

  /** The `token` attribute changed, or the patient did: nothing kept is good any more. */
  renewed(): void {
    this.#last = null;
    const token = this.#host.getAttribute("token");
    if (token) for (const give of this.#waiting.splice(0)) give(token);
  }

  async take(fresh: boolean): Promise<string> {
    if (!fresh && this.#last !== null) return this.#last;
    this.#last = await this.#find(fresh);
    return this.#last;
  }

  async #find(fresh: boolean): Promise<string> {
    if (this.provider !== null) return this.provider();
    const address = this.#host.getAttribute("token-url");
    if (address !== null) return this.#fetch(new URL(address, document.baseURI));
    const token = this.#host.getAttribute("token");
    if (!fresh && token) return token;
    return this.#ask();
  }

  async #fetch(address: URL): Promise<string> {
    const response = await fetch(address, {
      credentials: "same-origin",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(FETCH_WITHIN_MS),
    });
    const body: unknown = response.ok ? await response.json() : null;
    const token = typeof body === "object" && body !== null && "token" in body ? body.token : null;
    if (typeof token !== "string") throw new Error(`no token from ${address.pathname}: ${response.status}`);
    return token;
  }

  /** The page hears that a new token is needed and sets the attribute. */
  #ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      setTimeout(() => reject(new Error("the page gave no token")), FETCH_WITHIN_MS);
      this.#host.dispatchEvent(new CustomEvent("portico-token-needed", { bubbles: true, composed: true }));
    });
  }
}
