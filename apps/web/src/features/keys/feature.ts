import { IconKey } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Keys of programs, and keys by which edges join. */
export const keyFeature: Feature = {
  pages: [{ path: '/keys', load: async () => (await import('./keys-page.tsx')).KeysPage }],
  links: [{ label: 'Keys', path: '/keys', icon: IconKey, operation: 'Query.enrolmentKeys' }],
};
