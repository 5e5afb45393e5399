/** A conversation as staff read it, and their reply to it. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MAX_TEXT, type MessageFrame } from "../shared/frames";
import { PlainText, RichText, safeHref } from "../shared/richtext";
import type { DeskView } from "./context";
import { DraftCard } from "./drafts";
import type { Conversation, Task, Turn } from "./model";
import { PRIORITIES } from "./model";
import { TaskPanel } from "./taskpanel";
import { Why } from "./why";

function Patient({ conversation, view }: { conversation: Conversation; view: DeskView }) {
  const { say, term } = view.speech;
  const { patient } = conversation;
  const { birth_date, language, preferred_channel } = patient;
  const phone = patient.phone ?? "";
  const full = [...conversation.tasks, ...conversation.drafts][0]?.patient_name ?? patient.display_name;
  const isUsual = full.startsWith(patient.display_name);
  const call = safeHref(`tel:${phone}`);
  return (
    <div class="patient">
      <h2 id="patient-name" tabIndex={-1}>
        {isUsual ? full : `${full} (${patient.display_name})`}
      </h2>
      <ul>
        <li>{patient.id}</li>
        {birth_date && <li>{say("patient.born", { date: birth_date })}</li>}
        {language && <li>{say("patient.language", { language: term("language", language) })}</li>}
        {preferred_channel && <li>{say("patient.channel", { channel: preferred_channel })}</li>}
        {call && (
          <li>
            <a href={call}>{say("patient.call", { phone })}</a>
          </li>
        )}
      </ul>
    </div>
  );
}

function MessageRow({ message, turn, view }: { message: MessageFrame; turn: Turn | undefined; view: DeskView }) {
  const { say, clock, full } = view.speech;
  const author = message.author === "staff" && message.staff ? message.staff.name : say(`author.${message.author}`);
  const titles = message.citations.map((citation) => citation.title).join(", ");
  const options = message.options.map((option) => option.label).join(" · ");
  return (
    <li class={`message by-${message.author} kind-${message.kind}`}>
      <div class="byline">
        <strong>{author}</strong>{" "}
        <time dateTime={message.at} title={full(message.at)}>
          {clock(message.at)}
        </time>
      </div>
      <div class="bubble">
        {message.author === "patient" ? <PlainText text={message.text} /> : <RichText text={message.text} />}
      </div>
      {message.card && (
        <p class="extra">
          {say("message.card", {
            level: message.card.level,
            category: message.card.category,
            version: message.card.version,
          })}
        </p>
      )}
      {options && <p class="extra">{say("message.options", { options })}</p>}
      {titles && <p class="extra">{say("message.sources", { titles })}</p>}
      {turn && <Why turn={turn} view={view} />}
    </li>
  );
}

/** A turn stands under the last message that answers it; with no answer, under the question. */
function turnsByMessage(conversation: Conversation): Map<string, Turn> {
  const placed = new Map<string, Turn>();
  for (const turn of conversation.turns) {
    const answer = conversation.messages.filter((message) => message.reply_to === turn.message).at(-1);
    placed.set(answer?.id ?? turn.message, turn);
  }
  return placed;
}

function Messages({ conversation, view }: { conversation: Conversation; view: DeskView }) {
  const { say } = view.speech;
  const box = useRef<HTMLDivElement>(null);
  const last = conversation.messages.at(-1)?.seq;
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, conversation.id]);
  const turns = turnsByMessage(conversation);
  return (
    <div class="messages" ref={box} tabIndex={0} role="log" aria-label={say("conversation.messages")}>
      {conversation.messages.length === 0 && <p class="empty">{say("conversation.empty")}</p>}
      <ol>
        {conversation.messages.map((message) => (
          <MessageRow key={message.id} message={message} turn={turns.get(message.id)} view={view} />
        ))}
      </ol>
    </div>
  );
}

function Control({ conversation, view }: { conversation: Conversation; view: DeskView }) {
  const { say } = view.speech;
  const isMine = conversation.control === "staff" && conversation.staff?.id === view.state.staff?.id;
  const words =
    conversation.control === "assistant"
      ? say("control.assistant")
      : isMine
        ? say("control.you")
        : say("control.other", { name: conversation.staff?.name ?? "" });
  return (
    <div class={`control by-${conversation.control}`}>
      <span role="status">{words}</span>
      {conversation.control === "assistant" && (
        <button type="button" class="secondary" onClick={() => void view.desk.take(conversation.id)}>
          {say("control.take")}
        </button>
      )}
      {isMine && (
        <button type="button" class="secondary" onClick={() => void view.desk.handBack(conversation.id)}>
          {say("control.release")}
        </button>
      )}
    </div>
  );
}

function Reply({ conversation, view }: { conversation: Conversation; view: DeskView }) {
  const { say } = view.speech;
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const isOthers = conversation.control === "staff" && conversation.staff?.id !== view.state.staff?.id;
  if (isOthers) return <p class="reply-note">{say("reply.other", { name: conversation.staff?.name ?? "" })}</p>;
  const send = async () => {
    if (text.trim() === "" || busy) return;
    setBusy(true);
    if (await view.desk.reply(conversation.id, text.trim())) setText("");
    setBusy(false);
  };
  return (
    <form
      class="reply"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        rows={2}
        maxLength={MAX_TEXT}
        value={text}
        aria-label={say("reply.label", { name: conversation.patient.display_name })}
        placeholder={say("reply.placeholder")}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void send();
        }}
      />
      <button type="submit" class="primary" disabled={busy || text.trim() === ""}>
        {say("reply.send")}
      </button>
      {conversation.control === "assistant" && <p class="reply-note">{say("reply.takes")}</p>}
    </form>
  );
}

function Events({ conversation, view }: { conversation: Conversation; view: DeskView }) {
  const { say, full } = view.speech;
  return (
    <details class="events">
      <summary>{say("events.label", { n: conversation.events.length })}</summary>
      <ol>
        {conversation.events.map((event) => (
          <li>
            <time dateTime={event.at}>{full(event.at)}</time> <code>{event.kind}</code> {event.actor}
          </li>
        ))}
      </ol>
    </details>
  );
}

const isAlarm = (task: Task) => task.priority === "stat" && task.status === "requested";
const inOrder = (chosen: string | null) => (a: Task, b: Task) =>
  Number(isAlarm(b)) - Number(isAlarm(a)) ||
  Number(b.id === chosen) - Number(a.id === chosen) || PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority);

export function ConversationPane({ conversation, view }: { conversation: Conversation; view: DeskView }) {
  const { say } = view.speech;
  const chosen = view.state.place.task;
  useEffect(() => document.getElementById("patient-name")?.focus({ preventScroll: true }), [conversation.id]);
  const tasks = conversation.tasks
    .filter((task) => task.status !== "completed" || task.id === chosen)
    .sort(inOrder(chosen));
  const drafts = conversation.drafts.filter((draft) => draft.status === "pending");
  return (
    <section class="conversation" aria-label={say("conversation.label", { name: conversation.patient.display_name })}>
      <Patient conversation={conversation} view={view} />
      <div class="side">
        {tasks.map((task) => (
          <TaskPanel key={task.id} task={task} view={view} />
        ))}
        {drafts.map((draft) => (
          <DraftCard key={draft.id} draft={draft} view={view} isInConversation />
        ))}
        <Events conversation={conversation} view={view} />
      </div>
      <div class="thread">
        <Control conversation={conversation} view={view} />
        <Messages conversation={conversation} view={view} />
        <Reply key={conversation.id} conversation={conversation} view={view} />
      </div>
    </section>
  );
}
