import { Button } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import type { SignInWay } from './use-sign-in-ways.ts';

/** What the controller takes as a page to come back to; others are none of its own. */
const ownPage = /^\/(?![/\\])[!-~]{0,499}$/;

/** Sends the browser to a service of single sign-on, and back to a page of this one. */
export function SingleSignOn({ way, returnTo }: { way: SignInWay; returnTo: string }) {
  const back = encodeURIComponent(ownPage.test(returnTo) ? returnTo : '/');
  return (
    <Button
      component="a"
      href={`${way.start_path}?return_to=${back}`}
      variant="default"
      leftSection={<IconLogin2 size={18} />}
    >
      Sign in with {way.name}
    </Button>
  );
}
