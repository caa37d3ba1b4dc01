import type { PolicyAction, PolicyMatch } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { policyProblems } from './validate-policy.ts';

const fields = (match: PolicyMatch, action: PolicyAction = { type: 'steer' }) =>
  policyProblems({ match, action }).map(({ field }) => field);
const steer = (action: Omit<PolicyAction, 'type'>) => fields({}, { type: 'steer', ...action });

describe('a policy is accepted', () => {
  it('when it says nothing', () => expect(fields({})).toEqual([]));
  it('when it is voice as the lab has it', () => {
    const match: PolicyMatch = {
      anyOf: [{ protocol: 'udp', destinationPorts: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }],
    };
    const sla = { maxDelayMs: 150, maxJitterMs: 30, maxLossPercent: 1 };
    expect(fields(match, { type: 'steer', sla, prefer: ['mpls'] })).toEqual([]);
  });
  it('when ports inside any_of lean on the outer protocol', () => {
    expect(fields({ protocol: 'tcp', anyOf: [{ destinationPorts: [{ from: 80, to: 80 }] }] })).toEqual([]);
  });
});

describe('a policy is refused', () => {
  it.each<[string, PolicyMatch, string]>([
    [
      'with a port range the wrong way round',
      { protocol: 'udp', sourcePorts: [{ from: 9, to: 8 }] },
      'source_ports[0]',
    ],
    [
      'with a port over 65535',
      { protocol: 'udp', destinationPorts: [{ from: 9, to: 65_536 }] },
      'destination_ports[0]',
    ],
    ['with ports and no protocol', { destinationPorts: [{ from: 80, to: 80 }] }, 'protocol'],
    ['with ports and a protocol that has none', { protocol: 'icmp', sourcePorts: [{ from: 1, to: 2 }] }, 'protocol'],
    ['with a DSCP over 63', { dscp: [46, 64] }, 'dscp[1]'],
    ['with an exclusion of nothing', { not: {} }, 'not'],
    ['with ports excluded and no protocol', { not: { sourcePorts: [{ from: 1, to: 2 }] } }, 'not.protocol'],
    ['with a time that is none', { schedule: [{ from: '25:00' }] }, 'schedule[0].from'],
    ['with a time of the week that always is', { schedule: [{}] }, 'schedule[0]'],
    ['with an empty alternative', { anyOf: [{ dscp: [46] }, {}] }, 'any_of[1]'],
    [
      'with an alternative that can never match',
      { protocol: 'udp', anyOf: [{ protocol: 'tcp' }] },
      'any_of[0].protocol',
    ],
  ])('%s', (_name, match, field) => expect(fields(match)).toEqual([`match_conditions.${field}`]));

  it.each<[string, Omit<PolicyAction, 'type'>, string[]]>([
    ['with an SLA that bounds nothing', { sla: {} }, ['action.sla']],
    ['with a loss over 100 %', { sla: { maxLossPercent: 101 } }, ['action.sla.max_loss_percent']],
    ['with a figure that is none', { sla: { maxDelayMs: Number.NaN } }, ['action.sla.max_delay_ms']],
    ['with a label preferred and never used', { prefer: ['lte'], never: ['lte'] }, ['action.prefer']],
    ['with a label preferred and avoided', { prefer: ['lte'], avoid: ['lte'] }, ['action.prefer']],
    ['with a label twice', { prefer: ['mpls', 'mpls'] }, ['action.prefer']],
    ['with an empty label', { avoid: [' '] }, ['action.avoid']],
    ['with a weight of nothing', { weights: [{ label: 'lte', weight: 0 }] }, ['action.weights[0].weight']],
    ['with half a weight', { weights: [{ label: 'lte', weight: 1.5 }] }, ['action.weights[0].weight']],
    [
      'with a weight the kernel cannot hold',
      { weights: [{ label: 'lte', weight: 256 }] },
      ['action.weights[0].weight'],
    ],
  ])('%s', (_name, action, expected) => expect(steer(action)).toEqual(expected));

  it.each<[string, PolicyAction, string[]]>([
    ['breaks out by no label', { type: 'breakout', breakout: { labels: [] } }, ['action.breakout.labels']],
    ['does not say how it breaks out', { type: 'breakout' }, ['action.breakout']],
    ['breaks out and prefers', { type: 'breakout', breakout: { labels: ['lte'] }, prefer: ['lte'] }, ['action.prefer']],
    ['steers and breaks out', { type: 'steer', breakout: { labels: ['lte'] } }, ['action.breakout']],
    ['drops and sets a class of service', { type: 'drop', qosClass: 'bulk' }, ['action.qos_class']],
    ['drops and marks', { type: 'drop', setDscp: 46 }, ['action.set_dscp']],
    ['marks with what is no DSCP', { type: 'steer', setDscp: 64 }, ['action.set_dscp']],
    ['lets less than a packet through', { type: 'steer', rateLimitBps: 100 }, ['action.rate_limit_bps']],
  ])('when it %s', (_name, action, expected) => expect(fields({}, action)).toEqual(expected));
  it('when it drops and steers', () => {
    expect(fields({}, { type: 'drop', prefer: ['mpls'] })).toEqual(['action.prefer']);
  });
  it('with every problem at once', () => {
    expect(fields({ dscp: [99] }, { type: 'steer', sla: {}, prefer: ['a', 'a'] })).toHaveLength(3);
  });
});
