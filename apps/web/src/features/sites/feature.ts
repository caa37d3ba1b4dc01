import { IconBuilding } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Sites: the list, one of them, and adding one until its edge has joined. */
export const siteFeature: Feature = {
  pages: [
    { path: '/sites', load: async () => (await import('./site-list-page.tsx')).SiteListPage },
    { path: '/sites/new', load: async () => (await import('./new-site-page.tsx')).NewSitePage },
    { path: '/sites/$site', load: async () => (await import('./site-page.tsx')).SitePage },
  ],
  links: [{ label: 'Sites', path: '/sites', icon: IconBuilding }],
  commands: [{ label: 'Add a site', path: '/sites/new', operation: 'Mutation.createSite' }],
};
