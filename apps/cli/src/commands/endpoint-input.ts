import { InvalidArgumentError } from 'commander';
import type { Endpoint } from '../api/resources.ts';
import { formatRate, unknownFigure } from '../format.ts';
import type { Column } from '../table.ts';
import { parseInteger, parseList, parseRate, parseWord } from '../units.ts';

export const parseProfile = parseWord(['fast', 'default', 'metered']);
export const parsePort = parseInteger(1, 65_535);
export const parseShaping = parseWord(['off', 'fixed', 'auto']);
export const parseOuterDscp = parseWord(['none', 'copy']);
export const parseCost = parseInteger(0, 1_000_000);

const yes = parseWord(['yes', 'no', 'true', 'false']);
const fields: Readonly<Record<string, (text: string) => readonly [field: string, value: unknown]>> = {
  label: (text) => ['label', text],
  device: (text) => ['device', text],
  address: (text) => ['address', text],
  port: (text) => ['port', parsePort(text)],
  nat: (text) => ['nat', text === '' || ['yes', 'true'].includes(yes(text))],
  cost: (text) => ['cost', parseCost(text)],
  profile: (text) => ['profile', parseProfile(text)],
  up: (text) => ['up_bps', parseRate(text)],
  down: (text) => ['down_bps', parseRate(text)],
  shaping: (text) => ['shaping', parseShaping(text)],
  policing: (text) => ['policing', text === '' || ['yes', 'true'].includes(yes(text))],
  outer_dscp: (text) => ['outer_dscp', parseOuterDscp(text)],
};

/** An endpoint in one option value: `label=lte,device=wwan0,nat,cost=50`. */
export function parseEndpointInput(text: string): Readonly<Record<string, unknown>> {
  const pairs = parseList(text).map((part) => {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (read === undefined) {
      throw new InvalidArgumentError(`"${name}" is no field of an endpoint; use ${Object.keys(fields).join(', ')}.`);
    }
    return read(value);
  });
  return Object.fromEntries(pairs);
}

/** Behind NAT, where others see it. */
const addressCell = ({ address, nat, public_address: seen }: Endpoint): string =>
  address ?? (nat ? `behind NAT${seen === null ? '' : ` as ${seen}`}` : unknownFigure);

export const endpointColumns: readonly Column<Endpoint>[] = [
  { title: 'SITE', cell: (endpoint) => endpoint.site },
  { title: 'LABEL', cell: (endpoint) => endpoint.label },
  { title: 'DEVICE', cell: (endpoint) => endpoint.device },
  { title: 'ADDRESS', cell: addressCell },
  { title: 'COST', align: 'right', cell: (endpoint) => String(endpoint.cost) },
  { title: 'PROFILE', cell: (endpoint) => endpoint.profile },
  { title: 'UP', align: 'right', cell: (endpoint) => formatRate(endpoint.up_bps) },
  { title: 'DOWN', align: 'right', cell: (endpoint) => formatRate(endpoint.down_bps) },
  { title: 'SHAPING', cell: (endpoint) => endpoint.shaping },
  { title: 'ID', cell: (endpoint) => endpoint.id },
];
