import { describe, expect, it } from 'vitest';
import { parsePort, portText, signatureText } from './signature-text.ts';

describe('how an application is recognised, in words', () => {
  it('reads ports as people type them', () => {
    expect(['tcp/443', ' UDP 3478–3481 ', '8080', 'http'].map(parsePort)).toEqual([
      { protocol: 'tcp', from: 443, to: 443 },
      { protocol: 'udp', from: 3478, to: 3481 },
      { protocol: 'tcp', from: 8080, to: 8080 },
      null,
    ]);
    expect(portText({ protocol: 'udp', from: 3478, to: 3481 })).toBe('udp/3478-3481');
  });

  it('tells servers and ports, and counts what would be too long', () => {
    const ports = [{ protocol: 'tcp', from: 443, to: 443 }];
    expect(signatureText({ domains: ['a.example', 'b.example'], prefixes: [], ports })).toBe(
      'a.example, b.example on tcp/443',
    );
    expect(signatureText({ domains: ['a', 'b', 'c', 'd', 'e'], prefixes: [], ports: [] })).toBe('a, b, c and 2 more');
    expect(signatureText({ domains: [], prefixes: [], ports })).toBe('tcp/443');
  });
});
