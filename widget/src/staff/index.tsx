/** Starts the desk on its page. */

import "./desk.css";
import { render } from "preact";
import { App } from "./app";
import { Desk } from "./desk";
import { alarms } from "./queue";
import { deskLanguage, deskSpeech, switchLanguage } from "./words";

const TICK_MS = 15_000;
const BLINK_MS = 1_000;

let speech = deskSpeech(deskLanguage());
const desk = new Desk(draw, () => speech.say);

function draw(): void {
  const root = document.getElementById("desk");
  if (root === null) return;
  document.documentElement.lang = speech.language;
  render(<App view={{ state: desk.state, desk, speech, now: Date.now(), switchLanguage: change }} />, root);
  setTitle();
}

function change(): void {
  speech = deskSpeech(switchLanguage(speech.language));
  draw();
}

/** The tab's title counts emergencies, and takes turns with the name so that it is noticed. */
function setTitle(): void {
  const waiting = alarms(desk.state).length;
  const plain = speech.say("desk.title");
  const isOdd = Math.floor(Date.now() / BLINK_MS) % 2 === 1;
  const title = waiting === 0 ? plain : isOdd ? `(${waiting}) ${plain}` : speech.say("alarm.title", { n: waiting });
  if (document.title !== title) document.title = title;
}

setInterval(draw, TICK_MS);
setInterval(setTitle, BLINK_MS);
draw();
void desk.begin();
