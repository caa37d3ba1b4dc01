import { IconRoute } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Paths: as a matrix, as a list, and one of them over time. */
export const pathFeature: Feature = {
  pages: [
    { path: '/paths', load: async () => (await import('./path-list-page.tsx')).PathListPage },
    { path: '/paths/$path', load: async () => (await import('./path-page.tsx')).PathPage },
  ],
  links: [{ label: 'Paths', path: '/paths', icon: IconRoute }],
  commands: [
    { label: 'Matrix of paths', path: '/paths?view=matrix' },
    { label: 'Paths that are down', path: '/paths?health=down' },
  ],
};
