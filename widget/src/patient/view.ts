/** What every part of the panel is given: the state, the words, and what the patient can do. */

import type { MessageFrame, Option } from "../shared/frames";
import type { ChatState } from "../shared/session";
import type { Speech } from "./words";

export interface Actions {
  open(): void;
  close(): void;
  send(text: string): void;
  choose(message: MessageFrame, option: Option): void;
  retry(id: string): void;
  askForPerson(): void;
  rate(seq: number, value: "up" | "down"): void;
  typing(): void;
  seen(): void;
  reconnect(): void;
  switchLanguage(): void;
  leave(): void;
}

export interface ChatView {
  state: ChatState;
  speech: Speech;
  act: Actions;
  isOpen: boolean;
  /** The panel covers the screen: it is modal then. */
  isFull: boolean;
  now: Date;
}
