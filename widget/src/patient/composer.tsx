/** Where the patient writes: grows with the text, counts near the limit, leaves input methods alone. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { MAX_TEXT } from "../shared/frames";
import { SendIcon } from "./icons";
import type { ChatView } from "./view";

const MOST_ROWS = 6;
const COUNT_FROM = 3600;
const LEGACY_IME_KEY = 229;

/** Characters as the server counts them: a pair of surrogates is one. */
export const lengthOf = (text: string): number => [...text].length;

/** Enter sends, unless it ends an input method's composition or asks for a new line. */
export function sendsOn(event: Pick<KeyboardEvent, "key" | "shiftKey" | "isComposing" | "keyCode">): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== LEGACY_IME_KEY;
}

function fit(area: HTMLTextAreaElement): void {
  area.rows = 1;
  while (area.rows < MOST_ROWS && area.scrollHeight > area.clientHeight) area.rows += 1;
}

export function Composer({ view }: { view: ChatView }) {
  const { say } = view.speech;
  const [text, setText] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (area.current) fit(area.current);
  }, [text, view.isOpen]);
  const length = lengthOf(text);
  const over = length - MAX_TEXT;
  const blocked = view.state.link === "stopped";
  const sendable = text.trim() !== "" && over <= 0 && !blocked;
  const send = () => {
    if (!sendable) return;
    view.act.send(text.trim());
    setText("");
    area.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label class="unseen" for="message">
        {say("composer.label")}
      </label>
      <textarea
        id="message"
        ref={area}
        rows={1}
        value={text}
        disabled={blocked}
        placeholder={say("composer.placeholder")}
        aria-describedby="composer-hint composer-count"
        aria-invalid={over > 0}
        enterkeyhint="send"
        autocomplete="off"
        onInput={(event) => {
          setText(event.currentTarget.value);
          view.act.typing();
        }}
        onKeyDown={(event) => {
          if (!sendsOn(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="send" disabled={!sendable} aria-label={say("composer.send")}>
        <SendIcon />
      </button>
      <span id="composer-hint" class="unseen">
        {say("composer.hint")}
      </span>
      <div id="composer-count" class={over > 0 ? "count is-over" : "count"} role="status">
        {over > 0
          ? say("composer.over", { n: over })
          : length >= COUNT_FROM
            ? say("composer.left", { n: MAX_TEXT - length })
            : ""}
      </div>
    </form>
  );
}
