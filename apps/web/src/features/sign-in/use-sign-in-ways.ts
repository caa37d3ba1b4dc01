import { useEffect, useState } from 'react';
import { rest } from '../../shared/api/rest.ts';

/** A way to sign in that is open here. */
export interface SignInWay {
  readonly kind: 'password' | 'passkey' | 'oidc';
  readonly name: string;
  /** Where the browser goes, for ways that lead elsewhere. */
  readonly start_path: string | null;
}

/** What every controller has unless it was told otherwise. */
const usual: readonly SignInWay[] = [
  { kind: 'password', name: 'Password', start_path: null },
  { kind: 'passkey', name: 'Passkey', start_path: null },
];

/** The ways to sign in here; null until the controller has told them. */
export function useSignInWays(): readonly SignInWay[] | null {
  const [ways, setWays] = useState<readonly SignInWay[] | null>(null);
  useEffect(() => {
    rest<{ items: readonly SignInWay[] }>('GET', '/auth/ways').then(
      ({ items }) => setWays(items),
      () => setWays(usual),
    );
  }, []);
  return ways;
}
