/**
 * The pages of the dashboard that `npm run screenshots` takes pictures of. `path` may hold `$path`, the id of a path of the
 * lab; `first` does something on the page before its picture is taken.
 *
 * @type {{ name: string, path: string, first?: (page: import('playwright-core').Page) => Promise<unknown> }[]}
 */
export const dashboardPages = [
  { name: 'overview', path: '/' },
  { name: 'topology', path: '/topology' },
  { name: 'topology-site', path: '/topology?chosen=site:branch' },
  { name: 'map', path: '/topology?view=map' },
  { name: 'sites', path: '/sites' },
  { name: 'site', path: '/sites/branch' },
  { name: 'new-site', path: '/sites/new' },
  { name: 'paths', path: '/paths' },
  { name: 'matrix', path: '/paths?view=matrix' },
  { name: 'path', path: '/paths/$path?from=-5m' },
  { name: 'policies', path: '/policies' },
  { name: 'policy', path: '/policies/2?from=-5m' },
  { name: 'policy-editor', path: '/policies/2/edit' },
  { name: 'explain', path: '/policies/explain?source=branch&destination=hq&protocol=udp&destination_port=16400' },
  { name: 'traffic', path: '/traffic?from=-5m' },
  { name: 'applications', path: '/applications' },
  { name: 'application', path: '/applications/microsoft-teams' },
  { name: 'events', path: '/events' },
  { name: 'lab', path: '/lab' },
  {
    name: 'palette',
    path: '/',
    first: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('branch');
    },
  },
];
