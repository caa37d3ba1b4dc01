import {
  defaultBasePort,
  isOurDevice,
  maxSlots,
  outerDscps,
  parseAddress,
  probeProfiles,
  shapings,
  type OuterDscp,
  type ProbeProfile,
  type Shaping,
} from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { Problems } from './problems.ts';
import { checkShaping } from './qos-input.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const profileSchema = Type.Enum([...probeProfiles]);

/** What a user says of an endpoint, in the API's words. */
export const EndpointInputSchema = Type.Object(
  {
    label: Type.String({ description: 'Transport label, such as mpls, broadband or lte' }),
    device: Type.String({ description: 'Network device on the edge, such as eth0' }),
    address: Type.Optional(Nullable(Type.String({ description: 'Address where peers reach it; null behind NAT' }))),
    port: Type.Optional(Type.Integer({ description: 'First of its UDP ports; default 51820' })),
    nat: Type.Optional(Type.Boolean({ description: 'Behind NAT: it calls its peers and is never called' })),
    cost: Type.Optional(Type.Integer({ description: 'Lower is preferred between otherwise equal paths' })),
    profile: Type.Optional(profileSchema),
    up_bps: Type.Optional(Nullable(Type.Integer())),
    down_bps: Type.Optional(Nullable(Type.Integer())),
    shaping: Type.Optional(
      Type.Enum([...shapings], {
        description: 'Whether its packets queue by class: off, fixed (to up_bps), or auto (less under delay)',
      }),
    ),
    policing: Type.Optional(Type.Boolean({ description: 'Whether what comes in faster than down_bps is dropped' })),
    outer_dscp: Type.Optional(
      Type.Enum([...outerDscps], {
        description: 'Code point of the outer packets of its tunnels: none, or copy that of the packet inside',
      }),
    ),
  },
  { additionalProperties: false },
);
export const EndpointChangesSchema = Type.Partial(EndpointInputSchema, { additionalProperties: false });

export type EndpointInput = Static<typeof EndpointInputSchema>;
export type EndpointChanges = Static<typeof EndpointChangesSchema>;

/** An endpoint's own columns, checked and complete. */
export interface EndpointFields {
  readonly label: string;
  readonly device: string;
  readonly address: string | null;
  readonly port: number;
  readonly nat: 0 | 1;
  readonly cost: number;
  readonly profile: ProbeProfile;
  readonly up_bps: number | null;
  readonly down_bps: number | null;
  readonly shaping: Shaping;
  readonly policing: 0 | 1;
  readonly outer_dscp: OuterDscp;
}

const labelForm = /^[a-z0-9][a-z0-9_-]{0,31}$/;
/** What Linux takes as a device name and the texts of ip, nft and wg give no meaning. */
const deviceForm = /^[A-Za-z0-9_.@-]{1,15}$/;

/** Ports below are the system's; above, slot 15 would run out of port numbers. */
const minPort = 1_024;
const maxPort = 65_535 - maxSlots * maxSlots;
const maxCost = 1_000_000;
const maxBps = 1e13;

/** An endpoint with what is meant where nothing is said. */
export const completeEndpoint = (input: EndpointInput): Required<EndpointInput> => ({
  address: null,
  port: defaultBasePort,
  nat: false,
  cost: 0,
  profile: 'default',
  up_bps: null,
  down_bps: null,
  shaping: 'off',
  policing: false,
  outer_dscp: 'none',
  ...input,
});

/** Checks the values of one endpoint by themselves and fills in defaults. `at` is where it stands in the input. */
export function endpointFields(input: EndpointInput, at: string, problems: Problems): EndpointFields {
  const fields: EndpointFields = {
    label: input.label,
    device: input.device,
    address: null,
    port: input.port ?? defaultBasePort,
    nat: input.nat === true ? 1 : 0,
    cost: input.cost ?? 0,
    profile: input.profile ?? 'default',
    up_bps: input.up_bps ?? null,
    down_bps: input.down_bps ?? null,
    shaping: input.shaping ?? 'off',
    policing: input.policing === true ? 1 : 0,
    outer_dscp: input.outer_dscp ?? 'none',
  };
  checkNames(fields, at, problems);
  checkNumbers(fields, at, problems);
  checkShaping(fields, at, problems);
  return { ...fields, address: checkAddress(input, at, problems) };
}

function checkNames({ label, device }: EndpointFields, at: string, problems: Problems): void {
  if (!labelForm.test(label)) {
    const remedy = 'use up to 32 small letters, digits, - and _, such as broadband';
    problems.add(`${at}label`, `"${label}" is not a label`, remedy);
  }
  if (!deviceForm.test(device) || device === '.' || device === '..') {
    problems.add(`${at}device`, `"${device}" is not a device name`, 'use what `ip link` shows, such as eth0');
  } else if (isOurDevice(device)) {
    problems.add(`${at}device`, `"${device}" is the name of a tunnel`, 'name the uplink that the tunnel runs over');
  }
}

function checkNumbers(fields: EndpointFields, at: string, problems: Problems): void {
  const inRange = (name: string, value: number | null, min: number, max: number): void => {
    if (value !== null && (value < min || value > max)) {
      problems.add(`${at}${name}`, `${value} is out of range`, `use ${min} to ${max}`);
    }
  };
  inRange('port', fields.port, minPort, maxPort);
  inRange('cost', fields.cost, 0, maxCost);
  inRange('up_bps', fields.up_bps, 1, maxBps);
  inRange('down_bps', fields.down_bps, 1, maxBps);
}

function checkAddress(input: EndpointInput, at: string, problems: Problems): string | null {
  if (input.address === undefined || input.address === null) {
    if (input.nat === true) return null;
    problems.add(`${at}address`, 'is missing', 'give the address where peers reach it, or set nat to true');
    return null;
  }
  const address = parseAddress(input.address);
  if (address.ok) return address.value;
  problems.add(`${at}address`, address.error);
  return null;
}
