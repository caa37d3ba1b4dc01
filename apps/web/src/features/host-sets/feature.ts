import type { Feature } from '../../shared/feature.ts';

/** Host sets: prefixes and addresses that policies name together. */
export const hostSetFeature: Feature = {
  pages: [{ path: '/policies/host-sets', load: async () => (await import('./host-sets-page.tsx')).HostSetsPage }],
  commands: [{ label: 'Host sets', path: '/policies/host-sets' }],
};
