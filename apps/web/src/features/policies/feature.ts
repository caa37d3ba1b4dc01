import { IconListCheck } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Policies: which traffic takes which paths. */
export const policyFeature: Feature = {
  pages: [{ path: '/policies', load: async () => (await import('./policy-list-page.tsx')).PolicyListPage }],
  links: [{ label: 'Policies', path: '/policies', icon: IconListCheck }],
};
