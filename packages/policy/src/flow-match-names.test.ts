import type { Address, Application, DomainPattern, MatchConditions } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { matchFlow, placeFlow } from './flow-match.ts';

const erp: Application = {
  name: 'erp',
  title: 'ERP',
  category: 'business',
  dscp: null,
  signatures: [{ domains: ['*.erp.example.com' as DomainPattern], ports: [{ protocol: 'tcp', from: 443, to: 443 }] }],
};
const world = { sites: [], hostSets: [], applications: [erp] };
const holds = (match: MatchConditions, serverNames: readonly string[], destinationPort = 443): boolean => {
  const ends = { source: '10.1.0.9' as Address, destination: '10.2.0.9' as Address };
  const flow = { ...ends, protocol: 'tcp', sourcePort: null, destinationPort, dscp: 0, serverNames } as const;
  return matchFlow(match, placeFlow(flow, world, 0), world).holds;
};

describe('a flow', () => {
  it('shows an application by the name of its server and its port', () => {
    expect(holds({ applications: ['erp'] }, ['a.erp.example.com'])).toBe(true);
    expect(holds({ applications: ['erp'] }, ['a.erp.example.com'], 80)).toBe(false);
    expect(holds({ applications: ['erp'] }, [])).toBe(false);
    expect(holds({ applicationCategories: ['business'] }, ['a.erp.example.com'])).toBe(true);
    expect(holds({ applicationCategories: ['email'] }, ['a.erp.example.com'])).toBe(false);
  });

  it('meets a domain by any name of its server', () => {
    const domains = ['*.example.com' as DomainPattern];
    expect(holds({ domains }, ['cdn.example.net', 'a.example.com'])).toBe(true);
    expect(holds({ domains }, ['evilexample.com'])).toBe(false);
  });
});
