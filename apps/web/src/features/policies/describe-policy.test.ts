import { describe, expect, it } from 'vitest';
import * as words from './describe-policy.ts';
import type { Action, Conditions, Match } from './policy-documents.ts';

const any: Conditions = {
  source_sites: null,
  destination_sites: null,
  source_site_tags: null,
  destination_site_tags: null,
  source_host_sets: null,
  destination_host_sets: null,
  source_prefixes: null,
  destination_prefixes: null,
  protocol: null,
  source_ports: null,
  destination_ports: null,
  dscp: null,
  applications: null,
  application_categories: null,
  domains: null,
  schedule: null,
};
const match = (given: Partial<Match>): Match => ({ ...any, not: null, any_of: null, ...given });
const action = (given: Partial<Action>): Action => ({
  type: 'steer',
  sla: null,
  prefer: null,
  avoid: null,
  never: null,
  weights: null,
  breakout: null,
  duplicate: null,
  qos_class: null,
  set_dscp: null,
  rate_limit_bps: null,
  log: null,
  ...given,
});

const names: Readonly<Record<string, string>> = { '0-1': 'hq', '0-2': 'branch' };
const nameOf = (id: string): string => names[id] ?? id;
const matchText = (given: Match) => words.matchText(given, nameOf);
const actionParts = (given: Action) => words.actionParts(given, nameOf);

describe('a policy in words', () => {
  it('says what it matches', () => {
    expect(matchText(match({}))).toBe('everything');
    const call = { ...any, not: null, protocol: 'udp', destination_ports: [{ from: 16_384, to: 32_767 }] };
    const marked = { ...any, not: null, dscp: [46] };
    expect(matchText(match({ any_of: [call, marked] }))).toBe('UDP to port 16384–32767, or DSCP 46 (EF)');
    const web = match({ source_sites: ['0-1', '0-2'], protocol: 'tcp', destination_ports: [{ from: 443, to: 443 }] });
    expect(matchText(web)).toBe('TCP from hq or branch to port 443');
    expect(matchText(match({ not: { ...any, protocol: 'icmp' } }))).toBe('everything except ICMP');
    const nights = [{ days: ['mon', 'tue'], from: '22:00', to: '06:00' }];
    expect(matchText(match({ schedule: nights }))).toBe('at mon, tue 22:00–06:00');
  });

  it('says what becomes of the traffic', () => {
    expect(actionParts(action({}))).toEqual(['the best path']);
    expect(actionParts(action({ type: 'drop' }))).toEqual(['dropped at the first edge']);
    const sla = {
      max_delay_ms: 150,
      max_jitter_ms: null,
      max_loss_percent: 1,
      max_reordering_percent: null,
      max_duplication_percent: null,
      min_mos: null,
    };
    expect(actionParts(action({ prefer: ['mpls', 'lte'], never: ['satellite'], sla }))).toEqual([
      'prefers mpls then lte',
      'never satellite',
      'within 150 ms delay, 1 % loss',
    ]);
    expect(actionParts(action({ duplicate: true, qos_class: 'voice' }))).toEqual([
      'each packet over two paths',
      'in class voice',
    ]);
    const breakout = { labels: ['broadband', 'lte'], fallback_site: '0-1' };
    expect(actionParts(action({ type: 'breakout', breakout }))).toEqual([
      'straight to the Internet by broadband else lte',
      'else through hq',
    ]);
  });
});
