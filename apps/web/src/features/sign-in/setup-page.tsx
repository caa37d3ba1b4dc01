import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type SyntheticEvent } from 'react';
import { useAddressParameters } from '../../shared/address/use-address.ts';
import { asApiError, problemText, type ApiError } from '../../shared/api/api-error.ts';
import { rest } from '../../shared/api/rest.ts';
import { HiddenUserName } from '../../shared/parts/hidden-user-name.tsx';
import { useServices, useSession } from '../../shared/services.tsx';
import { Entrance } from './entrance.tsx';
import classes from './entrance.module.css';
import { passwordRules } from './password-rules.ts';

/** What a one-time link says; its token is taken out of the address so that it stays in no history. */
const token = location.pathname === '/setup' ? location.hash.slice(1) : '';
if (token !== '') history.replaceState(history.state, '', `${location.pathname}${location.search}`);
// A browser that is on this page already does not load it again for another link.
addEventListener('hashchange', () => {
  if (location.pathname === '/setup' && location.hash !== '') location.reload();
});

/** Sets a user's password with the token of a one-time link: that of the first administrator, or one made for a user. */
export function SetupPage() {
  const { user: username = 'admin' } = useAddressParameters();
  const [done, setDone] = useState(false);
  useEffect(() => {
    document.title = 'Choose a password · Patronus';
  }, []);
  return (
    <Entrance title={done ? 'The password is set.' : `Choose the password of “${username}”`}>
      {token === '' && (
        <Alert color="orange">This link holds no token. Open the whole link that the controller printed.</Alert>
      )}
      {done ? <Done username={username} /> : <PasswordForm username={username} onDone={() => setDone(true)} />}
    </Entrance>
  );
}

function PasswordForm({ username, onDone }: { username: string; onDone: () => void }) {
  const { session } = useServices();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const ready = passwordRules.every((rule) => rule.met(password)) && password === again && !busy;
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await rest('POST', '/auth/setup', { body: { token, password, ...(needsCode ? { code } : {}) } });
      // With a code it was used up; then they sign in by hand.
      if (!needsCode) await session.signIn({ username, password }).catch(() => undefined);
      onDone();
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.code === 'mfa_required') setNeedsCode(true);
      else setProblem(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} style={{ display: 'grid', gap: 12 }}>
      <p className={classes.note}>The link works once.</p>
      <HiddenUserName name={username} />
      <PasswordInput
        label="Password"
        autoComplete="new-password"
        aria-describedby="rules"
        autoFocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Rules password={password} />
      <PasswordInput
        label="The same again"
        autoComplete="new-password"
        error={again !== '' && password !== again ? 'The two are not the same.' : null}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      {needsCode && (
        <TextInput
          label="Code of your authenticator app, or a recovery code"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
      )}
      {problem !== null && (
        <Alert color="red" role="alert">
          {problem}
        </Alert>
      )}
      <Button type="submit" disabled={!ready}>
        Set password
      </Button>
    </form>
  );
}

const Rules = ({ password }: { password: string }) => (
  <ul id="rules" className={classes.rules}>
    {passwordRules.map((rule) => (
      <li key={rule.text} data-met={rule.met(password)}>
        {rule.met(password) ? '✓' : '·'} {rule.text}
      </li>
    ))}
  </ul>
);

function Done({ username }: { username: string }) {
  const signedIn = useSession().kind === 'signed-in';
  return (
    <>
      <p role="status">{signedIn ? `You are signed in as ${username}.` : 'Sign in with it now.'}</p>
      <p className={classes.note}>
        On the command line: <code>npx patronus login {username}</code>
      </p>
      <Link to={signedIn ? '/' : '/sign-in'}>{signedIn ? 'Go to the overview' : 'Sign in'}</Link>
    </>
  );
}

const reasonOf = (error: ApiError): string =>
  error.problems.length > 0 ? error.problems.map(problemText).join(' ') : error.message;
