/** What every part of the desk's page is given. */

import type { Desk } from "./desk";
import type { DeskState } from "./queue";
import type { DeskSpeech } from "./words";

export interface DeskView {
  state: DeskState;
  desk: Desk;
  speech: DeskSpeech;
  /** Milliseconds since the epoch; moves on so that ages stay true. */
  now: number;
  switchLanguage(): void;
}
