import Type, { type TObject, type TSchema } from 'typebox';
import { err, ok, parseAddress, parsePrefix, type FieldProblem, type Result } from '@patronus/core';
import { validatorOf } from './validator-of.ts';

/** A schema that names every field of `T`, optional ones too, and lets no other field pass. */
export const exact = <T>(properties: { readonly [Field in keyof T]-?: TSchema }): TObject =>
  Type.Object(properties, { additionalProperties: false });

/** The same for messages: a field that a newer program added is passed over. */
export const open = <T>(properties: { readonly [Field in keyof T]-?: TSchema }): TObject => Type.Object(properties);

export const uuidText = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });

export const prefixText = Type.Refine(
  Type.String({ maxLength: 64 }),
  (text) => isCanonical(text, parsePrefix(text)),
  () => 'must be a prefix in canonical form, such as 10.1.0.0/24',
);

export const addressText = Type.Refine(
  Type.String({ maxLength: 64 }),
  (text) => isCanonical(text, parseAddress(text)),
  () => 'must be an address in canonical form, such as 192.0.2.1',
);

export const choice = (values: readonly string[]): TSchema => Type.Union(values.map((value) => Type.Literal(value)));
export const nullable = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
export const integer = (minimum: number, maximum: number): TSchema => Type.Integer({ minimum, maximum });

/** The value as `T` if the schema lets it pass, else what is wrong and where (`endpoints[2].slot`). */
export function checked<T>(schema: TSchema, value: unknown): Result<T, readonly FieldProblem[]> {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return ok(value as T);
  const problems = validator.Errors(value).map((error) => ({
    field: fieldName(error.instancePath),
    problem: error.message,
  }));
  return err(problems.slice(0, maxProblemsShown));
}

/** More tell a reader nothing: one wrong shape repeats in every item of a list. */
const maxProblemsShown = 5;

const isCanonical = (text: string, parsed: Result<string, string>): boolean => parsed.ok && parsed.value === text;

const fieldName = (pointer: string): string =>
  pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.') || '(whole)';
