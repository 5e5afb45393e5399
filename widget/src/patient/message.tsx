/** One message of the log, with what belongs to it. */

import type { MessageFrame } from "../shared/frames";
import { PlainText, RichText } from "../shared/richtext";
import type { Outgoing } from "../shared/session";
import { SafetyCard } from "./card";
import { DownIcon, UpIcon } from "./icons";
import { Options } from "./options";
import type { ChatView } from "./view";

function authorOf(message: MessageFrame, { say }: ChatView["speech"]): string {
  if (message.author === "patient") return say("author.patient");
  if (message.kind === "card") return say("author.card");
  if (message.author === "assistant") return say("author.assistant");
  if (message.author === "system") return say("author.system");
  return message.staff ? say("author.staff", { name: message.staff.name }) : say("author.staff_unnamed");
}

function Byline({ name, at, view }: { name: string; at: string; view: ChatView }) {
  return (
    <div class="byline">
      <span class="author">{name}</span> <time dateTime={at}>{view.speech.time(at)}</time>
    </div>
  );
}

function Citations({ message, view }: { message: MessageFrame; view: ChatView }) {
  const { citations } = message;
  const [first] = citations;
  if (first === undefined) return null;
  const { say } = view.speech;
  const summary =
    citations.length === 1
      ? say("citation.label", { title: first.title })
      : say("citation.many", { n: citations.length });
  return (
    <details class="citations">
      <summary>{summary}</summary>
      <ul>
        {citations.map((citation) => (
          <li>
            {citation.title}
            {citation.version && <span class="version"> {say("citation.version", { version: citation.version.slice(0, 12) })}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Feedback({ message, view }: { message: MessageFrame; view: ChatView }) {
  const { say } = view.speech;
  const given = view.state.feedback[message.seq];
  const button = (value: "up" | "down") => (
    <button
      type="button"
      class="thumb"
      aria-pressed={given === value}
      aria-label={say(`feedback.${value}`)}
      title={say(`feedback.${value}`)}
      onClick={() => view.act.rate(message.seq, value)}
    >
      {value === "up" ? <UpIcon /> : <DownIcon />}
    </button>
  );
  return (
    <div class="feedback" role="group" aria-label={say("feedback.question")}>
      {button("up")}
      {button("down")}
      {given && <span class="feedback-thanks">{say("feedback.thanks")}</span>}
    </div>
  );
}

export interface MessageProps {
  message: MessageFrame;
  view: ChatView;
  /** Another message by the same author stands right above. */
  continued: boolean;
  /** The patient's newest message, which says that it arrived. */
  isLatestOfPatient: boolean;
}

export function Message({ message, view, continued, isLatestOfPatient }: MessageProps) {
  const { say } = view.speech;
  const isAnswer = message.author === "assistant" && message.kind === "text";
  return (
    <div class={`row by-${message.author} kind-${message.kind}`} data-seq={message.seq}>
      {continued ? (
        <span class="unseen">{authorOf(message, view.speech)}: </span>
      ) : (
        <Byline name={authorOf(message, view.speech)} at={message.at} view={view} />
      )}
      {message.kind === "card" ? (
        <SafetyCard message={message} view={view} />
      ) : (
        <>
          <div class="bubble">
            {message.author === "patient" ? <PlainText text={message.text} /> : <RichText text={message.text} />}
          </div>
          <Options message={message} view={view} />
        </>
      )}
      {message.citations.length > 0 && <Citations message={message} view={view} />}
      {isAnswer && <Feedback message={message} view={view} />}
      {isLatestOfPatient && <div class="delivery">{say("sending.stored")}</div>}
    </div>
  );
}

/** A message on its way: it says how far it got, and can be sent again. */
export function OutgoingMessage({ item, view, continued }: { item: Outgoing; view: ChatView; continued: boolean }) {
  const { say } = view.speech;
  const why = item.problem === null || item.problem === "lost" ? null : say(`trouble.${item.problem}`);
  return (
    <div class={`row by-patient is-${item.state}`}>
      {!continued && <Byline name={say("author.patient")} at={item.at} view={view} />}
      <div class="bubble">
        <PlainText text={item.text} />
      </div>
      <div class="delivery">
        {say(`sending.${item.state}`)}
        {why && `. ${why}`}
        {item.state === "failed" && item.problem !== "too_large" && (
          <button type="button" class="retry" onClick={() => view.act.retry(item.id)}>
            {say("sending.retry")}
          </button>
        )}
      </div>
    </div>
  );
}
