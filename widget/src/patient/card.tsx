/** A safety card: its words, help as large tap targets, and the one question. */

import { RichText, safeHref } from "../shared/richtext";
import type { MessageFrame } from "../shared/frames";
import { PhoneIcon } from "./icons";
import { Options } from "./options";
import type { ChatView } from "./view";

export function SafetyCard({ message, view }: { message: MessageFrame; view: ChatView }) {
  const { say } = view.speech;
  const actions = (message.card?.actions ?? []).flatMap((action) => {
    const href = safeHref(action.href);
    return href === null ? [] : [{ ...action, href }];
  });
  // Announced once, by the assertive region of the log.
  return (
    <section class="card" aria-label={say("card.label")} aria-live="off">
      <div class="card-words">
        <RichText text={message.text} />
      </div>
      {actions.length > 0 && (
        <ul class="card-actions" aria-label={say("card.actions")}>
          {actions.map((action) => (
            <li>
              <a
                class="card-action"
                href={action.href}
                {...(action.href.startsWith("https:") ? { target: "_blank", rel: "noopener noreferrer" } : {})}
              >
                {action.href.startsWith("https:") ? null : <PhoneIcon />}
                <span>{action.label}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <Options message={message} view={view} />
    </section>
  );
}
