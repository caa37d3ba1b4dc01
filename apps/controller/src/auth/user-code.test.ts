import { describe, expect, it } from 'vitest';
import { newUserCode, plainUserCode, shownUserCode } from './user-code.ts';

describe('a user code', () => {
  it('is eight letters of the alphabet of RFC 8628, section 6.1, each of which occurs', () => {
    const codes = Array.from({ length: 500 }, newUserCode);
    expect(codes.filter((code) => !/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/.test(code))).toEqual([]);
    expect(new Set(codes.join('')).size).toBe(20);
  });

  it.each(['WDJB-MJHT', 'wdjbmjht', ' wdjb mjht ', 'W.D.J.B.M.J.H.T'])('is read however it was typed: %s', (typed) => {
    expect(shownUserCode(plainUserCode(typed))).toBe('WDJB-MJHT');
  });

  it.each(['', 'WDJB-MJH', 'WDJB-MJHTX', 'WDJA-MJHT', 'WDJB-MJH7'])('cannot be %j', (typed) => {
    expect(() => plainUserCode(typed)).toThrow(/code: is not the code of a sign-in; write it as the terminal shows it/);
  });
});
