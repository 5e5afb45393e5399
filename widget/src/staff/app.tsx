/** The desk's page: alarm, tabs, the list on one side and the conversation on the other. */

import type { DeskView } from "./context";
import { ConversationPane } from "./conversation";
import { DraftList } from "./drafts";
import { Login } from "./login";
import { alarms, conversationAt, openCount, pendingDrafts } from "./queue";
import { TaskList } from "./tasklist";

function TopBar({ view }: { view: DeskView }) {
  const { say } = view.speech;
  const { state } = view;
  const tab = (name: "queue" | "drafts", count: number) => (
    <a href={`#${name}`} aria-current={state.place.tab === name ? "page" : undefined}>
      {say(`tab.${name}`)} <span class="count">{count}</span>
    </a>
  );
  return (
    <header class="topbar">
      <h1>{state.practiceName || say("desk.title")}</h1>
      <nav aria-label={say("tab.label")}>
        {tab("queue", openCount(state))}
        {tab("drafts", pendingDrafts(state).length)}
      </nav>
      <span class={state.isLive ? "live is-on" : "live"}>{state.isLive ? say("desk.live") : ""}</span>
      <span class="who">{state.staff?.name}</span>
      <button type="button" class="plain" lang={view.speech.language === "en" ? "es" : "en"} onClick={view.switchLanguage}>
        {say("desk.switch")}
      </button>
      <button type="button" class="plain" onClick={() => void view.desk.logout()}>
        {say("desk.logout")}
      </button>
    </header>
  );
}

function Alarm({ view }: { view: DeskView }) {
  const { say, term, ago } = view.speech;
  const waiting = alarms(view.state);
  const [first] = waiting;
  return (
    <div role="alert">
      {first && (
        <div class="alarm">
          <strong>{waiting.length === 1 ? say("alarm.one") : say("alarm.many", { n: waiting.length })}</strong>
          <span>
            {term("code", first.code)}, {first.patient_name}, <time aria-live="off">{ago(first.created, view.now)}</time>
          </span>
          <a href={`#task=${encodeURIComponent(first.id)}`}>{say("alarm.open")}</a>
        </div>
      )}
    </div>
  );
}

function Notices({ view }: { view: DeskView }) {
  const { say } = view.speech;
  const { notice, isLive, isLoaded } = view.state;
  return (
    <>
      <div role="status">{!isLive && isLoaded && <p class="notice is-bad">{say("desk.not_live")}</p>}</div>
      <div role="alert">
        {notice && (
          <p class={`notice is-${notice.tone}`}>
            {notice.text}{" "}
            <button type="button" class="plain" onClick={view.desk.dismiss}>
              {say("desk.dismiss")}
            </button>
          </p>
        )}
      </div>
    </>
  );
}

export function App({ view }: { view: DeskView }) {
  const { say } = view.speech;
  const { state } = view;
  if (state.phase === "loading") return <p class="empty">{say("desk.loading")}</p>;
  if (state.phase === "login") return <Login view={view} />;
  const isReading = conversationAt(state) !== null;
  const { tab } = state.place;
  return (
    <div class="desk">
      <TopBar view={view} />
      <Alarm view={view} />
      <Notices view={view} />
      <main class={isReading ? "panes is-reading" : "panes"}>
        <div class="pane-list">{tab === "queue" ? <TaskList view={view} /> : <DraftList view={view} />}</div>
        <div class="pane-conversation">
          {isReading && (
            <a class="back" href={`#${tab}`}>
              {say("queue.back")}
            </a>
          )}
          {state.conversation && isReading ? (
            <ConversationPane conversation={state.conversation} view={view} />
          ) : (
            <p class="empty">{say(state.isMissing ? "error.missing" : isReading ? "desk.loading" : tab === "queue" ? "queue.pick" : "drafts.pick")}</p>
          )}
        </div>
      </main>
    </div>
  );
}
