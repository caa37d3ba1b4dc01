import { parseAddress, toSnakeCase } from '@patronus/core';
import type { Db } from '../database/schema.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import {
  sinkKinds,
  smtpPorts,
  syslogPorts,
  type EventFilterInput,
  type EventSinkChanges,
  type SinkKind,
  type SinkTarget,
  type TargetPolicy,
} from '../sinks/index.ts';
import type { Problems } from './problems.ts';

const protocols: Record<SinkKind, readonly string[]> = {
  webhook: ['https:', 'http:'],
  syslog: Object.keys(syslogPorts),
  email: Object.keys(smtpPorts),
};

/** A place to send to, and apart from it what nobody may see. */
export interface CheckedTarget {
  readonly kind: SinkKind;
  readonly target: SinkTarget;
  /** Of mail only. */
  readonly password: string | null;
}

const nameForm = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,62})$/u;

export function checkSinkName(name: string, problems: Problems): void {
  if (nameForm.test(name)) return;
  problems.add('name', `"${name}" is not a name for a sink`, 'use up to 63 letters, digits, spaces, dots, - and _');
}

/** The one place that an input names; null where it names none. Several, and what is wrong with one, become problems. */
export function checkTarget(input: EventSinkChanges, policy: TargetPolicy, problems: Problems): CheckedTarget | null {
  const kinds = sinkKinds.filter((kind) => input[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined) return null;
  if (kinds.length > 1) problems.add(kinds[1]!, `stands beside ${kind}`, 'make one sink for each place');
  const { password = null, ...target } = { password: undefined, ...input[kind]! };
  checkUrl(kind, target.url, policy, problems);
  if (input.email !== undefined) checkEmail(input.email, problems);
  return { kind, target, password };
}

function checkUrl(kind: SinkKind, text: string, policy: TargetPolicy, problems: Problems): void {
  const field = `${kind}.url`;
  const known = protocols[kind];
  const url = URL.parse(text);
  if (url === null || !known.includes(url.protocol) || url.hostname === '') {
    // What was told may hold a secret.
    problems.add(field, 'is no address of this kind', `begin it with ${known.map((each) => `${each}//`).join(' or ')}`);
    return;
  }
  if (url.username !== '' || url.password !== '') {
    problems.add(field, 'holds a name or a password', 'leave them out; a URL is shown and logged');
  }
  if (kind !== 'webhook' && (url.pathname.length > 1 || url.search !== '')) {
    problems.add(field, 'says more than host and port', 'leave the rest out');
  }
  const address = parseAddress(url.hostname.replaceAll(/[[\]]/g, ''));
  const objection = address.ok ? policy.objection(address.value) : null;
  if (objection !== null) problems.add(field, objection);
}

function checkEmail(email: NonNullable<EventSinkChanges['email']>, problems: Problems): void {
  if ((email.username === undefined) !== (email.password === undefined)) {
    const missing = email.username === undefined ? 'username' : 'password';
    problems.add(`email.${missing}`, 'is missing', 'give both, or neither');
  }
  const isPlain = email.url.startsWith('smtp:') && (email.starttls ?? 'required') !== 'required';
  if (email.password !== undefined && isPlain) {
    problems.add('email.starttls', 'would let the password travel unencrypted', 'set it to required, or use smtps://');
  }
}

/** The filter with the names of sites made ids; names that nobody has become problems. */
export async function resolveFilter(db: Db, filter: EventFilterInput, problems: Problems): Promise<EventFilterInput> {
  const sites: string[] = [];
  for (const [index, name] of (filter.sites ?? []).entries()) {
    const row = await siteRepository.find(db, name);
    if (row !== undefined) sites.push(row.site_id);
    else problems.add(`filter.sites[${index}]`, `there is no site "${name}"`, 'list them to see what there is');
  }
  return { ...filter, ...(filter.sites === undefined ? {} : { sites }) };
}

/** Without what comes after the host: paths of webhooks are often secrets themselves. */
export const shownPlace = ({ url }: SinkTarget): string => {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};

/** What a change of a sink may tell the audit log. */
export const shownTarget = (target: SinkTarget): Record<string, unknown> => {
  const { ca: _ca, ...told } = target;
  return toSnakeCase({ ...told, url: shownPlace(target) });
};
