import { describe, expect, it } from 'vitest';
import { groupsOf } from './groups.ts';

const site = (name: string, location: string, ...tags: string[]) => ({ name, location, tags });

describe('groups of sites', () => {
  it('are first tags where most sites have some', () => {
    const groups = groupsOf([site('a', 'Graz, AT', 'shop'), site('b', 'Linz, AT', 'depot', 'shop'), site('c', '')]);
    expect([...groups.values()]).toEqual(['shop', 'depot', '']);
  });

  it('are else what ends the location, as the country', () => {
    expect([...groupsOf([site('a', 'Graz, AT'), site('b', 'Jena,DE', 'x'), site('c', '')]).values()]).toEqual([
      'AT',
      'DE',
      '',
    ]);
  });

  it('are one where there would be too many', () => {
    const sites = Array.from({ length: 30 }, (_, index) => site(`s${index}`, `Town ${index}`));
    expect(new Set(groupsOf(sites).values())).toEqual(new Set(['All sites']));
  });
});
