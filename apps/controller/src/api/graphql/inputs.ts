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
  }),
});

export const siteInput = builder.inputType('SiteInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    location: t.string(),
    prefixes: t.stringList(),
    endpoints: t.field({ type: [endpointInput] }),
  }),
});

export const siteChanges = builder.inputType('SiteChanges', {
  fields: (t) => ({ name: t.string(), location: t.string(), prefixes: t.stringList() }),
});

const portRangeInput = builder.inputType('PortRangeInput', {
  fields: (t) => ({ from: t.int({ required: true }), to: t.int({ required: true }) }),
});

const clauseInput = builder.inputType('MatchClauseInput', {
  fields: (t) => ({
    source_sites: t.stringList({ description: 'Names or ids' }),
    destination_sites: t.stringList({ description: 'Names or ids' }),
    source_prefixes: t.stringList(),
    destination_prefixes: t.stringList(),
    protocol: t.string(),
    source_ports: t.field({ type: [portRangeInput] }),
    destination_ports: t.field({ type: [portRangeInput] }),
    dscp: t.intList(),
  }),
});

export const matchInput = builder.inputType('MatchConditionsInput', {
  fields: (t) => ({
    source_sites: t.stringList({ description: 'Names or ids' }),
    destination_sites: t.stringList({ description: 'Names or ids' }),
    source_prefixes: t.stringList(),
    destination_prefixes: t.stringList(),
    protocol: t.string(),
    source_ports: t.field({ type: [portRangeInput] }),
    destination_ports: t.field({ type: [portRangeInput] }),
    dscp: t.intList(),
    any_of: t.field({ type: [clauseInput] }),
  }),
});

const slaInput = builder.inputType('SlaInput', {
  fields: (t) => ({
    max_delay_ms: t.float(),
    max_jitter_ms: t.float(),
    max_loss_percent: t.float(),
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

export const transportLinkInput = builder.inputType('TransportLinkInput', {
  fields: (t) => ({ a: t.string({ required: true }), b: t.string({ required: true }) }),
});
