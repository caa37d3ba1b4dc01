import { Button } from '@mantine/core';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useSession } from '../services.tsx';
import { EmptyState } from './empty-state.tsx';
import { Page } from './page.tsx';
import { Panel } from './panel.tsx';

interface SignInNeededProps {
  /** Of the page. */
  readonly title: string;
  /** What is not shown, as the beginning of a sentence. */
  readonly purpose: string;
  /** Who may see it; absent: whoever is signed in. */
  readonly role?: string;
}

/** In place of a page that whoever uses it may not see: why, and what to do. */
export function SignInNeeded({ title, purpose, role }: SignInNeededProps) {
  const session = useSession();
  const navigate = useNavigate();
  const here = useRouterState({ select: ({ location }) => location.href });
  const who = role === undefined ? 'whoever is signed in' : `the role ${role}`;
  const signIn = (
    <Button onClick={() => void navigate({ to: '/sign-in', search: { return: here } })}>
      {session.kind === 'signed-in' ? 'Sign in as somebody else' : 'Sign in'}
    </Button>
  );
  return (
    <Page title={title}>
      <Panel>
        <EmptyState title={`${purpose} is for ${who}`} action={session.kind === 'unknown' ? undefined : signIn}>
          {session.kind === 'signed-in' && `You are signed in as ${session.user.username} (${session.user.role}).`}
        </EmptyState>
      </Panel>
    </Page>
  );
}
