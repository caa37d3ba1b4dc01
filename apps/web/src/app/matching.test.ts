import { describe, expect, it } from 'vitest';
import { matching } from './matching.ts';

const commands = [
  { kind: 'Page', label: 'Topology', path: '/topology' },
  { kind: 'Site', label: 'hq', path: '/sites/hq' },
  { kind: 'Path', label: 'hq → branch mpls', path: '/paths/1' },
  { kind: 'Path', label: 'branch → hq mpls', path: '/paths/2' },
];
const labels = (text: string) => matching(commands, text).map(({ label }) => label);

describe('the command palette', () => {
  it('shows all before anything is typed', () => expect(labels('')).toHaveLength(4));

  it('finds what holds every word, in any order and case', () => {
    expect(labels('MPLS bran')).toEqual(['hq → branch mpls', 'branch → hq mpls']);
  });

  it('puts first what begins with the text', () => {
    expect(labels('branch')[0]).toBe('branch → hq mpls');
  });

  it('finds by kind', () => expect(labels('site')).toEqual(['hq']));
});
