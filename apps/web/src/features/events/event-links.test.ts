import { describe, expect, it } from 'vitest';
import { eventLinks } from './event-links.ts';

describe('the links of an event', () => {
  it('lead to its site, its path and its policy', () => {
    const links = eventLinks({ site: 'hq west', metadata: { path_id: 'p1', policy: 'voice & video' } });
    expect(links).toEqual([
      { label: 'hq west', path: '/sites/hq%20west' },
      { label: 'The path', path: '/paths/p1' },
      { label: 'Policy voice & video', path: '/policies?filter=voice%20%26%20video' },
    ]);
  });

  it('lead to the paths that traffic left and took', () => {
    const metadata = { from: [{ path_id: 'a', label: 'mpls' }], to: [{ path_id: 'b' }, { path_id: 'c' }] };
    expect(eventLinks({ site: null, metadata }).map(({ path }) => path)).toEqual(['/paths/a', '/paths/b', '/paths/c']);
  });

  it('are none where the event names nothing, or something else under these names', () => {
    expect(eventLinks({ site: null, metadata: { path_id: 7, from: 'mpls', to: [null, {}], policy: 3 } })).toEqual([]);
  });
});
