/** Replies that wait for a person: approve, edit, reject; each is decided once. */

import { useState } from "preact/hooks";
import { MAX_TEXT } from "../shared/frames";
import { PlainText, RichText } from "../shared/richtext";
import type { DeskView } from "./context";
import type { Draft } from "./model";
import { pendingDrafts } from "./queue";

type Doing = "reading" | "editing" | "rejecting";

function EditForm({ draft, view, close }: { draft: Draft; view: DeskView; close: () => void }) {
  const { say } = view.speech;
  const [text, setText] = useState(draft.text);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void view.desk.edit(draft, text.trim());
      }}
    >
      <label>
        {say("draft.proposed")}
        <textarea rows={5} maxLength={MAX_TEXT} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <div class="buttons">
        <button type="submit" class="primary" disabled={text.trim() === ""}>
          {say("draft.send_edited")}
        </button>
        <button type="button" class="secondary" onClick={close}>
          {say("task.cancel")}
        </button>
      </div>
    </form>
  );
}

function RejectForm({ draft, view, close }: { draft: Draft; view: DeskView; close: () => void }) {
  const { say } = view.speech;
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(reason.trim() === "");
        if (reason.trim() !== "") void view.desk.reject(draft, reason.trim());
      }}
    >
      <label>
        {say("draft.reason")}
        <input value={reason} aria-invalid={missing} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <p class="missing" role="alert">
        {missing ? say("draft.reason_needed") : ""}
      </p>
      <div class="buttons">
        <button type="submit" class="danger">
          {say("draft.confirm_reject")}
        </button>
        <button type="button" class="secondary" onClick={close}>
          {say("task.cancel")}
        </button>
      </div>
    </form>
  );
}

function Proposal({ draft, view, doing }: { draft: Draft; view: DeskView; doing: (next: Doing) => void }) {
  const { say } = view.speech;
  const titles = draft.citations.map((citation) => citation.title).join(", ");
  return (
    <>
      <p class="label">{say("draft.proposed")}</p>
      <div class="proposed">
        <RichText text={draft.text} />
      </div>
      {titles && <p class="extra">{say("message.sources", { titles })}</p>}
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void view.desk.approve(draft)}>
          {say("draft.approve")}
        </button>
        <button type="button" class="secondary" onClick={() => doing("editing")}>
          {say("draft.edit")}
        </button>
        <button type="button" class="secondary" onClick={() => doing("rejecting")}>
          {say("draft.reject")}
        </button>
      </div>
    </>
  );
}

export function DraftCard({ draft, view, isInConversation }: { draft: Draft; view: DeskView; isInConversation: boolean }) {
  const { say, term, ago, full } = view.speech;
  const [doing, setDoing] = useState<Doing>("reading");
  const close = () => setDoing("reading");
  return (
    <article class="draft" aria-label={say("draft.label", { name: draft.patient_name })}>
      <div class="task-top">
        {isInConversation ? <h3>{say("draft.proposed")}</h3> : <h2>{draft.patient_name}</h2>}
        <span class="task-code">{term("route", draft.route)}</span>
        <time dateTime={draft.created} title={full(draft.created)}>
          {ago(draft.created, view.now)}
        </time>
      </div>
      <p class="label">{say("draft.asked")}</p>
      <blockquote>
        <PlainText text={draft.question} />
      </blockquote>
      {doing === "reading" && <Proposal draft={draft} view={view} doing={setDoing} />}
      {doing === "editing" && <EditForm draft={draft} view={view} close={close} />}
      {doing === "rejecting" && <RejectForm draft={draft} view={view} close={close} />}
      {!isInConversation && (
        <p>
          <a href={`#drafts=${encodeURIComponent(draft.conversation)}`}>{say("draft.open")}</a>
        </p>
      )}
    </article>
  );
}

export function DraftList({ view }: { view: DeskView }) {
  const { say } = view.speech;
  const drafts = pendingDrafts(view.state);
  if (drafts.length === 0) return <p class="empty">{say("drafts.empty")}</p>;
  return (
    <div class="list drafts" role="group" aria-label={say("drafts.label")}>
      {drafts.map((draft) => (
        <DraftCard key={draft.id} draft={draft} view={view} isInConversation={false} />
      ))}
    </div>
  );
}
