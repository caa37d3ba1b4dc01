import { Button } from '@mantine/core';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useSession } from '../shared/services.tsx';
import { AccountButton } from './account-button.tsx';

const AccountMenuItems = lazy(async () => ({ default: (await import('./account-menu-items.tsx')).AccountMenuItems }));

/** The sign-in for who is not signed in, and a menu that is loaded when it is first opened. */
export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const session = useSession();
  const [wanted, setWanted] = useState(false);
  return (
    <>
      {session.kind === 'anonymous' && <SignInButton />}
      {wanted ? (
        <Suspense fallback={<AccountButton />}>
          <AccountMenuItems onHelp={onHelp} />
        </Suspense>
      ) : (
        <AccountButton aria-haspopup="menu" aria-expanded={false} onClick={() => setWanted(true)} />
      )}
    </>
  );
}

function SignInButton() {
  const navigate = useNavigate();
  const here = useRouterState({ select: ({ location }) => location.href });
  return (
    <Button size="xs" onClick={() => void navigate({ to: '/sign-in', search: { return: here } })}>
      Sign in
    </Button>
  );
}
