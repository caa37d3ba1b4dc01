import type { GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { PatronusError } from '@patronus/core';
import { permissionFor } from '../permissions.ts';
import { codedError } from './coded-error.ts';
import type { GraphqlContext } from './graphql-services.ts';

type Resolver = GraphQLFieldResolver<unknown, GraphqlContext, Record<string, unknown>>;

/**
 * Has every operation of a schema judged by the table of permissions before it is resolved. A field that the table does not
 * have throws here.
 */
export function guardFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const [operation, field] of rootFields(type)) field.resolve = guarded(operation, field.resolve as Resolver);
  }
  for (const [operation, field] of rootFields(schema.getSubscriptionType())) {
    field.subscribe = guardedStream(operation, field.subscribe as Resolver);
  }
  return schema;
}

function rootFields(type: GraphQLObjectType | null | undefined) {
  return Object.entries(type?.getFields() ?? {}).map(([name, field]) => {
    const operation = `${type!.name}.${name}`;
    permissionFor(operation);
    return [operation, field] as const;
  });
}

const guarded =
  (operation: string, resolve: Resolver): Resolver =>
  async (root, args, context, info) =>
    resolve(root, args, await admitted(operation, context), info);

/** Errors: `unauthenticated`, `forbidden`, `rate_limited`. */
async function admitted(operation: string, context: GraphqlContext): Promise<GraphqlContext> {
  const caller = await context.currentCaller();
  try {
    await context.access.admit({ caller, address: context.address, operation });
  } catch (refusal) {
    if (refusal instanceof PatronusError && refusal.code === 'rate_limited') tellWhen(context, refusal);
    throw refusal;
  }
  return { ...context, caller };
}

/** As REST tells it, where there is an HTTP answer to tell it by (RFC 6585, section 4). */
function tellWhen({ reply }: GraphqlContext, { facts }: PatronusError): void {
  void reply?.code(429).header('retry-after', String(facts['retryAfterSeconds']));
}

/** What a revocation at another controller may take to end a stream here; those of this one end it at once. */
const recheckMs = 1_000;

/** Every value is delivered only while whoever asked may still have it. */
const guardedStream =
  (operation: string, resolve: Resolver): Resolver =>
  async (root, args, context, info) => {
    const { access } = context;
    // Errors of streams are not formatted on their way out, as those of answers are.
    const judge = () => admitted(operation, context).catch((refusal: unknown) => Promise.reject(codedError(refusal)));
    const values = (await resolve(root, args, await judge(), info)) as AsyncIterableIterator<unknown>;
    let seen = { at: performance.now(), revocations: access.revocations };
    const isFresh = (): boolean => seen.revocations === access.revocations && performance.now() - seen.at < recheckMs;
    const checked: AsyncIterableIterator<unknown> = {
      next: async () => {
        const result = await values.next();
        if (result.done === true || isFresh()) return result;
        seen = { at: performance.now(), revocations: access.revocations };
        await judge().catch(async (refusal: unknown) => {
          await values.return!();
          throw refusal;
        });
        return result;
      },
      return: (value) => values.return!(value),
      [Symbol.asyncIterator]: () => checked,
    };
    return checked;
  };
