import { expect, it } from 'vitest';
import { catalogue } from './catalogue/index.ts';
import { applicationOfProtocols, inspectedApplications } from './inspected-protocols.ts';

it('protocols mean applications that the catalogue has', () => {
  const known = new Set(catalogue.map(({ name }) => name));
  expect(inspectedApplications.filter((name) => !known.has(name))).toEqual([]);
});

it('the more special protocol decides, and one that says little leaves the flow unknown', () => {
  expect(applicationOfProtocols(['SIP', 'RTP'])).toBe('sip');
  expect(applicationOfProtocols(['Google', 'STUN'])).toBe('stun');
  expect(applicationOfProtocols(['TLS'])).toBeNull();
  expect(applicationOfProtocols(['toString'])).toBeNull();
  expect(applicationOfProtocols([])).toBeNull();
});
