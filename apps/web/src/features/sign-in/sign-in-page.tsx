import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type SyntheticEvent } from 'react';
import { useAddressParameters } from '../../shared/address/use-address.ts';
import { asApiError } from '../../shared/api/api-error.ts';
import { useServices, useSession } from '../../shared/services.tsx';
import { Entrance } from './entrance.tsx';
import classes from './entrance.module.css';
import { passkeysWork, signInByPasskey } from './passkey.ts';
import { SingleSignOn } from './single-sign-on.tsx';
import { useSetupPending } from './use-setup-pending.ts';
import { useSignInWays } from './use-sign-in-ways.ts';

/** Name and password, then a code where one is wanted; or a passkey, or single sign-on. Leads back to where one came from. */
export function SignInPage() {
  const { session } = useServices();
  const [problem, setProblem] = useState<string | null>(null);
  const [needsCode, setNeedsCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const pending = useSetupPending();
  const ways = (useSignInWays() ?? []).filter(({ kind }) => kind !== 'passkey' || passkeysWork());
  const isOpen = (kind: string) => ways.some((way) => way.kind === kind);
  const returnTo = useReturn();
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.code === 'mfa_required') setNeedsCode(true);
      else setProblem(error.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Entrance title={pending ? 'Welcome' : 'Sign in'}>
      {pending ? (
        <FirstRun />
      ) : (
        <>
          {isOpen('password') && (
            <PasswordForm
              needsCode={needsCode}
              busy={busy}
              onSubmit={(credentials) => attempt(() => session.signIn(credentials))}
            />
          )}
          {problem !== null && (
            <Alert color="red" role="alert">
              {problem}
            </Alert>
          )}
          {isOpen('passkey') && (
            <>
              <span className={classes.or}>or</span>
              <Button
                variant="default"
                leftSection={<IconFingerprint size={18} />}
                disabled={busy}
                onClick={() => void attempt(() => signInByPasskey(session))}
              >
                Use a passkey
              </Button>
            </>
          )}
          {isOpen('password') && !isOpen('passkey') && ways.length > 1 && <span className={classes.or}>or</span>}
          {ways
            .filter(({ kind }) => kind === 'oidc')
            .map((way) => (
              <SingleSignOn key={way.name} way={way} returnTo={returnTo} />
            ))}
        </>
      )}
    </Entrance>
  );
}

interface PasswordFormProps {
  readonly needsCode: boolean;
  readonly busy: boolean;
  readonly onSubmit: (credentials: { username: string; password: string; code?: string }) => Promise<void>;
}

function PasswordForm({ needsCode, busy, onSubmit }: PasswordFormProps) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void onSubmit({ username, password, ...(code === '' ? {} : { code }) });
  };
  return (
    <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
      <TextInput
        label="User name"
        type="text"
        autoComplete="username"
        autoFocus
        required
        withAsterisk={false}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {needsCode && (
        <TextInput
          label="Code"
          description="Of your authenticator app, or a recovery code"
          autoComplete="one-time-code"
          autoFocus
          required
          withAsterisk={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
      )}
      <Button type="submit" loading={busy} mt={4}>
        Sign in
      </Button>
    </form>
  );
}

/** Where the controller has no administrator yet. */
const FirstRun = () => (
  <>
    <p>This controller has no administrator yet.</p>
    <p className={classes.note}>
      Open the one-time link that it printed at its start, on the line “first sign-in”, and choose a password there. It
      is good until it is used, or the controller starts again.
    </p>
  </>
);

/** Once signed in, goes to where one came from, which it tells; to an address of this page only. */
function useReturn(): string {
  const session = useSession();
  const navigate = useNavigate();
  const { return: wanted = '/' } = useAddressParameters();
  const returnTo = wanted.startsWith('/') && !wanted.startsWith('//') ? wanted : '/';
  useEffect(() => {
    document.title = 'Sign in · Patronus';
    if (session.kind === 'signed-in') void navigate({ href: returnTo, replace: true });
  }, [session.kind, navigate, returnTo]);
  return returnTo;
}
