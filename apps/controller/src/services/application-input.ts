import { catalogue } from '@patronus/applications';
import {
  applicationCategories,
  applicationNamePattern,
  closestWord,
  maxApplicationName,
  parseDomainPattern,
  parsePrefix,
  type ApplicationSignature,
  type Result,
} from '@patronus/core';
import { Type, type Static, type TProperties } from 'typebox';
import type { Problems } from './problems.ts';

const exact = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });

const protocols = ['tcp', 'udp', 'sctp'] as const;

const SignatureSchema = exact({
  domains: Type.Optional(
    Type.Array(Type.String(), { description: 'Names of its servers; *.example.com means every name below' }),
  ),
  prefixes: Type.Optional(Type.Array(Type.String(), { description: 'Where its servers are' })),
  ports: Type.Optional(
    Type.Array(exact({ protocol: Type.Enum([...protocols]), from: Type.Integer(), to: Type.Integer() }), {
      description: 'Where it listens; without, on any port',
    }),
  ),
});

/** What a user says of an application, in the API's words. */
export const ApplicationInputSchema = exact({
  name: Type.String({ description: 'Lower-case words joined by hyphens, by which policies name it' }),
  title: Type.Optional(Type.String({ description: 'What people call it; the name where nobody says' })),
  description: Type.Optional(Type.String()),
  category: Type.Optional(Type.String({ description: `One of ${applicationCategories.join(', ')}; default custom` })),
  signatures: Type.Array(SignatureSchema, { description: 'Ways to recognise it, of which any suffices' }),
  dscp: Type.Optional(Type.Union([Type.Integer(), Type.Null()], { description: 'What its packets usually carry' })),
});
export const ApplicationChangesSchema = Type.Partial(ApplicationInputSchema, { additionalProperties: false });

export type ApplicationInput = Static<typeof ApplicationInputSchema>;
export type ApplicationChanges = Static<typeof ApplicationChangesSchema>;

const maxTitle = 100;
const maxDescription = 1_000;
/** All of a document's applications must fit into it, and each alternative is a rule in every edge's kernel. */
const maxSignatures = 16;
const maxEntries = 500;

export function checkApplication(input: Required<ApplicationInput>, problems: Problems): ApplicationSignature[] {
  const { name, title, description, category, signatures, dscp } = input;
  if (!applicationNamePattern.test(name) || name.length > maxApplicationName) {
    const remedy = `use lower-case letters and digits in words joined by hyphens, up to ${maxApplicationName}`;
    problems.add('name', `"${name}" is not a name of an application`, remedy);
  } else if (catalogue.some((known) => known.name === name)) {
    problems.add('name', `"${name}" is in the catalogue`, 'choose another name');
  }
  if (title.trim() === '' || title.length > maxTitle || /[\p{Cc}"\\]/u.test(title)) {
    problems.add('title', 'is not a title', `use 1 to ${maxTitle} characters, no quotes or back-slashes`);
  }
  if (description.length > maxDescription) {
    problems.add('description', 'is too long', `use up to ${maxDescription} characters`);
  }
  checkCategory(category, 'category', problems);
  if (dscp !== null && (dscp < 0 || dscp > 63)) {
    problems.add('dscp', `${dscp} is not a DSCP code point`, 'use 0 to 63, or null for none');
  }
  if (signatures.length === 0 || signatures.length > maxSignatures) {
    problems.add('signatures', `has ${signatures.length} entries`, `name 1 to ${maxSignatures} ways to recognise it`);
  }
  return signatures.map((each, index) => checkSignature(each, `signatures[${index}]`, problems));
}

/** A category that is none becomes a problem, with the one that was most likely meant. */
export function checkCategory(category: string, field: string, problems: Problems): void {
  if ((applicationCategories as readonly string[]).includes(category)) return;
  const meant = closestWord(category, applicationCategories);
  const remedy = meant === null ? `there are ${applicationCategories.join(', ')}` : `did you mean ${meant}?`;
  problems.add(field, `there is no category "${category}"`, remedy);
}

function checkSignature(
  { domains = [], prefixes = [], ports = [] }: Static<typeof SignatureSchema>,
  at: string,
  problems: Problems,
): ApplicationSignature {
  const read = <T>(texts: readonly string[], field: string, parse: (text: string) => Result<T, string>): T[] => [
    ...new Set(
      texts.flatMap((text, index) => {
        const parsed = parse(text.trim());
        if (!parsed.ok) problems.add(`${at}.${field}[${index}]`, parsed.error);
        return parsed.ok ? [parsed.value] : [];
      }),
    ),
  ];
  const count = domains.length + prefixes.length + ports.length;
  if (count === 0) problems.add(at, 'is empty and would be every flow', 'name domains, prefixes or ports');
  if (count > maxEntries) problems.add(at, `has ${count} entries`, `use up to ${maxEntries}`);
  ports.forEach(({ from, to }, index) => {
    if (from >= 1 && from <= to && to <= 65_535) return;
    problems.add(`${at}.ports[${index}]`, `${from}–${to} are no ports`, 'use 1 to 65535, the lower first');
  });
  const [names, places] = [read(domains, 'domains', parseDomainPattern), read(prefixes, 'prefixes', parsePrefix)];
  return {
    ...(names.length === 0 ? {} : { domains: names }),
    ...(places.length === 0 ? {} : { prefixes: places }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}
