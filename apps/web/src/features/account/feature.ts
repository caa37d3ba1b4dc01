import type { Feature } from '../../shared/feature.ts';

/** The user's own account: password, second factor, passkeys, sessions, keys. */
export const accountFeature: Feature = {
  pages: [{ path: '/account', load: async () => (await import('./account-page.tsx')).AccountPage }],
  commands: [{ label: 'Your account', path: '/account', operation: 'Query.account' }],
};
