import { useState, type SyntheticEvent } from 'react';
import { passwordRules } from './password-rules.ts';

type Outcome = { readonly kind: 'waiting' | 'sent' | 'done' } | { readonly kind: 'refused'; readonly reason: string };

/** First sign-in: sets the administrator's password with the token of the one-time link. */
export function SetupPage({ token }: { token: string }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'waiting' });
  const unmet = passwordRules.filter((rule) => !rule.met(password));
  const ready = unmet.length === 0 && password === again && outcome.kind !== 'sent';

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setOutcome({ kind: 'sent' });
    setOutcome(await setUp(token, password));
  };

  return (
    <main className="setup">
      <h1>Patronus</h1>
      {token === '' && (
        <p className="banner">This link holds no token. Open the whole link that the controller printed.</p>
      )}
      {outcome.kind === 'done' ? (
        <Done />
      ) : (
        <form onSubmit={(event) => void submit(event)}>
          <p>Choose the password of the administrator, “admin”. The link works once.</p>
          <input type="text" name="username" value="admin" autoComplete="username" readOnly hidden />
          <label>
            Password
            <input
              type="password"
              autoComplete="new-password"
              aria-describedby="rules"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          <ul id="rules" className="rules">
            {passwordRules.map((rule) => (
              <li key={rule.text} className={rule.met(password) ? 'met' : undefined}>
                {rule.met(password) ? '✓' : '·'} {rule.text}
              </li>
            ))}
          </ul>
          <label>
            The same again
            <input
              type="password"
              autoComplete="new-password"
              required
              value={again}
              onChange={(event) => setAgain(event.target.value)}
            />
          </label>
          {again !== '' && password !== again && <p className="field-error">The two are not the same.</p>}
          {outcome.kind === 'refused' && (
            <p className="field-error" role="alert">
              {outcome.reason}
            </p>
          )}
          <button type="submit" disabled={!ready}>
            Set password
          </button>
        </form>
      )}
    </main>
  );
}

const Done = () => (
  <>
    <p role="status">The password is set.</p>
    <p>
      Sign in on the command line with <code>npx patronus login admin</code>, or <a href="/">watch the network</a>.
    </p>
  </>
);

async function setUp(token: string, password: string): Promise<Outcome> {
  try {
    const response = await fetch('/api/v1/auth/setup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, password }),
    });
    if (response.ok) return { kind: 'done' };
    return { kind: 'refused', reason: reasonOf((await response.json()) as Problem) };
  } catch {
    return { kind: 'refused', reason: 'The controller did not answer. Is it running? Then try again.' };
  }
}

/** What RFC 9457 problem documents carry here. */
interface Problem {
  readonly detail?: string;
  readonly title?: string;
  readonly problems?: readonly { readonly problem: string; readonly remedy?: string }[];
}

function reasonOf(problem: Problem): string {
  const fields = (problem.problems ?? []).map(({ problem: what, remedy }) =>
    remedy === undefined ? what : `${what}; ${remedy}`,
  );
  return fields.length > 0 ? fields.join('. ') : (problem.detail ?? problem.title ?? 'The controller refused it.');
}
