/** The launcher and the panel behind it. */

import { unread } from "../shared/timeline";
import { ChatIcon } from "./icons";
import { Panel } from "./panel";
import type { ChatView } from "./view";

function Launcher({ view }: { view: ChatView }) {
  const { say } = view.speech;
  const waiting = unread(view.state);
  return (
    <button
      type="button"
      class="launcher"
      hidden={view.isOpen}
      aria-haspopup="dialog"
      aria-expanded={view.isOpen}
      aria-controls="portico-panel"
      onClick={view.act.open}
    >
      <ChatIcon />
      <span>{say("launcher.label")}</span>
      {waiting > 0 && (
        <span class="badge">
          <span aria-hidden="true">{waiting}</span>
          <span class="unseen">{say("launcher.unread", { n: waiting })}</span>
        </span>
      )}
    </button>
  );
}

export function App({ view }: { view: ChatView }) {
  return (
    <div class="root" lang={view.speech.language}>
      <Launcher view={view} />
      <Panel view={view} />
    </div>
  );
}
