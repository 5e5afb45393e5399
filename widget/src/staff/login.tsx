/** The log-in form. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { DeskView } from "./context";

export function Login({ view }: { view: DeskView }) {
  const { say } = view.speech;
  const { loginReason, practiceName } = view.state;
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (form: HTMLFormElement) => {
    const given = new FormData(form);
    setBusy(true);
    await view.desk.login(String(given.get("staff_id")).trim(), String(given.get("password")));
    setBusy(false);
  };
  return (
    <main class="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <p class="login-practice">{practiceName}</p>
        <h1>{say("login.title")}</h1>
        {loginReason && (
          <p class="login-reason" role="alert">
            {say(`login.${loginReason}`)}
          </p>
        )}
        <label>
          {say("login.id")}
          <input ref={first} name="staff_id" required autocomplete="username" autocapitalize="none" spellcheck={false} />
        </label>
        <label>
          {say("login.password")}
          <input name="password" type="password" required autocomplete="current-password" />
        </label>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? say("login.working") : say("login.submit")}
        </button>
        <button type="button" class="plain" lang={view.speech.language === "en" ? "es" : "en"} onClick={view.switchLanguage}>
          {say("desk.switch")}
        </button>
      </form>
    </main>
  );
}
