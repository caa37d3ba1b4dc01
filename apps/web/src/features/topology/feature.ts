import { IconTopologyStar3 } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Sites and the paths between them, drawn. */
export const topologyFeature: Feature = {
  pages: [{ path: '/topology', load: async () => (await import('./topology-page.tsx')).TopologyPage }],
  links: [{ label: 'Topology', path: '/topology', icon: IconTopologyStar3 }],
};
