import { isIpv6, isUuid, parseAddress, parsePrefix, type Prefix } from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { Problems } from './problems.ts';

/** What a user says of a host set, in the API's words. */
export const HostSetInputSchema = Type.Object(
  {
    name: Type.String(),
    description: Type.Optional(Type.String()),
    members: Type.Array(Type.String(), { description: 'Prefixes and addresses' }),
  },
  { additionalProperties: false },
);
export const HostSetChangesSchema = Type.Partial(HostSetInputSchema, { additionalProperties: false });

export type HostSetInput = Static<typeof HostSetInputSchema>;
export type HostSetChanges = Static<typeof HostSetChangesSchema>;

const nameForm = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,61}[\p{L}\p{N}._-])?$/u;
const maxDescription = 1_000;
/** More than this in one set would make documents that edges refuse as too large. */
const maxMembers = 20_000;

export function checkHostSetName(name: string, problems: Problems): void {
  if (!nameForm.test(name)) {
    problems.add('name', `"${name}" is not a host set name`, 'use up to 63 letters, digits, spaces, dots, - and _');
  } else if (isUuid(name.toLowerCase())) {
    problems.add('name', 'looks like an id', 'choose a name that people can say');
  }
}

export function checkDescription(description: string, problems: Problems): void {
  if (description.length <= maxDescription) return;
  problems.add('description', 'is too long', `use up to ${maxDescription} characters`);
}

/** The members as prefixes in canonical form, each once; a host becomes a prefix of full length. */
export function checkMembers(texts: readonly string[], problems: Problems): Prefix[] {
  if (texts.length > maxMembers) {
    problems.add('members', `has ${texts.length} entries`, `use up to ${maxMembers}; shorter prefixes hold more`);
    return [];
  }
  const members = new Set<Prefix>();
  texts.forEach((text, index) => {
    const parsed = parseMember(text.trim());
    if (parsed.ok) members.add(parsed.value);
    else problems.add(`members[${index}]`, parsed.error);
  });
  return [...members];
}

function parseMember(text: string): ReturnType<typeof parsePrefix> {
  if (text.includes('/')) return parsePrefix(text);
  const address = parseAddress(text);
  return address.ok ? parsePrefix(`${address.value}/${isIpv6(address.value) ? 128 : 32}`) : address;
}
