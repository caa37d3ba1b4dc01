import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from './search-text.ts';

describe('the address bar', () => {
  it('holds text as people write it, and gives it back', () => {
    const text = stringifySearch({ sort: '-loss', from: '-1h', search: 'a b&c' });
    expect(text).toBe('?sort=-loss&from=-1h&search=a+b%26c');
    expect(parseSearch(text)).toEqual({ sort: '-loss', from: '-1h', search: 'a b&c' });
  });

  it('is plain for the plain view', () => {
    expect(stringifySearch({ sort: '', site: undefined })).toBe('');
  });
});
