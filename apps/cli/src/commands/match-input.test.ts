import { describe, expect, it } from 'vitest';
import { matchChanged, matchOf, parseWindow } from './match-input.ts';

describe('times of the week', () => {
  it.each([
    ['mon-fri/08:00-18:00', { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }],
    ['sat+sun', { days: ['sat', 'sun'] }],
    ['fri-mon', { days: ['fri', 'sat', 'sun', 'mon'] }],
    ['22:00-06:00', { from: '22:00', to: '06:00' }],
  ])('are read from %s', (text, window) => expect(parseWindow(text)).toEqual(window));

  it.each(['', '/', 'someday', 'mon-', 'mon-xxx', '8-18', 'mon/8:00-18:00'])('are refused as %j', (text) => {
    expect(() => parseWindow(text)).toThrow(/such as mon-fri/);
  });
});

describe('flags of a match', () => {
  it('say what is left out under `not`, and keep what they do not say', () => {
    const flags = matchOf({ sourceTag: ['retail'], notDestPrefix: ['10.0.0.0/8'] });
    expect(flags).toEqual({ source_site_tags: ['retail'], not: { destination_prefixes: ['10.0.0.0/8'] } });
    const had = { protocol: 'tcp', not: { dscp: [8] } };
    expect(matchChanged(flags, had)).toEqual({
      protocol: 'tcp',
      source_site_tags: ['retail'],
      not: { dscp: [8], destination_prefixes: ['10.0.0.0/8'] },
    });
    expect(matchChanged(matchOf({ notDscp: [] }), had)).toEqual({ protocol: 'tcp' });
  });
});
