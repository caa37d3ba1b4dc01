import type { TSchema } from 'typebox';
import { InvalidInputError } from '@patronus/core';
import { validatorOf } from '@patronus/protocol';
import { problemsOf } from '../../services/schema-problems.ts';

/**
 * A GraphQL input held against the schema that the REST API uses, so that both refuse the same things in the same words.
 * GraphQL sends absent optional fields as null; those that the schema does not take as null count as absent.
 */
export function inputChecker<T>(schema: TSchema): (input: unknown) => T {
  return (input) => {
    const validator = validatorOf(schema);
    const value = validator.Check(input) ? input : withoutNulls(input);
    if (validator.Check(value)) return value as T;
    throw new InvalidInputError(problemsOf(validator.Errors(value), 'input'));
  };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}
