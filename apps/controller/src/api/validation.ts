import { InvalidInputError } from '@patronus/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { problemsOf } from '../services/schema-problems.ts';

/** Checks requests against their TypeBox schemas. Text from URLs is converted, bodies are taken as they are. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  return (input: unknown) => {
    const value = httpPart === 'body' ? input : validator.Convert(input);
    if (validator.Check(value)) return { value };
    const whole = httpPart === 'body' ? 'body' : 'query';
    return { error: new InvalidInputError(problemsOf(validator.Errors(value), whole)) };
  };
};
