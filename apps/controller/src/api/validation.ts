import { InvalidInputError, type FieldProblem } from '@patronus/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';

/** Checks requests against their TypeBox schemas. Text from URLs is converted, bodies are taken as they are. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  return (input: unknown) => {
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

/** One problem per field. */
function problemsOf(errors: readonly TLocalizedValidationError[], whole: string): FieldProblem[] {
  const byField = Map.groupBy(errors, (error) => error.instancePath);
  const unknown = new Set(
    errors.flatMap((error) => unknownFields(error).map((name) => `${error.instancePath}/${name}`)),
  );
  return [...byField].flatMap(([path, group]) => {
    if (unknown.has(path)) return [{ field: fieldName(path, whole), problem: 'is unknown', remedy: 'leave it out' }];
    const missing = group.flatMap((error) =>
      error.keyword === 'required' ? error.params.requiredProperties.map((name) => `${path}/${name}`) : [],
    );
    if (missing.length > 0) return missing.map((each) => ({ field: fieldName(each, whole), problem: 'is missing' }));
    const told = group.filter((error) => !structural.has(error.keyword)).map(describe);
    const alternatives = [...new Set(told)];
    return alternatives.length === 0 ? [] : [{ field: fieldName(path, whole), problem: alternatives.join(' or ') }];
  });
}

/** Keywords that only say that something inside was wrong. */
const structural = new Set(['anyOf', 'additionalProperties', 'required']);

const unknownFields = (error: TLocalizedValidationError): readonly string[] =>
  error.keyword === 'additionalProperties' ? error.params.additionalProperties : [];

function describe(error: TLocalizedValidationError): string {
  if (error.keyword === 'enum') return `must be one of ${error.params.allowedValues.join(', ')}`;
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`;
  return error.message;
}

const fieldName = (pointer: string, whole: string): string =>
  pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.') || whole;
