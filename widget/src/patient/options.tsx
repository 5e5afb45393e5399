/** The buttons under a question; pressed once, or answered in words. */

import type { MessageFrame } from "../shared/frames";
import { chosenOption, optionsAreOpen } from "../shared/timeline";
import type { ChatView } from "./view";

export function Options({ message, view }: { message: MessageFrame; view: ChatView }) {
  if (message.options.length === 0) return null;
  const { say } = view.speech;
  const open = optionsAreOpen(view.state, message);
  const chosen = chosenOption(view.state, message);
  const label = message.kind === "confirm" ? say("options.confirm") : say("options.label");
  return (
    <div class="options" role="group" aria-label={label}>
      {message.options.map((option) => (
        <button
          type="button"
          class={option.id === chosen ? "option is-chosen" : "option"}
          disabled={!open}
          onClick={(event) => {
            // The button is about to be disabled; the keyboard stays where the answer will appear.
            event.currentTarget.closest<HTMLElement>(".log")?.focus({ preventScroll: true });
            view.act.choose(message, option);
          }}
        >
          {option.label}
          {option.id === chosen && <span class="unseen"> ({say("options.chosen")})</span>}
        </button>
      ))}
    </div>
  );
}
