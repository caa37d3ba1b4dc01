import { describe, expect, it } from 'vitest';
import {
  parseDscp,
  parseDuration,
  parseInteger,
  parsePercent,
  parsePlace,
  parsePortRange,
  parseRate,
  parseWord,
  repeatable,
} from './units.ts';

describe('durations', () => {
  it.each([
    ['20ms', 20],
    ['1.5s', 1500],
    ['150us', 0.15],
    ['2m', 120_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0', 0],
    [' 10 ms ', 10],
  ])('reads %s as %d ms', (text, ms) => expect(parseDuration(text)).toBeCloseTo(ms));

  it.each(['20', 'ms', '-5ms', '20 parsec', '', '1e3ms', 'NaN'])('refuses %j and says how to write one', (text) => {
    expect(() => parseDuration(text)).toThrow(/with its unit, such as 20ms/);
  });
});

describe('shares', () => {
  it('are percent', () => expect([parsePercent('1%'), parsePercent('0.5%'), parsePercent('0')]).toEqual([1, 0.5, 0]));

  it.each(['1', '101%', '-1%', '0.01'])('refuses %j', (text) => expect(() => parsePercent(text)).toThrow(/sign/));
});

describe('rates', () => {
  it('are bit/s, in any case', () => {
    expect([parseRate('512kbit'), parseRate('10Mbit'), parseRate('1gbit/s')]).toEqual([512_000, 10_000_000, 1e9]);
  });

  it.each(['10', '10mbps', '0mbit', '10mb'])('refuses %j', (text) => expect(() => parseRate(text)).toThrow(/in bits/));
});

describe('ports, DSCP and words', () => {
  it('reads one port or a range', () => {
    expect(parsePortRange('5201')).toEqual({ from: 5201, to: 5201 });
    expect(parsePortRange('16384-32767')).toEqual({ from: 16_384, to: 32_767 });
  });

  it.each(['0', '70000', '200-100', 'http'])('refuses the port %j', (text) => {
    expect(() => parsePortRange(text)).toThrow(/1 to 65535/);
  });

  it('reads DSCP by number and by name', () => {
    expect(['46', 'ef', 'cs5', 'af41', 'AF11'].map(parseDscp)).toEqual([46, 46, 40, 34, 10]);
    expect(() => parseDscp('64')).toThrow(/0 to 63/);
  });

  it('collects a repeated option, also from one list', () => {
    const ports = repeatable(parsePortRange);
    expect(ports('443,8443', ports('80', undefined)).map(({ from }) => from)).toEqual([80, 443, 8443]);
  });

  it('reads a place as degrees north and east', () => {
    expect(parsePlace('-33.92, 18.42')).toEqual([-33.92, 18.42]);
    for (const text of ['48', '48,', '91,0', '0,181', '1,2,3']) expect(() => parsePlace(text)).toThrow(/degrees/);
  });

  it('bounds whole numbers and words', () => {
    expect(parseInteger(0, 10)('10')).toBe(10);
    expect(() => parseInteger(0, 10)('11')).toThrow(/0 to 10/);
    expect(() => parseInteger(0, 10)('1.5')).toThrow(/whole number/);
    expect(parseWord(['in', 'out'])('OUT')).toBe('out');
    expect(() => parseWord(['in', 'out'])('up')).toThrow('Write one of in, out.');
  });
});
