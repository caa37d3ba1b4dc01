import type { Address, Application, DomainPattern, Prefix } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { ApplicationIndex, type FlowFacts } from './application-index.ts';
import { catalogue } from './catalogue/index.ts';

const flow = (facts: Partial<FlowFacts>): FlowFacts => ({
  protocol: 'tcp',
  destinationPort: 443,
  destination: '192.0.2.1' as Address,
  serverNames: [],
  ...facts,
});

describe('the application of a flow', () => {
  const index = new ApplicationIndex(catalogue);
  it.each<[string, Partial<FlowFacts>, string | null]>([
    ['by the name of its server', { serverNames: ['eu1.salesforce.com'] }, 'salesforce'],
    ['by the closest of several patterns', { serverNames: ['outlook.office.com'] }, 'exchange-online'],
    ['by the name that was asked for before its alias', { serverNames: ['zoom.us', 'x.cloudfront.net'] }, 'zoom'],
    ['by its alias where the name says nothing', { serverNames: ['a.example.com', 'd1.cloudfront.net'] }, 'cloudfront'],
    [
      'by its prefix',
      { protocol: 'udp', destinationPort: 3479, destination: '52.115.1.1' as Address },
      'microsoft-teams',
    ],
    ['by its port', { destinationPort: 22 }, 'ssh'],
    ['by the narrowest range', { protocol: 'udp', destinationPort: 27_015 }, 'steam'],
    ['as unknown where it shows nothing', { serverNames: ['www.example.com'] }, null],
    ['as unknown where only the name resembles', { serverNames: ['evilzoom.us'] }, null],
  ])('is found %s', (_how, facts, name) => {
    expect(index.find(flow(facts))?.name ?? null).toBe(name);
  });

  it('with servers and ports needs both', () => {
    const erp: Application = {
      name: 'erp',
      title: 'ERP',
      category: 'custom',
      dscp: null,
      signatures: [
        {
          domains: ['erp.example.com' as DomainPattern],
          prefixes: ['10.1.0.0/28' as Prefix],
          ports: [{ protocol: 'tcp', from: 8000, to: 8009 }],
        },
      ],
    };
    const own = new ApplicationIndex([erp]);
    const found = (facts: Partial<FlowFacts>) => own.find(flow({ destinationPort: 8001, ...facts }))?.name;
    expect(found({ serverNames: ['erp.example.com'] })).toBe('erp');
    expect(found({ destination: '10.1.0.3' as Address })).toBe('erp');
    expect(found({ destination: '10.1.0.3' as Address, destinationPort: 80 })).toBeUndefined();
    expect(found({})).toBeUndefined();
  });
});
