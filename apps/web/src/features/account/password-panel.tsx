import { Button, PasswordInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { graphql } from '../../shared/api/graphql.ts';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { HiddenUserName } from '../../shared/parts/hidden-user-name.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { useServices } from '../../shared/services.tsx';
import classes from './account.module.css';

const changePassword = graphql(`
  mutation ChangePassword($current: String!, $next: String!) {
    changePassword(current_password: $current, new_password: $next) {
      expires_in
    }
  }
`);

const blank = { current_password: '', new_password: '' };

/** A new password; all sessions end with the old one, and this page opens a new one. */
export function PasswordPanel({ username }: { username: string }) {
  const [open, setOpen] = useState(false);
  const change = (
    <Button variant="default" size="xs" onClick={() => setOpen(true)}>
      Change
    </Button>
  );
  return (
    <Panel title="Password" aside={!open && change}>
      {open ? (
        <PasswordForm username={username} onClose={() => setOpen(false)} />
      ) : (
        <p className={classes.note}>A new password ends all your sessions but this one.</p>
      )}
    </Panel>
  );
}

function PasswordForm({ username, onClose }: { username: string; onClose: () => void }) {
  const { session } = useServices();
  const navigate = useNavigate();
  const [change] = useApiMutation(changePassword);
  const signInAgain = async (password: string) => {
    try {
      await session.signIn({ username, password });
    } catch {
      // A second factor is asked for: its code is given at the sign-in.
      await session.check();
      void navigate({ to: '/sign-in', search: { return: '/account' } });
    }
  };
  const form = useApiForm({
    initial: blank,
    submit: async ({ current_password: current, new_password: next }: typeof blank) => {
      const outcome = await change({ current, next });
      if (outcome.ok) await signInAgain(next);
      return outcome;
    },
    onDone: () => {
      showDone('The password was changed.');
      onClose();
    },
  });
  return (
    <div className={classes.narrow}>
      <Form form={form} action="Change the password" onCancel={onClose}>
        <HiddenUserName name={username} />
        <PasswordInput
          label="Password now"
          autoComplete="current-password"
          autoFocus
          {...form.text('current_password')}
        />
        <PasswordInput
          label="New password"
          description="At least 12 characters: upper and lower case, a digit, and a sign"
          autoComplete="new-password"
          {...form.text('new_password')}
        />
      </Form>
    </div>
  );
}
