import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import { PatronusError } from '@patronus/core';
import { GraphQLError } from 'graphql';
import type { GraphqlContext } from './graphql-services.ts';

/** Deepest query the dashboards need is 4; fragments of hostile ones go on for ever. */
const maxDepth = 10;
/** Fields, weighted by the lists they stand in: a whole network's snapshot is some thousands. */
const maxComplexity = 20_000;
const maxBreadth = 500;

export const builder = new SchemaBuilder<{
  Context: GraphqlContext;
  Scalars: {
    BigInt: { Input: bigint; Output: bigint };
    JSON: { Input: never; Output: unknown };
    Timestamp: { Input: number; Output: number };
  };
  DefaultFieldNullability: false;
}>({
  plugins: [ComplexityPlugin],
  defaultFieldNullability: false,
  complexity: {
    defaultComplexity: 1,
    defaultListMultiplier: 10,
    limit: { complexity: maxComplexity, depth: maxDepth, breadth: maxBreadth },
    complexityError: (kind, { complexity, maxComplexity: most, depth, breadth }) =>
      new PatronusError('too_large', `the ${kind} of this query is too high; ask for less at once`, {
        facts: { complexity, most, depth, breadth },
      }),
  },
});

builder.scalarType('BigInt', {
  description: 'A 64-bit counter: a JSON number while it is exact, beyond 2^53 a string of digits',
  serialize: (value) =>
    value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : (value.toString() as unknown as number),
  parseValue: (value) => BigInt(value as string | number),
});
builder.scalarType('JSON', {
  description: 'Any JSON value, as it is',
  serialize: (value) => value,
  parseValue: () => {
    throw new GraphQLError('JSON is for output only');
  },
});
builder.scalarType('Timestamp', {
  description: 'Unix milliseconds',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    throw new GraphQLError('a Timestamp is a number of unix milliseconds, 0 or more');
  },
});

builder.queryType({});
builder.mutationType({});
builder.subscriptionType({});
