import { IconUsers } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Who may use the controller, and as what. */
export const peopleFeature: Feature = {
  pages: [
    { path: '/people', load: async () => (await import('./people-page.tsx')).PeoplePage },
    { path: '/people/$user', load: async () => (await import('./person-page.tsx')).PersonPage },
  ],
  links: [{ label: 'People', path: '/people', icon: IconUsers, operation: 'Query.users' }],
};
