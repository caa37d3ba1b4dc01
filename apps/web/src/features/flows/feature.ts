import { IconArrowsExchange } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** What flows now: who talks most, and any flow by its addresses or server. */
export const flowFeature: Feature = {
  pages: [{ path: '/flows', load: async () => (await import('./flow-list-page.tsx')).FlowListPage }],
  links: [{ label: 'Flows', path: '/flows', icon: IconArrowsExchange }],
  commands: [
    { label: 'Top talkers', path: '/flows' },
    { label: 'Flows of applications that are not known', path: '/flows?unknown=yes' },
  ],
};
