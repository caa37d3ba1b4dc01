import { formatBitRate } from '../../shared/figures/format.ts';
import type { Action, Conditions, Match } from './policy-documents.ts';
import type { NameOf } from './use-names.ts';

/** DSCP code points that have names (RFC 2474, 2597, 3246, 5865, 8622). */
export const dscpNames: Readonly<Record<number, string>> = {
  1: 'LE',
  8: 'CS1',
  10: 'AF11',
  12: 'AF12',
  14: 'AF13',
  16: 'CS2',
  18: 'AF21',
  20: 'AF22',
  22: 'AF23',
  24: 'CS3',
  26: 'AF31',
  28: 'AF32',
  30: 'AF33',
  32: 'CS4',
  34: 'AF41',
  36: 'AF42',
  38: 'AF43',
  40: 'CS5',
  44: 'VA',
  46: 'EF',
  48: 'CS6',
  56: 'CS7',
};

/** `46 (EF)`, or the number alone where it has no name. */
export const dscpText = (code: number): string =>
  dscpNames[code] === undefined ? `${code}` : `${code} (${dscpNames[code]})`;

const listed = (values: readonly string[], last = 'or'): string =>
  values.length <= 1 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} ${last} ${values.at(-1)}`;

const has = <Value>(values: readonly Value[] | null | undefined): values is readonly Value[] =>
  values !== null && values !== undefined && values.length > 0;

/** What a match means, in the middle of a sentence: `UDP to port 16384–32767, or DSCP 46 (EF)`. */
export function matchText({ any_of: alternatives, ...clause }: Match, nameOf: NameOf): string {
  const own = clauseText(clause, nameOf);
  if (!has(alternatives)) return own === '' ? 'everything' : own;
  const either = alternatives.map((each) => clauseText(each, nameOf) || 'everything').join(', or ');
  return own === '' ? either : `${own}, and: ${either}`;
}

function clauseText({ not, ...conditions }: Conditions & { readonly not: Conditions | null }, nameOf: NameOf): string {
  const wanted = conditionsText(conditions, nameOf);
  if (not === null) return wanted;
  return `${wanted || 'everything'} except ${conditionsText(not, nameOf)}`;
}

function conditionsText(given: Conditions, nameOf: NameOf): string {
  const port = (ports: Conditions['source_ports']) =>
    has(ports) ? `port ${listed(ports.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)))}` : null;
  const end = (
    word: string,
    sites: Conditions['source_sites'],
    tags: Conditions['source_site_tags'],
    sets: Conditions['source_host_sets'],
    prefixes: Conditions['source_prefixes'],
    ports: Conditions['source_ports'],
  ) => {
    const parts = [
      has(sites) && listed(sites.map(nameOf)),
      has(tags) && `sites tagged ${listed(tags)}`,
      has(sets) && `hosts in ${listed(sets.map(nameOf))}`,
      has(prefixes) && listed(prefixes),
      port(ports),
    ].filter(Boolean);
    return parts.length > 0 && `${word} ${parts.join(', ')}`;
  };
  const { source_sites, source_site_tags, source_host_sets, source_prefixes, source_ports } = given;
  const { destination_sites, destination_site_tags, destination_host_sets, destination_prefixes } = given;
  return [
    given.protocol?.toUpperCase(),
    end('from', source_sites, source_site_tags, source_host_sets, source_prefixes, source_ports),
    end(
      'to',
      destination_sites,
      destination_site_tags,
      destination_host_sets,
      destination_prefixes,
      given.destination_ports,
    ),
    has(given.applications) && `of ${listed(given.applications)}`,
    has(given.application_categories) && `of the kind ${listed(given.application_categories)}`,
    has(given.domains) && `with ${listed(given.domains)}`,
    has(given.dscp) && `DSCP ${listed(given.dscp.map(dscpText))}`,
    has(given.schedule) && `at ${listed(given.schedule.map(windowText))}`,
  ]
    .filter(Boolean)
    .join(' ');
}

const windowText = ({ days, from, to }: NonNullable<Conditions['schedule']>[number]): string =>
  [has(days) ? days.join(', ') : 'all days', `${from ?? '00:00'}–${to ?? '24:00'}`].join(' ');

/** What becomes of the traffic, each part for itself: `prefers mpls`, `within 150 ms delay`. */
export function actionParts(action: Action, nameOf: NameOf): string[] {
  const { type, prefer, avoid, never, weights, breakout, set_dscp: dscp, rate_limit_bps: limit, log } = action;
  const parts: (string | false)[] = [
    type === 'drop' && 'dropped at the first edge',
    type === 'breakout' && has(breakout?.labels) && `straight to the Internet by ${listed(breakout.labels, 'else')}`,
    breakout?.fallback_site !== null &&
      breakout?.fallback_site !== undefined &&
      `else through ${nameOf(breakout.fallback_site)}`,
    has(prefer) && `prefers ${listed(prefer, 'then')}`,
    has(weights) && `shared ${weights.map(({ label, weight }) => `${label} ${weight}`).join(' : ')}`,
    has(avoid) && `avoids ${listed(avoid)}`,
    has(never) && `never ${listed(never)}`,
    slaText(action.sla),
    action.duplicate === true && 'each packet over two paths',
    action.qos_class !== null && `in class ${action.qos_class}`,
    dscp !== null && dscp !== undefined && `marked DSCP ${dscpText(dscp)}`,
    limit !== null && limit !== undefined && `at most ${formatBitRate(limit)} per site`,
    log === true && 'new flows logged',
  ];
  const told = parts.filter((part) => part !== false && part !== '') as string[];
  return told.length === 0 ? ['the best path'] : told;
}

function slaText(sla: Action['sla']): string | false {
  if (sla === null || sla === undefined) return false;
  const bound = (value: number | null | undefined, write: (value: number) => string) =>
    value !== null && value !== undefined && write(value);
  const bounds = [
    bound(sla.max_delay_ms, (value) => `${value} ms delay`),
    bound(sla.max_jitter_ms, (value) => `${value} ms jitter`),
    bound(sla.max_loss_percent, (value) => `${value} % loss`),
    bound(sla.max_reordering_percent, (value) => `${value} % overtaken`),
    bound(sla.max_duplication_percent, (value) => `${value} % doubled`),
    bound(sla.min_mos, (value) => `MOS from ${value}`),
  ].filter((text) => text !== false);
  return bounds.length > 0 && `within ${bounds.join(', ')}`;
}

/** Begins a sentence. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
