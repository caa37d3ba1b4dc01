import type { Conditions } from '../policy-documents.ts';
import type { Suggestions } from './editor-context.tsx';

/** How the values of a condition are written. */
export type ConditionInput =
  | { readonly kind: 'texts'; readonly suggest?: keyof Suggestions; readonly placeholder: string }
  | { readonly kind: 'protocol' }
  | { readonly kind: 'ports' }
  | { readonly kind: 'dscp' }
  | { readonly kind: 'schedule' };

export interface ConditionKind {
  readonly key: keyof Conditions;
  readonly label: string;
  /** In the menu of conditions. */
  readonly group: 'From' | 'To' | 'What' | 'When';
  readonly input: ConditionInput;
}

const texts = (placeholder: string, suggest?: keyof Suggestions): ConditionInput => ({
  kind: 'texts',
  placeholder,
  ...(suggest === undefined ? {} : { suggest }),
});

/** Every condition that a policy may have, in the order of the form. */
export const conditionKinds: readonly ConditionKind[] = [
  { key: 'source_sites', label: 'From sites', group: 'From', input: texts('hq', 'sites') },
  { key: 'source_site_tags', label: 'From sites tagged', group: 'From', input: texts('shop', 'tags') },
  { key: 'source_host_sets', label: 'From host sets', group: 'From', input: texts('printers', 'hostSets') },
  { key: 'source_prefixes', label: 'From prefixes', group: 'From', input: texts('10.1.0.0/24') },
  { key: 'source_ports', label: 'From ports', group: 'From', input: { kind: 'ports' } },
  { key: 'destination_sites', label: 'To sites', group: 'To', input: texts('branch', 'sites') },
  { key: 'destination_site_tags', label: 'To sites tagged', group: 'To', input: texts('shop', 'tags') },
  { key: 'destination_host_sets', label: 'To host sets', group: 'To', input: texts('printers', 'hostSets') },
  { key: 'destination_prefixes', label: 'To prefixes', group: 'To', input: texts('10.2.0.0/24') },
  { key: 'destination_ports', label: 'To ports', group: 'To', input: { kind: 'ports' } },
  { key: 'applications', label: 'Applications', group: 'What', input: texts('microsoft-teams', 'applications') },
  {
    key: 'application_categories',
    label: 'Kinds of applications',
    group: 'What',
    input: texts('voice-video', 'categories'),
  },
  { key: 'domains', label: 'Domains', group: 'What', input: texts('*.example.com') },
  { key: 'protocol', label: 'Protocol', group: 'What', input: { kind: 'protocol' } },
  { key: 'dscp', label: 'DSCP', group: 'What', input: { kind: 'dscp' } },
  { key: 'schedule', label: 'At these times', group: 'When', input: { kind: 'schedule' } },
];

export const ipProtocols = ['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp'];
