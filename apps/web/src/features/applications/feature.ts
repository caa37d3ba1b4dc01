import { IconApps } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Applications: what policies may name, and how its flows are recognised. */
export const applicationFeature: Feature = {
  pages: [
    { path: '/applications', load: async () => (await import('./application-list-page.tsx')).ApplicationListPage },
    { path: '/applications/new', load: async () => (await import('./application-form-page.tsx')).NewApplicationPage },
    {
      path: '/applications/$application/edit',
      load: async () => (await import('./application-form-page.tsx')).EditApplicationPage,
    },
    { path: '/applications/$application', load: async () => (await import('./application-page.tsx')).ApplicationPage },
  ],
  links: [{ label: 'Applications', path: '/applications', icon: IconApps }],
  commands: [{ label: 'Add an application', path: '/applications/new', operation: 'Mutation.createApplication' }],
};
