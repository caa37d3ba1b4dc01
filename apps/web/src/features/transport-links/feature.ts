import type { Feature } from '../../shared/feature.ts';

/** Transport links: which labels of uplinks reach each other, and so which paths there are. */
export const transportLinkFeature: Feature = {
  pages: [
    {
      path: '/paths/transport-links',
      load: async () => (await import('./transport-links-page.tsx')).TransportLinksPage,
    },
  ],
  commands: [{ label: 'Transport links', path: '/paths/transport-links' }],
};
