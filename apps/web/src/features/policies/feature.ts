import { IconListCheck } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Policies: which traffic takes which paths. */
export const policyFeature: Feature = {
  pages: [
    { path: '/policies', load: async () => (await import('./policy-list-page.tsx')).PolicyListPage },
    { path: '/policies/explain', load: async () => (await import('./explain-page.tsx')).ExplainPage },
    { path: '/policies/new', load: async () => (await import('./editor/policy-editor-page.tsx')).NewPolicyPage },
    {
      path: '/policies/$policy/edit',
      load: async () => (await import('./editor/policy-editor-page.tsx')).EditPolicyPage,
    },
    { path: '/policies/$policy', load: async () => (await import('./policy-page.tsx')).PolicyPage },
  ],
  links: [{ label: 'Policies', path: '/policies', icon: IconListCheck }],
  commands: [
    { label: 'Explain a flow', path: '/policies/explain' },
    { label: 'Add a policy', path: '/policies/new', operation: 'Mutation.createPolicy' },
  ],
};
