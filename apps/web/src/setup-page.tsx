import { useState, type SyntheticEvent } from 'react';
import { passwordRules } from './password-rules.ts';

type Outcome =
  | { readonly kind: 'waiting' | 'sent' | 'done' }
  | { readonly kind: 'refused'; readonly reason: string; readonly needsCode: boolean };

/** Sets a user's password with the token of a one-time link: that of the first administrator, or one made for a user. */
export function SetupPage({ token, username }: { token: string; username: string }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'waiting' });
  const unmet = passwordRules.filter((rule) => !rule.met(password));
  const ready = unmet.length === 0 && password === again && outcome.kind !== 'sent';

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setOutcome({ kind: 'sent' });
    const reached = await setUp({ token, password, ...(needsCode ? { code } : {}) });
    if (reached.kind === 'refused' && reached.needsCode) setNeedsCode(true);
    setOutcome(reached);
  };

  return (
    <main className="setup">
      <h1>Patronus</h1>
      {token === '' && (
        <p className="banner">This link holds no token. Open the whole link that the controller printed.</p>
      )}
      {outcome.kind === 'done' ? (
        <Done username={username} />
      ) : (
        <form onSubmit={(event) => void submit(event)}>
          <p>Choose the password of “{username}”. The link works once.</p>
          <input type="text" name="username" value={username} autoComplete="username" readOnly hidden />
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
          <Rules password={password} />
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
          {needsCode && <CodeField code={code} onChange={setCode} />}
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

const Rules = ({ password }: { password: string }) => (
  <ul id="rules" className="rules">
    {passwordRules.map((rule) => (
      <li key={rule.text} className={rule.met(password) ? 'met' : undefined}>
        {rule.met(password) ? '✓' : '·'} {rule.text}
      </li>
    ))}
  </ul>
);

const CodeField = ({ code, onChange }: { code: string; onChange: (code: string) => void }) => (
  <label>
    Code of your authenticator app, or a recovery code
    <input
      type="text"
      autoComplete="one-time-code"
      required
      value={code}
      onChange={(event) => onChange(event.target.value)}
    />
  </label>
);

const Done = ({ username }: { username: string }) => (
  <>
    <p role="status">The password is set.</p>
    <p>
      Sign in on the command line with <code>npx patronus login {username}</code>, or <a href="/">watch the network</a>.
    </p>
  </>
);

interface LinkUse {
  readonly token: string;
  readonly password: string;
  readonly code?: string;
}

async function setUp(use: LinkUse): Promise<Outcome> {
  try {
    const response = await fetch('/api/v1/auth/setup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(use),
    });
    if (response.ok) return { kind: 'done' };
    const problem = (await response.json()) as Problem;
    return { kind: 'refused', reason: reasonOf(problem), needsCode: problem.code === 'mfa_required' };
  } catch {
    return {
      kind: 'refused',
      reason: 'The controller did not answer. Is it running? Then try again.',
      needsCode: false,
    };
  }
}

/** What RFC 9457 problem documents carry here. */
interface Problem {
  readonly code?: string;
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
