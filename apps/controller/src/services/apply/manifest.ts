import { Type, type Static, type TProperties } from 'typebox';
import { validatorOf } from '@patronus/protocol';
import { ApplicationInputSchema } from '../application-input.ts';
import { EndpointInputSchema } from '../endpoint-input.ts';
import { ActionInputSchema, MatchInputSchema } from '../policy-input.ts';
import { QosClassFieldsSchema } from '../qos-input.ts';
import { UserInputSchema } from '../user-input.ts';
import type { Problems } from '../problems.ts';
import { problemsOf } from '../schema-problems.ts';

export const manifestVersion = 'patronus/v1';
export const manifestKinds = [
  'TransportLinks',
  'QosClass',
  'Site',
  'HostSet',
  'Application',
  'Policy',
  'User',
] as const;
export type ManifestKind = (typeof manifestKinds)[number];

/** There is one set of transport links, and this is its name. */
export const linksName = 'default';

const exact = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const head = <K extends ManifestKind>(kind: K) => ({
  apiVersion: Type.Literal(manifestVersion),
  kind: Type.Literal(kind),
  metadata: exact({ name: Type.String() }),
});

const SiteManifestSchema = exact({
  ...head('Site'),
  spec: exact({
    location: Type.Optional(Type.String()),
    prefixes: Type.Optional(Type.Array(Type.String())),
    tags: Type.Optional(Type.Array(Type.String())),
    time_zone: Type.Optional(Type.String()),
    latitude: Type.Optional(Type.Number()),
    longitude: Type.Optional(Type.Number()),
    endpoints: Type.Optional(Type.Array(EndpointInputSchema)),
  }),
});
const HostSetManifestSchema = exact({
  ...head('HostSet'),
  spec: exact({ description: Type.Optional(Type.String()), members: Type.Optional(Type.Array(Type.String())) }),
});
const { name: _name, ...applicationFields } = ApplicationInputSchema.properties;
const ApplicationManifestSchema = exact({ ...head('Application'), spec: exact(applicationFields) });
const PolicyManifestSchema = exact({
  ...head('Policy'),
  spec: exact({
    default: Type.Optional(Type.Literal(true, { description: 'The policy for what no other matches' })),
    priority: Type.Optional(Type.Integer()),
    description: Type.Optional(Type.String()),
    match_conditions: Type.Optional(MatchInputSchema),
    action: Type.Optional(ActionInputSchema),
    enabled: Type.Optional(Type.Boolean()),
  }),
});
const TransportLinksManifestSchema = exact({
  ...head('TransportLinks'),
  spec: exact({
    links: Type.Optional(Type.Union([Type.Array(exact({ a: Type.String(), b: Type.String() })), Type.Null()])),
  }),
});

const QosClassManifestSchema = exact({ ...head('QosClass'), spec: QosClassFieldsSchema });

const { username, name: nameOfUser, role, enabled } = UserInputSchema.properties;
const UserManifestSchema = exact({
  ...head('User'),
  metadata: exact({ name: username }),
  spec: exact({ role, name: nameOfUser, enabled }),
});

export type SiteManifest = Static<typeof SiteManifestSchema>;
export type HostSetManifest = Static<typeof HostSetManifestSchema>;
export type ApplicationManifest = Static<typeof ApplicationManifestSchema>;
export type PolicyManifest = Static<typeof PolicyManifestSchema>;
export type TransportLinksManifest = Static<typeof TransportLinksManifestSchema>;
export type QosClassManifest = Static<typeof QosClassManifestSchema>;
export type UserManifest = Static<typeof UserManifestSchema>;
export type Manifest =
  | SiteManifest
  | HostSetManifest
  | ApplicationManifest
  | PolicyManifest
  | TransportLinksManifest
  | QosClassManifest
  | UserManifest;

const schemas = {
  Site: SiteManifestSchema,
  HostSet: HostSetManifestSchema,
  Application: ApplicationManifestSchema,
  Policy: PolicyManifestSchema,
  TransportLinks: TransportLinksManifestSchema,
  QosClass: QosClassManifestSchema,
  User: UserManifestSchema,
};

/** Of a kind that somebody wrote; undefined where there is none. */
const schemaOf = (kind: unknown): (typeof schemas)[ManifestKind] | undefined =>
  Object.hasOwn(schemas, String(kind)) ? schemas[kind as ManifestKind] : undefined;

/** More documents than the largest network needs, fewer than would hold up all other writers for long. */
const maxDocuments = 5_000;

/** A document as it comes; what its kind asks of it is checked one by one, so that errors name the field. */
export const ManifestSchema = Type.Object({
  apiVersion: Type.Literal(manifestVersion),
  kind: Type.Enum([...manifestKinds]),
  metadata: exact({ name: Type.String() }),
  spec: Type.Record(Type.String(), Type.Unknown(), { description: 'By kind; see docs/apply.md' }),
});

export const ApplyInputSchema = exact({
  documents: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1, maxItems: maxDocuments }),
  dry_run: Type.Optional(Type.Boolean({ description: 'Tell what would change, and change nothing' })),
  prune: Type.Optional(
    Type.Boolean({
      description: 'Delete what is of the kinds in the documents and in none of them; for administrators',
    }),
  ),
});
export type ApplyInput = Static<typeof ApplyInputSchema>;

/** A document and where it stands in the input. */
export interface Placed<M extends Manifest> {
  readonly manifest: M;
  /** `documents[3].` */
  readonly at: string;
}

const placeOf = (index: number): string => `documents[${index}].`;

/** The documents that are as their kind asks; everything else becomes a problem, and so does what is there twice. */
export function readDocuments(documents: readonly unknown[], problems: Problems): Placed<Manifest>[] {
  const places = new Map<string, number>();
  return documents.flatMap((document, index): Placed<Manifest>[] => {
    const at = placeOf(index);
    const schema = schemaOf((document as Partial<Manifest> | null)?.kind);
    if (schema === undefined) {
      problems.add(`${at}kind`, 'is none that can be applied', `use ${manifestKinds.join(', ')}`);
      return [];
    }
    const validator = validatorOf(schema);
    if (!validator.Check(document)) {
      for (const each of problemsOf(validator.Errors(document), '')) {
        problems.addAll([{ ...each, field: `${at}${each.field}`.replace(/\.$/, '') }]);
      }
      return [];
    }
    const key = `${document.kind} ${document.metadata.name.trim().toLowerCase()}`;
    const first = places.get(key);
    places.set(key, index);
    if (first === undefined) return [{ manifest: document, at }];
    const twice = `${document.kind} "${document.metadata.name}" is there already, as ${placeOf(first).slice(0, -1)}`;
    problems.add(`${at}metadata.name`, twice, 'keep one');
    return [];
  });
}
