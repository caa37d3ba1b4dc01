import { ipProtocols, policyActionTypes, weekdays } from '@patronus/core';
import { Type, type Static, type TProperties } from 'typebox';

const exact = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });

const PortRangeSchema = exact({ from: Type.Integer(), to: Type.Integer() });

const ScheduleWindowSchema = exact({
  days: Type.Optional(Type.Array(Type.Enum([...weekdays]), { description: 'On which it starts; without, every day' })),
  from: Type.Optional(Type.String({ description: 'HH:MM, included' })),
  to: Type.Optional(Type.String({ description: 'HH:MM up to 24:00, not included; before `from`: of the next day' })),
});

const conditions = {
  source_sites: Type.Optional(Type.Array(Type.String(), { description: 'Names or ids' })),
  destination_sites: Type.Optional(Type.Array(Type.String(), { description: 'Names or ids' })),
  source_site_tags: Type.Optional(Type.Array(Type.String(), { description: 'Sites that carry any of these tags' })),
  destination_site_tags: Type.Optional(
    Type.Array(Type.String(), { description: 'Sites that carry any of these tags' }),
  ),
  source_host_sets: Type.Optional(Type.Array(Type.String(), { description: 'Names or ids' })),
  destination_host_sets: Type.Optional(Type.Array(Type.String(), { description: 'Names or ids' })),
  source_prefixes: Type.Optional(Type.Array(Type.String())),
  destination_prefixes: Type.Optional(Type.Array(Type.String())),
  protocol: Type.Optional(Type.Enum([...ipProtocols])),
  source_ports: Type.Optional(Type.Array(PortRangeSchema)),
  destination_ports: Type.Optional(Type.Array(PortRangeSchema)),
  dscp: Type.Optional(Type.Array(Type.Integer())),
  applications: Type.Optional(Type.Array(Type.String(), { description: 'Names of applications' })),
  application_categories: Type.Optional(
    Type.Array(Type.String(), { description: 'Any application of these categories' }),
  ),
  domains: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Names of servers, as learned from DNS, TLS and QUIC; *.example.com means every name below',
    }),
  ),
  schedule: Type.Optional(
    Type.Array(ScheduleWindowSchema, {
      description: 'Any of these, by the clocks of the site that the flow comes from',
    }),
  ),
};

const clause = {
  ...conditions,
  not: Type.Optional(
    Type.Object(conditions, {
      additionalProperties: false,
      description: 'Flows for which all of these hold are left out',
    }),
  ),
};

export const MatchInputSchema = exact({ ...clause, any_of: Type.Optional(Type.Array(exact(clause))) });

export const ActionInputSchema = exact({
  type: Type.Enum([...policyActionTypes]),
  sla: Type.Optional(
    exact({
      max_delay_ms: Type.Optional(Type.Number()),
      max_jitter_ms: Type.Optional(Type.Number()),
      max_loss_percent: Type.Optional(Type.Number()),
      max_reordering_percent: Type.Optional(Type.Number()),
      max_duplication_percent: Type.Optional(Type.Number()),
      min_mos: Type.Optional(Type.Number()),
    }),
  ),
  prefer: Type.Optional(Type.Array(Type.String(), { description: 'Labels, best first' })),
  avoid: Type.Optional(Type.Array(Type.String(), { description: 'Labels used only when nothing else is left' })),
  never: Type.Optional(Type.Array(Type.String(), { description: 'Labels not used even then' })),
  weights: Type.Optional(Type.Array(exact({ label: Type.String(), weight: Type.Integer() }))),
  duplicate: Type.Optional(
    Type.Boolean({ description: 'Each packet goes over the two best paths; the first copy to arrive passes' }),
  ),
  breakout: Type.Optional(
    exact({
      labels: Type.Array(Type.String(), { description: 'Uplinks by which it leaves, best first' }),
      fallback_site: Type.Optional(
        Type.String({ description: 'Name or id of the site whose uplinks it takes where none of its own works' }),
      ),
    }),
  ),
  set_dscp: Type.Optional(Type.Integer({ description: 'DSCP that packets get as they enter from the LAN' })),
  rate_limit_bps: Type.Optional(Type.Integer({ description: 'Most that one edge takes in from its LAN, bit/s' })),
  log: Type.Optional(Type.Boolean({ description: 'Tell of new flows in the flow log of the edge' })),
  qos_class: Type.Optional(Type.String({ description: 'Name of the class of service; see qos-classes' })),
});

/** The highest priority; 0 is the default policy's. */
export const maxPriority = 1_000_000;

/** What a user says of a policy, in the API's words. */
export const PolicyInputSchema = exact({
  name: Type.String(),
  priority: Type.Integer({ description: 'Higher is looked at first' }),
  description: Type.Optional(Type.String()),
  match_conditions: Type.Optional(MatchInputSchema),
  action: Type.Optional(ActionInputSchema),
  enabled: Type.Optional(Type.Boolean()),
});
export const PolicyChangesSchema = Type.Partial(PolicyInputSchema, { additionalProperties: false });

export type MatchInput = Static<typeof MatchInputSchema>;
export type ActionInput = Static<typeof ActionInputSchema>;
export type PolicyInput = Static<typeof PolicyInputSchema>;
export type PolicyChanges = Static<typeof PolicyChangesSchema>;
