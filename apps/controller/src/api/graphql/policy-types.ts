import type { MatchClause, PolicyAction, PolicyMatch, PortRange, SnakeCased } from '@patronus/core';
import { builder } from './builder.ts';

export type MatchShape = SnakeCased<PolicyMatch>;
export type ActionShape = SnakeCased<PolicyAction>;
type ClauseShape = SnakeCased<MatchClause>;

const portRange = builder.objectRef<PortRange>('PortRange').implement({
  description: 'Ports from `from` to `to`, both included',
  fields: (t) => ({ from: t.exposeInt('from'), to: t.exposeInt('to') }),
});

const clause = builder.objectRef<ClauseShape>('MatchClause').implement({
  description: 'Every condition that is present must hold',
  fields: (t) => ({
    source_sites: t.exposeStringList('source_sites', { nullable: true }),
    destination_sites: t.exposeStringList('destination_sites', { nullable: true }),
    source_prefixes: t.exposeStringList('source_prefixes', { nullable: true }),
    destination_prefixes: t.exposeStringList('destination_prefixes', { nullable: true }),
    protocol: t.exposeString('protocol', { nullable: true }),
    source_ports: t.expose('source_ports', { type: [portRange], nullable: true }),
    destination_ports: t.expose('destination_ports', { type: [portRange], nullable: true }),
    dscp: t.exposeIntList('dscp', { nullable: true }),
  }),
});

export const matchType = builder.objectRef<MatchShape>('MatchConditions').implement({
  description: 'A clause, and if `any_of` is present at least one of those as well',
  fields: (t) => ({
    source_sites: t.exposeStringList('source_sites', { nullable: true }),
    destination_sites: t.exposeStringList('destination_sites', { nullable: true }),
    source_prefixes: t.exposeStringList('source_prefixes', { nullable: true }),
    destination_prefixes: t.exposeStringList('destination_prefixes', { nullable: true }),
    protocol: t.exposeString('protocol', { nullable: true }),
    source_ports: t.expose('source_ports', { type: [portRange], nullable: true }),
    destination_ports: t.expose('destination_ports', { type: [portRange], nullable: true }),
    dscp: t.exposeIntList('dscp', { nullable: true }),
    any_of: t.expose('any_of', { type: [clause], nullable: true }),
  }),
});

const sla = builder.objectRef<NonNullable<ActionShape['sla']>>('Sla').implement({
  description: 'One-way bounds that a path must keep to suit the traffic',
  fields: (t) => ({
    max_delay_ms: t.exposeFloat('max_delay_ms', { nullable: true }),
    max_jitter_ms: t.exposeFloat('max_jitter_ms', { nullable: true }),
    max_loss_percent: t.exposeFloat('max_loss_percent', { nullable: true }),
    min_mos: t.exposeFloat('min_mos', { nullable: true }),
  }),
});

const labelWeight = builder.objectRef<{ label: string; weight: number }>('LabelWeight').implement({
  fields: (t) => ({ label: t.exposeString('label'), weight: t.exposeInt('weight') }),
});

export const actionType = builder.objectRef<ActionShape>('PolicyAction').implement({
  fields: (t) => ({
    type: t.exposeString('type', { description: '`steer` or `drop`' }),
    sla: t.expose('sla', { type: sla, nullable: true }),
    prefer: t.exposeStringList('prefer', { nullable: true, description: 'Labels, best first' }),
    avoid: t.exposeStringList('avoid', { nullable: true }),
    never: t.exposeStringList('never', { nullable: true }),
    weights: t.expose('weights', { type: [labelWeight], nullable: true }),
    qos_class: t.exposeString('qos_class', { nullable: true, description: 'Name of the class of service' }),
  }),
});
