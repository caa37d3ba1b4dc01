import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ResultOf } from '../../shared/api/graphql.ts';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { CopyField } from '../../shared/parts/copy-field.tsx';
import { Form } from '../../shared/parts/form.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { beginTotp, confirmTotp, removeTotp, renewRecoveryCodes } from './account-documents.ts';
import classes from './account.module.css';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

type Setup = ResultOf<typeof beginTotp>['beginTotp'];

type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'password' }
  | { readonly kind: 'scan'; readonly setup: Setup }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  | { readonly kind: 'renew' }
  | { readonly kind: 'remove' };

/** Codes of an authenticator app (RFC 6238): set up by scanning, proven by a code, with recovery codes for when it is lost. */
export function TotpPanel({ isOn }: { isOn: boolean }) {
  const [step, setStep] = useState<Step>({ kind: 'idle' });
  const idle = () => setStep({ kind: 'idle' });
  const showCodes = (codes: readonly string[]) => setStep({ kind: 'codes', codes });
  const buttons = isOn ? (
    <>
      <Button variant="default" size="xs" onClick={() => setStep({ kind: 'renew' })}>
        New recovery codes
      </Button>
      <Button variant="default" size="xs" c="red" onClick={() => setStep({ kind: 'remove' })}>
        Switch off
      </Button>
    </>
  ) : (
    <Button size="xs" onClick={() => setStep({ kind: 'password' })}>
      Set up
    </Button>
  );
  return (
    <Panel title="Authenticator app" aside={step.kind === 'idle' && buttons}>
      {step.kind === 'idle' && (
        <p className={classes.note}>
          {isOn
            ? 'At each sign-in with your password you are asked for a code of your app.'
            : 'A code of an app on your phone, asked for at each sign-in, keeps out whoever has your password alone.'}
        </p>
      )}
      {step.kind === 'password' && <BeginForm onBegun={(setup) => setStep({ kind: 'scan', setup })} onCancel={idle} />}
      {step.kind === 'scan' && <ScanForm setup={step.setup} onDone={showCodes} onCancel={idle} />}
      {step.kind === 'codes' && <RecoveryCodes codes={step.codes} onDone={idle} />}
      {step.kind === 'renew' && <RenewForm onDone={showCodes} onCancel={idle} />}
      {step.kind === 'remove' && <RemoveForm onDone={idle} onCancel={idle} />}
    </Panel>
  );
}

function BeginForm({ onBegun, onCancel }: { onBegun: (setup: Setup) => void; onCancel: () => void }) {
  const [begin] = useApiMutation(beginTotp);
  const form = useApiForm({
    initial: { password: '' },
    submit: (values: { password: string }) => begin(values),
    onDone: (data) => onBegun(data.beginTotp),
  });
  return (
    <div className={classes.narrow}>
      <Form form={form} action="Go on" onCancel={onCancel}>
        <PasswordInput label="Your password" autoComplete="current-password" autoFocus {...form.text('password')} />
      </Form>
    </div>
  );
}

interface CodeStep {
  readonly onDone: (codes: readonly string[]) => void;
  readonly onCancel: () => void;
}

function ScanForm({ setup, onDone, onCancel }: CodeStep & { setup: Setup }) {
  const [confirm] = useApiMutation(confirmTotp);
  const form = useApiForm({
    initial: { code: '' },
    submit: (values: { code: string }) => confirm(values),
    onDone: (data) => onDone(data.confirmTotp.recovery_codes),
  });
  return (
    <div className={classes.setup}>
      <QrCode text={setup.uri} label="QR code for your authenticator app" />
      <div className={classes.steps}>
        <p>Scan this with your authenticator app, or type the secret into it:</p>
        <CopyField value={setup.secret} label="secret" />
        <Form form={form} action="Switch on" onCancel={onCancel}>
          <CodeField form={form} label="Then the code that the app shows" />
        </Form>
      </div>
    </div>
  );
}

function RenewForm({ onDone, onCancel }: CodeStep) {
  const [renew] = useApiMutation(renewRecoveryCodes);
  const form = useApiForm({
    initial: { code: '' },
    submit: (values: { code: string }) => renew(values),
    onDone: (data) => onDone(data.renewRecoveryCodes.recovery_codes),
  });
  return (
    <div className={classes.narrow}>
      <Form form={form} action="Make new codes" onCancel={onCancel}>
        <p className={classes.note}>The codes you have now work no more then.</p>
        <CodeField form={form} label="Code of your app" />
      </Form>
    </div>
  );
}

function RemoveForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const [remove] = useApiMutation(removeTotp);
  const form = useApiForm({
    initial: { code: '' },
    submit: (values: { code: string }) => remove(values),
    onDone: () => {
      showDone('No code is asked for at your sign-in any more.');
      onDone();
    },
  });
  return (
    <div className={classes.narrow}>
      <Form form={form} action="Switch off" onCancel={onCancel}>
        <CodeField form={form} label="Code of your app" />
      </Form>
    </div>
  );
}

const CodeField = ({
  form,
  label,
}: {
  form: ReturnType<typeof useApiForm<{ code: string }, unknown>>;
  label: string;
}) => (
  <TextInput
    label={label}
    inputMode="numeric"
    autoComplete="one-time-code"
    maxLength={6}
    autoFocus
    {...form.text('code')}
  />
);
