import { Alert, Button, Skeleton, TextInput } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { useAddress } from '../../shared/address/use-address.ts';
import { useApiMutation, useApiQuery, type Outcome } from '../../shared/api/use-api.ts';
import { Ago } from '../../shared/figures/time.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { showError } from '../../shared/parts/toasts.ts';
import { useSession } from '../../shared/services.tsx';
import {
  approveDeviceSignIn,
  deviceSignInQuery,
  refuseDeviceSignIn,
  type DeviceSignIn,
} from './device-sign-in-documents.ts';
import classes from './device-sign-in-page.module.css';

const title = 'Sign a command line in';

/** Where `patronus login --browser` sends people: they look at the code of their terminal, and approve or refuse it. */
export function DeviceSignInPage() {
  const session = useSession();
  const [code, setCode] = useAddress('code');
  if (session.kind !== 'signed-in') return <SignInNeeded title={title} purpose="Signing a command line in" />;
  return (
    <Page title={title}>
      <div className={classes.narrow}>
        <Panel>
          <div className={classes.content}>
            {code === '' ? <CodeForm onCode={setCode} /> : <Asked key={code} code={code} onCode={setCode} />}
          </div>
        </Panel>
      </div>
    </Page>
  );
}

/** For those who opened the page by hand, or mistyped. */
function CodeForm({ onCode }: { onCode: (code: string) => void }) {
  const [typed, setTyped] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (typed.trim() !== '') onCode(typed.trim().toUpperCase());
  };
  return (
    <form onSubmit={submit} className={classes.content}>
      <TextInput
        label="The code that your terminal shows"
        description={
          <>
            It comes from <code>patronus login --browser</code>.
          </>
        }
        placeholder="WDJB-MJHT"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={20}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <div className={classes.buttons}>
        <Button type="submit">Go on</Button>
      </div>
    </form>
  );
}

/** Shows who waits with a code, until it is decided. */
function Asked({ code, onCode }: { code: string; onCode: (code: string) => void }) {
  const { data, error } = useApiQuery(deviceSignInQuery, { code }, { once: true });
  const [decided, setDecided] = useState<'approved' | 'refused' | null>(null);
  if (decided !== null) return <Decided decision={decided} machine={data?.deviceSignIn.machine ?? null} />;
  if (error !== null) {
    return (
      <>
        <Alert color="red" role="alert">
          {error.problems[0] === undefined ? error.message : `“${code}” ${error.problems[0].problem}.`}
        </Alert>
        <CodeForm onCode={onCode} />
      </>
    );
  }
  if (data === null) return <Skeleton height={220} aria-label="Loading" />;
  return <Question request={data.deviceSignIn} onDecided={setDecided} />;
}

interface QuestionProps {
  readonly request: DeviceSignIn;
  readonly onDecided: (decision: 'approved' | 'refused') => void;
}

function Question({ request, onDecided }: QuestionProps) {
  const session = useSession();
  const [approve, approving] = useApiMutation(approveDeviceSignIn);
  const [refuse, refusing] = useApiMutation(refuseDeviceSignIn);
  const { user_code: code, machine, address, requested_at: at } = request;
  const decide = async (asked: Promise<Outcome<unknown>>, decision: 'approved' | 'refused') => {
    const outcome = await asked;
    if (outcome.ok) onDecided(decision);
    else showError(outcome.error);
  };
  return (
    <>
      {session.kind === 'signed-in' && (
        <p>
          A command line asks to be signed in as <strong>{session.user.username}</strong>, with all that this account
          may do ({session.user.role}).
        </p>
      )}
      <p className={classes.code} aria-label="Code">
        {code}
      </p>
      <Facts of={{ 'Machine, by its own word': machine ?? 'not told', 'Asks from': address, Asked: <Ago at={at} /> }} />
      <Alert color="orange">
        <p>
          <strong>Is this the code on your own terminal?</strong>
        </p>
        <p>
          Go on only if you have run <code>patronus login --browser</code> yourself just now and it shows this very
          code. If somebody sent you this link or code, refuse: they would be signed in as you.
        </p>
      </Alert>
      <div className={classes.buttons}>
        <Button loading={approving} disabled={refusing} onClick={() => void decide(approve({ code }), 'approved')}>
          Sign it in
        </Button>
        <Button
          variant="default"
          loading={refusing}
          disabled={approving}
          onClick={() => void decide(refuse({ code }), 'refused')}
        >
          Refuse
        </Button>
      </div>
    </>
  );
}

function Decided({ decision, machine }: { decision: 'approved' | 'refused'; machine: string | null }) {
  const where = machine === null ? 'The command line' : `The command line on ${machine}`;
  return (
    <Alert color={decision === 'approved' ? 'green' : 'gray'} role="status">
      {decision === 'approved'
        ? `${where} is being signed in; it says so itself within seconds. You can close this page. It is among the sessions of your account, where you can end it.`
        : `${where} was refused, and was not signed in. You can close this page.`}
    </Alert>
  );
}
