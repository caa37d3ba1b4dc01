import type {
  MatchClause,
  MatchConditions,
  PolicyAction,
  PolicyMatch,
  PortRange,
  ScheduleWindow,
  SnakeCased,
} from '@patronus/core';
import { builder } from './builder.ts';

export type MatchShape = SnakeCased<PolicyMatch>;
export type ActionShape = SnakeCased<PolicyAction>;
type ClauseShape = SnakeCased<MatchClause>;
type ConditionsShape = SnakeCased<MatchConditions>;

const portRange = builder.objectRef<PortRange>('PortRange').implement({
  description: 'Ports from `from` to `to`, both included',
  fields: (t) => ({ from: t.exposeInt('from'), to: t.exposeInt('to') }),
});

const scheduleWindow = builder.objectRef<SnakeCased<ScheduleWindow>>('ScheduleWindow').implement({
  description: 'A time of the week; one that ends before it starts goes on into the next day',
  fields: (t) => ({
    days: t.exposeStringList('days', { nullable: true }),
    from: t.exposeString('from', { nullable: true, description: 'HH:MM, included' }),
    to: t.exposeString('to', { nullable: true, description: 'HH:MM, not included' }),
  }),
});

/** Every kind of condition, which clauses and what they exclude have alike. */
const conditions = builder.interfaceRef<ConditionsShape>('Conditions').implement({
  description: 'Every condition that is present must hold; within one, any of its values',
  fields: (t) => ({
    source_sites: t.exposeStringList('source_sites', { nullable: true }),
    destination_sites: t.exposeStringList('destination_sites', { nullable: true }),
    source_site_tags: t.exposeStringList('source_site_tags', { nullable: true }),
    destination_site_tags: t.exposeStringList('destination_site_tags', { nullable: true }),
    source_host_sets: t.exposeStringList('source_host_sets', { nullable: true }),
    destination_host_sets: t.exposeStringList('destination_host_sets', { nullable: true }),
    source_prefixes: t.exposeStringList('source_prefixes', { nullable: true }),
    destination_prefixes: t.exposeStringList('destination_prefixes', { nullable: true }),
    protocol: t.exposeString('protocol', { nullable: true }),
    source_ports: t.expose('source_ports', { type: [portRange], nullable: true }),
    destination_ports: t.expose('destination_ports', { type: [portRange], nullable: true }),
    dscp: t.exposeIntList('dscp', { nullable: true }),
    applications: t.exposeStringList('applications', { nullable: true }),
    application_categories: t.stringList({
      nullable: true,
      resolve: (given) => given.application_categories as string[] | undefined,
    }),
    domains: t.stringList({ nullable: true, resolve: (given) => given.domains as string[] | undefined }),
    schedule: t.expose('schedule', { type: [scheduleWindow], nullable: true }),
  }),
});

const excluded = builder.objectRef<ConditionsShape>('MatchExclusion').implement({
  description: 'Flows for which all of these hold are left out',
  interfaces: [conditions],
});

const clause = builder.objectRef<ClauseShape>('MatchClause').implement({
  description: 'Every condition that is present must hold, and what `not` describes must not',
  interfaces: [conditions],
  fields: (t) => ({ not: t.expose('not', { type: excluded, nullable: true }) }),
});

/** Few matches have more, so that a list of policies may be asked for with all that they match. */
const usualAlternatives = 3;

export const matchType = builder.objectRef<MatchShape>('MatchConditions').implement({
  description: 'A clause, and if `any_of` is present at least one of those as well',
  interfaces: [conditions],
  fields: (t) => ({
    not: t.expose('not', { type: excluded, nullable: true }),
    any_of: t.expose('any_of', { type: [clause], nullable: true, complexity: { multiplier: usualAlternatives } }),
  }),
});

const sla = builder.objectRef<NonNullable<ActionShape['sla']>>('Sla').implement({
  description: 'One-way bounds that a path must keep to suit the traffic',
  fields: (t) => ({
    max_delay_ms: t.exposeFloat('max_delay_ms', { nullable: true }),
    max_jitter_ms: t.exposeFloat('max_jitter_ms', { nullable: true }),
    max_loss_percent: t.exposeFloat('max_loss_percent', { nullable: true }),
    max_reordering_percent: t.exposeFloat('max_reordering_percent', { nullable: true }),
    max_duplication_percent: t.exposeFloat('max_duplication_percent', { nullable: true }),
    min_mos: t.exposeFloat('min_mos', { nullable: true }),
  }),
});

const labelWeight = builder.objectRef<{ label: string; weight: number }>('LabelWeight').implement({
  fields: (t) => ({ label: t.exposeString('label'), weight: t.exposeInt('weight') }),
});

const breakoutType = builder.objectRef<NonNullable<ActionShape['breakout']>>('Breakout').implement({
  description: 'Straight to the Internet, under the address of an uplink',
  fields: (t) => ({
    labels: t.exposeStringList('labels', { description: 'Uplinks by which it leaves, best first' }),
    fallback_site: t.exposeString('fallback_site', {
      nullable: true,
      description: 'The site whose uplinks it takes where none of its own works',
    }),
  }),
});

export const actionType = builder.objectRef<ActionShape>('PolicyAction').implement({
  fields: (t) => ({
    type: t.exposeString('type', { description: '`steer`, `drop` or `breakout`' }),
    sla: t.expose('sla', { type: sla, nullable: true }),
    prefer: t.exposeStringList('prefer', { nullable: true, description: 'Labels, best first' }),
    avoid: t.exposeStringList('avoid', { nullable: true }),
    never: t.exposeStringList('never', { nullable: true }),
    weights: t.expose('weights', { type: [labelWeight], nullable: true }),
    duplicate: t.exposeBoolean('duplicate', { nullable: true }),
    breakout: t.expose('breakout', { type: breakoutType, nullable: true }),
    set_dscp: t.exposeInt('set_dscp', { nullable: true }),
    rate_limit_bps: t.exposeFloat('rate_limit_bps', { nullable: true }),
    log: t.exposeBoolean('log', { nullable: true }),
    qos_class: t.exposeString('qos_class', { nullable: true, description: 'Name of the class of service' }),
  }),
});
