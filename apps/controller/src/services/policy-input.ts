import { ipProtocols } from '@patronus/core';
import { Type, type Static, type TProperties } from 'typebox';

const exact = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });

const PortRangeSchema = exact({ from: Type.Integer(), to: Type.Integer() });

const clause = {
  source_sites: Type.Optional(Type.Array(Type.String(), { description: 'Names or ids' })),
  destination_sites: Type.Optional(Type.Array(Type.String(), { description: 'Names or ids' })),
  source_prefixes: Type.Optional(Type.Array(Type.String())),
  destination_prefixes: Type.Optional(Type.Array(Type.String())),
  protocol: Type.Optional(Type.Enum([...ipProtocols])),
  source_ports: Type.Optional(Type.Array(PortRangeSchema)),
  destination_ports: Type.Optional(Type.Array(PortRangeSchema)),
  dscp: Type.Optional(Type.Array(Type.Integer())),
};

export const MatchInputSchema = exact({ ...clause, any_of: Type.Optional(Type.Array(exact(clause))) });

export const ActionInputSchema = exact({
  type: Type.Enum(['steer', 'drop']),
  sla: Type.Optional(
    exact({
      max_delay_ms: Type.Optional(Type.Number()),
      max_jitter_ms: Type.Optional(Type.Number()),
      max_loss_percent: Type.Optional(Type.Number()),
      min_mos: Type.Optional(Type.Number()),
    }),
  ),
  prefer: Type.Optional(Type.Array(Type.String(), { description: 'Labels, best first' })),
  avoid: Type.Optional(Type.Array(Type.String(), { description: 'Labels used only when nothing else is left' })),
  never: Type.Optional(Type.Array(Type.String(), { description: 'Labels not used even then' })),
  weights: Type.Optional(Type.Array(exact({ label: Type.String(), weight: Type.Integer() }))),
  qos_class: Type.Optional(Type.String({ description: 'Name of the class of service; see qos-classes' })),
});

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
