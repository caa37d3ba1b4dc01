import { useEffect, useState } from 'react';
import { rest } from '../../shared/api/rest.ts';

/** Whether the controller still waits for its first administrator. */
export function useSetupPending(): boolean {
  const [pending, setPending] = useState(false);
  useEffect(() => {
    rest<{ setup_pending: boolean }>('GET', '/auth/methods').then(
      (methods) => setPending(methods.setup_pending),
      () => undefined,
    );
  }, []);
  return pending;
}
