import type { GraphQLResolveInfo } from 'graphql';
import { Type, type TSchema } from 'typebox';
import type { ListRequest } from '../../services/lists/index.ts';
import type { Page } from '../../services/page.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import type { GraphqlContext } from './graphql-services.ts';

/** What a list is asked for by, as the table of permissions has it. */
export type OperationName = Pick<GraphQLResolveInfo, 'parentType' | 'fieldName'>;

/** A list that GraphQL tells twice: as its items, and as pages that say where the next begins. */
export interface ListField<Item, Request> {
  readonly type: { readonly name: string; readonly $inferType: Item };
  readonly description?: string;
  /** What callers may say, in the words of the REST API. */
  readonly fields: Readonly<Record<string, TSchema>>;
  /** Further names of those. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly load: (context: GraphqlContext, request: Request, info: OperationName) => Promise<Page<Item>>;
  /** See {@link fromStore}. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Marks fields whose answer changes only with what is stored, with who is online and with compiled documents. */
export const fromStore = { fromStore: true } as const;

/** Adds `sites` and `sitesPage` for a name of `sites`; both take the same arguments. */
export function listFields<Item, Request = ListRequest>(name: string, list: ListField<Item, Request>): void {
  const { type, fields, aliases = {}, description, extensions = {} } = list;
  const optional = Object.fromEntries(Object.entries(fields).map(([key, schema]) => [key, Type.Optional(schema)]));
  const check = inputChecker<Request>(Type.Object(optional, { additionalProperties: false }));
  const request = (args: Readonly<Record<string, unknown>>): Request =>
    check(Object.fromEntries(Object.entries(args).map(([key, value]) => [aliases[key] ?? key, value])));
  const shared = { args: argumentsOf({ ...fields, ...aliased(fields, aliases) }), description, extensions };
  type Resolve = (
    root: unknown,
    args: Record<string, unknown>,
    context: GraphqlContext,
    info: OperationName,
  ) => unknown;
  const all: Resolve = async (_root, args, context, info) => [...(await list.load(context, request(args), info)).items];
  const page: Resolve = (_root, args, context, info) => list.load(context, request(args), info);
  builder.queryField(name, (t) => t.field({ ...shared, type: [type], resolve: all } as never));
  builder.queryField(`${name}Page`, (t) => t.field({ ...shared, type: pageType<Item>(type), resolve: page } as never));
}

const pageType = <Item>(type: ListField<Item, unknown>['type']) =>
  builder.objectRef<Page<Item>>(`${type.name}Page`).implement({
    fields: (t) => ({
      items: t.field({ type: [type], resolve: (page: Page<Item>) => [...page.items] } as never),
      next_cursor: t.exposeString('nextCursor', { nullable: true, description: '`cursor` of the next page' }),
    }),
  });

const aliased = (
  fields: Readonly<Record<string, TSchema>>,
  aliases: Readonly<Record<string, string>>,
): Record<string, TSchema> =>
  Object.fromEntries(Object.entries(aliases).map(([alias, name]) => [alias, fields[name] ?? Type.Unknown()]));

/** Times are the only numbers that are not whole, and are longer than 32 bits. */
const scalars: Readonly<Record<string, unknown>> = {
  integer: 'Int',
  number: 'Timestamp',
  boolean: 'Boolean',
  array: ['String'],
};

function argumentsOf(fields: Readonly<Record<string, TSchema>>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, schema]) => {
    const { type, description } = schema as { type?: string; description?: string };
    const options = {
      type: name.endsWith('_id') ? 'ID' : (scalars[type ?? ''] ?? 'String'),
      ...(description === undefined ? {} : { description }),
    };
    return [name, builder.args((t) => ({ it: t.field(options as never) })).it] as const;
  });
  return Object.fromEntries(entries);
}
