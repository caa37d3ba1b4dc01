import type { Feature } from '../../shared/feature.ts';

/** Classes of service: who gets what of a line that is full. */
export const classFeature: Feature = {
  pages: [{ path: '/policies/classes', load: async () => (await import('./classes-page.tsx')).ClassesPage }],
  commands: [{ label: 'Classes of service', path: '/policies/classes' }],
};
