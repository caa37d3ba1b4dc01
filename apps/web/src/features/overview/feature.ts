import { IconLayoutDashboard } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Is everything well; if not, what. */
export const overviewFeature: Feature = {
  pages: [{ path: '/', load: async () => (await import('./overview-page.tsx')).OverviewPage }],
  links: [{ label: 'Overview', path: '/', icon: IconLayoutDashboard }],
};
