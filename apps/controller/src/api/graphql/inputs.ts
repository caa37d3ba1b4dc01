import { builder } from './builder.ts';

export const endpointInput = builder.inputType('EndpointInput', {
  fields: (t) => ({
    label: t.string({ required: true }),
    device: t.string({ required: true }),
    address: t.string(),
    port: t.int(),
    nat: t.boolean(),
    cost: t.int(),
    profile: t.string(),
    up_bps: t.float(),
    down_bps: t.float(),
    shaping: t.string(),
    policing: t.boolean(),
    outer_dscp: t.string({ description: '`none` or `copy`' }),
  }),
});

export const endpointChanges = builder.inputType('EndpointChanges', {
  fields: (t) => ({
    label: t.string(),
    device: t.string(),
    address: t.string(),
    port: t.int(),
    nat: t.boolean(),
    cost: t.int(),
    profile: t.string(),
    up_bps: t.float(),
    down_bps: t.float(),
    shaping: t.string(),
    policing: t.boolean(),
    outer_dscp: t.string({ description: '`none` or `copy`' }),
  }),
});

export const siteInput = builder.inputType('SiteInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    location: t.string(),
    prefixes: t.stringList(),
    tags: t.stringList({ description: 'What policies may know it by beside its name' }),
    time_zone: t.string({ description: 'IANA name, such as Europe/Vienna; default UTC' }),
    latitude: t.float({ description: 'Degrees, north positive' }),
    longitude: t.float({ description: 'Degrees, east positive' }),
    endpoints: t.field({ type: [endpointInput] }),
  }),
});

export const siteChanges = builder.inputType('SiteChanges', {
  fields: (t) => ({
    name: t.string(),
    location: t.string(),
    prefixes: t.stringList(),
    tags: t.stringList(),
    time_zone: t.string(),
    latitude: t.float(),
    longitude: t.float(),
  }),
});

const portRangeInput = builder.inputType('PortRangeInput', {
  fields: (t) => ({ from: t.int({ required: true }), to: t.int({ required: true }) }),
});

const scheduleWindowInput = builder.inputType('ScheduleWindowInput', {
  fields: (t) => ({
    days: t.stringList({ description: 'On which it starts: mon, tue, …; without, every day' }),
    from: t.string({ description: 'HH:MM, included' }),
    to: t.string({ description: 'HH:MM up to 24:00, not included; before `from`: of the next day' }),
  }),
});

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

const conditionFields = (t: InputFields) => ({
  source_sites: t.stringList({ description: 'Names or ids' }),
  destination_sites: t.stringList({ description: 'Names or ids' }),
  source_site_tags: t.stringList({ description: 'Sites that carry any of these tags' }),
  destination_site_tags: t.stringList({ description: 'Sites that carry any of these tags' }),
  source_host_sets: t.stringList({ description: 'Names or ids' }),
  destination_host_sets: t.stringList({ description: 'Names or ids' }),
  source_prefixes: t.stringList(),
  destination_prefixes: t.stringList(),
  protocol: t.string(),
  source_ports: t.field({ type: [portRangeInput] }),
  destination_ports: t.field({ type: [portRangeInput] }),
  dscp: t.intList(),
  applications: t.stringList({ description: 'Names of applications' }),
  application_categories: t.stringList({ description: 'Any application of these categories' }),
  domains: t.stringList({ description: 'Names of servers; *.example.com means every name below' }),
  schedule: t.field({
    type: [scheduleWindowInput],
    description: 'Any of these, by the clocks of the site that the flow comes from',
  }),
});

const exclusionInput = builder.inputType('MatchExclusionInput', {
  description: 'Flows for which all of these hold are left out',
  fields: conditionFields,
});

const clauseInput = builder.inputType('MatchClauseInput', {
  fields: (t) => ({ ...conditionFields(t), not: t.field({ type: exclusionInput }) }),
});

export const matchInput = builder.inputType('MatchConditionsInput', {
  fields: (t) => ({
    ...conditionFields(t),
    not: t.field({ type: exclusionInput }),
    any_of: t.field({ type: [clauseInput] }),
  }),
});

const breakoutInput = builder.inputType('BreakoutInput', {
  fields: (t) => ({
    labels: t.stringList({ required: true, description: 'Uplinks by which it leaves, best first' }),
    fallback_site: t.string({
      description: 'Name or id of the site whose uplinks it takes where none of its own works',
    }),
  }),
});

const slaInput = builder.inputType('SlaInput', {
  fields: (t) => ({
    max_delay_ms: t.float(),
    max_jitter_ms: t.float(),
    max_loss_percent: t.float(),
    max_reordering_percent: t.float(),
    max_duplication_percent: t.float(),
    min_mos: t.float(),
  }),
});

const labelWeightInput = builder.inputType('LabelWeightInput', {
  fields: (t) => ({ label: t.string({ required: true }), weight: t.int({ required: true }) }),
});

export const actionInput = builder.inputType('PolicyActionInput', {
  fields: (t) => ({
    type: t.string({ defaultValue: 'steer' }),
    sla: t.field({ type: slaInput }),
    prefer: t.stringList(),
    avoid: t.stringList(),
    never: t.stringList(),
    weights: t.field({ type: [labelWeightInput] }),
    duplicate: t.boolean({ description: 'Each packet goes over the two best paths; the first copy to arrive passes' }),
    breakout: t.field({ type: breakoutInput }),
    set_dscp: t.int({ description: 'DSCP that packets get as they enter from the LAN' }),
    rate_limit_bps: t.float({ description: 'Most that one edge takes in from its LAN, bit/s' }),
    log: t.boolean({ description: 'Tell of new flows in the flow log of the edge' }),
    qos_class: t.string(),
  }),
});

export const policyInput = builder.inputType('PolicyInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    priority: t.int({ required: true }),
    description: t.string(),
    match_conditions: t.field({ type: matchInput }),
    action: t.field({ type: actionInput }),
    enabled: t.boolean(),
  }),
});

export const policyChanges = builder.inputType('PolicyChanges', {
  fields: (t) => ({
    name: t.string(),
    priority: t.int(),
    description: t.string(),
    match_conditions: t.field({ type: matchInput }),
    action: t.field({ type: actionInput }),
    enabled: t.boolean(),
  }),
});

export const enrolmentKeyInput = builder.inputType('EnrolmentKeyInput', {
  fields: (t) => ({
    site: t.string({ required: true, description: 'Name or id' }),
    max_uses: t.int(),
    expires_in_seconds: t.int(),
    replace: t.boolean(),
  }),
});

export const enrolmentKeyChanges = builder.inputType('EnrolmentKeyChanges', {
  fields: (t) => ({ max_uses: t.int(), expires_in_seconds: t.int(), replace: t.boolean() }),
});

export const transportLinkInput = builder.inputType('TransportLinkInput', {
  fields: (t) => ({ a: t.string({ required: true }), b: t.string({ required: true }) }),
});

export const hostSetInput = builder.inputType('HostSetInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    description: t.string(),
    members: t.stringList({ required: true, description: 'Prefixes and addresses' }),
  }),
});

export const hostSetChanges = builder.inputType('HostSetChanges', {
  fields: (t) => ({ name: t.string(), description: t.string(), members: t.stringList() }),
});
