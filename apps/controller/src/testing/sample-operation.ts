/** What arguments that name things of users are, such as `user_id`. */
export type Samples = Readonly<Record<string, string>>;

interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  /** Absent where the question went no deeper. */
  readonly ofType?: TypeRef | null;
}
interface Argument {
  readonly name: string;
  readonly type: TypeRef;
}
interface Field extends Argument {
  readonly args: readonly Argument[];
}
export interface IntrospectedSchema {
  readonly types: readonly {
    readonly name: string;
    readonly fields: readonly Field[] | null;
    readonly inputFields: readonly Argument[] | null;
    readonly enumValues: readonly { readonly name: string }[] | null;
  }[];
}

/** Asks a GraphQL server for what {@link sampleDocument} needs. */
export const introspection = `{ __schema { types {
  name
  fields { name type { ...ref } args { name type { ...ref } } }
  inputFields { name type { ...ref } }
  enumValues { name }
} } }
fragment ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

/** A GraphQL document that asks for one operation, such as `Mutation.deleteSite`, with the least that its schema wants. */
export function sampleDocument(schema: IntrospectedSchema, operation: string, samples: Samples): string {
  const [type, name] = operation.split('.') as [string, string];
  const field = schema.types.find((each) => each.name === type)?.fields?.find((each) => each.name === name);
  if (field === undefined) throw new Error(`there is no field ${operation}`);
  const args = sampleFields(schema, field.args, samples);
  const call = args === '' ? name : `${name}(${args})`;
  return `${type.toLowerCase()} { ${call}${named(field.type).kind === 'OBJECT' ? ' { __typename }' : ''} }`;
}

const named = (type: TypeRef): TypeRef => (type.ofType ? named(type.ofType) : type);

const sampleFields = (schema: IntrospectedSchema, fields: readonly Argument[], samples: Samples): string =>
  fields
    .filter(({ name, type }) => type.kind === 'NON_NULL' || name in samples)
    .map(({ name, type }) => `${name}: ${sampleValue(schema, name, type, samples)}`)
    .join(', ');

function sampleValue(schema: IntrospectedSchema, name: string, type: TypeRef, samples: Samples): string {
  if (type.kind === 'NON_NULL') return sampleValue(schema, name, type.ofType!, samples);
  if (type.kind === 'LIST') return name === 'scopes' ? '["network:read"]' : '[]';
  if (type.kind === 'INPUT_OBJECT') {
    const fields = schema.types.find((each) => each.name === type.name)?.inputFields ?? [];
    return `{ ${sampleFields(schema, fields, samples)} }`;
  }
  if (type.kind === 'ENUM') return schema.types.find((each) => each.name === type.name)!.enumValues![0]!.name;
  if (type.name === 'Boolean') return 'false';
  return ['Int', 'Float', 'Timestamp', 'BigInt'].includes(type.name!) ? '1' : JSON.stringify(samples[name] ?? 'none');
}
