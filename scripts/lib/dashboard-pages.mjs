/**
 * The pages of the dashboard that `npm run screenshots` takes pictures of. `path` may hold `$path`, `$person` and `$sink`, ids
 * of the lab's; `first` does something on the page before its picture is taken. `of: 'new'` are those of a controller that
 * has nothing yet, seen by nobody in particular: there `$setup` is its one-time link.
 *
 * @type {{ name: string, path: string, of?: 'new', first?: (page: import('playwright-core').Page) => Promise<unknown> }[]}
 */
export const dashboardPages = [
  { name: 'setup', of: 'new', path: '$setup' },
  { name: 'sign-in', of: 'new', path: '/sign-in' },
  { name: 'first-site', of: 'new', path: '/' },
  { name: 'no-traffic', of: 'new', path: '/traffic' },
  { name: 'overview', path: '/' },
  { name: 'topology', path: '/topology' },
  { name: 'topology-site', path: '/topology?chosen=site:branch' },
  { name: 'map', path: '/topology?view=map' },
  { name: 'sites', path: '/sites' },
  { name: 'site', path: '/sites/branch?from=-5m' },
  { name: 'new-site', path: '/sites/new' },
  { name: 'paths', path: '/paths' },
  { name: 'matrix', path: '/paths?view=matrix' },
  { name: 'path', path: '/paths/$path?from=-5m' },
  { name: 'transport-links', path: '/paths/transport-links' },
  { name: 'policies', path: '/policies' },
  { name: 'host-sets', path: '/policies/host-sets' },
  { name: 'classes', path: '/policies/classes' },
  { name: 'policy', path: '/policies/2?from=-5m' },
  { name: 'policy-editor', path: '/policies/2/edit' },
  { name: 'explain', path: '/policies/explain?source=branch&destination=hq&protocol=udp&destination_port=16400' },
  { name: 'traffic', path: '/traffic?from=-5m' },
  { name: 'traffic-applications', path: '/traffic?by=application&from=-5m' },
  // A rate needs two looks at the counters.
  {
    name: 'flows',
    path: '/flows',
    first: (page) =>
      page
        .getByText(/ [kM]bit\/s/)
        .first()
        .waitFor(),
  },
  { name: 'sla', path: '/sla' },
  { name: 'applications', path: '/applications' },
  { name: 'application', path: '/applications/microsoft-teams' },
  { name: 'application-editor', path: '/applications/new' },
  { name: 'events', path: '/events' },
  { name: 'lab', path: '/lab' },
  { name: 'audit', path: '/audit' },
  { name: 'sinks', path: '/event-sinks' },
  { name: 'sink', path: '/event-sinks/$sink' },
  { name: 'people', path: '/people' },
  { name: 'person', path: '/people/$person' },
  { name: 'keys', path: '/keys' },
  { name: 'settings', path: '/settings' },
  { name: 'account', path: '/account' },
  { name: 'device', path: '/sign-in/device' },
  { name: 'keyboard', path: '/', first: showKeys },
  {
    name: 'palette',
    path: '/',
    first: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('branch');
    },
  },
];

async function showKeys(page) {
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
}
