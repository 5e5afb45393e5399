/** Why a message was answered the way it was. */

import type { DeskView } from "./context";
import type { Turn } from "./model";

/** What the language model did in the turn, and by which prompt. */
function asked({ model, prompt, outcome, writes }: Turn["model_calls"][number], view: DeskView): string {
  const { say } = view.speech;
  if (outcome === "used") return say(writes ? "why.model_wrote" : "why.model_read", { model, prompt });
  return say("why.model_not_used", { model, prompt, outcome });
}

function Facts({ turn, view }: { turn: Turn; view: DeskView }) {
  const { say, term } = view.speech;
  const rows: Array<[string, string]> = [
    [say("why.route"), term("route", turn.route)],
    [say("why.confidence"), `${Math.round(turn.confidence * 100)} %`],
    [say("why.level"), turn.category ? `${turn.level}, ${turn.category}` : String(turn.level)],
    [say("why.mode"), term("mode", turn.mode)],
    [say("why.outcome"), term("outcome", turn.outcome)],
    [say("why.reasons"), turn.reasons.join(", ") || say("why.none")],
    [say("why.tools"), turn.tools.map((tool) => `${tool.name}: ${tool.outcome}`).join(", ") || say("why.none")],
    [say("why.model"), turn.model_calls.map((call) => asked(call, view)).join("; ") || say("why.none")],
    [say("why.duration"), say("why.ms", { n: Math.round(turn.duration_ms) })],
  ];
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Why({ turn, view }: { turn: Turn; view: DeskView }) {
  const { say, term } = view.speech;
  return (
    <details class="why">
      <summary>
        <strong>{say("why.label")}</strong>{" "}
        {say("why.summary", { route: term("route", turn.route), outcome: term("outcome", turn.outcome) })}
      </summary>
      <Facts turn={turn} view={view} />
      <p class="label">{say("why.passages")}</p>
      {turn.passages.length === 0 ? (
        <p>{say("why.none")}</p>
      ) : (
        <ol>
          {turn.passages.map((passage) => (
            <li>
              {passage.title} <code>{passage.source}</code>
              <br />
              {say("why.version", { version: passage.version.slice(0, 12), score: passage.score.toFixed(2) })}
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}
