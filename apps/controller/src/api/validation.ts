import { InvalidInputError } from '@patronus/core';
import { validatorOf } from '@patronus/protocol';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { problemsOf } from '../services/schema-problems.ts';

/** Checks requests against their TypeBox schemas. Text from URLs is converted, bodies are taken as they are. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  return (input: unknown) => {
    const validator = validatorOf(schema);
    const value = httpPart === 'body' ? input : validator.Convert(withLists(schema, input));
    if (validator.Check(value)) return { value };
    const whole = httpPart === 'body' ? 'body' : 'query';
    return { error: new InvalidInputError(problemsOf(validator.Errors(value), whole)) };
  };
};

/** In an address, several values of one name stand with commas between them, or the name stands several times. */
function withLists(schema: TSchema, input: unknown): unknown {
  const properties = (schema as { properties?: Record<string, { type?: unknown }> }).properties ?? {};
  const lists = Object.keys(properties).filter((name) => properties[name]?.type === 'array');
  if (lists.length === 0 || typeof input !== 'object' || input === null) return input;
  const given = input as Readonly<Record<string, unknown>>;
  const split = (value: unknown): unknown =>
    typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value;
  const named = lists.filter((name) => given[name] !== undefined);
  return { ...given, ...Object.fromEntries(named.map((name) => [name, [given[name]].flat().flatMap(split)])) };
}
