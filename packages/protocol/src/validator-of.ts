import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** What a schema says of a value. */
export interface SchemaValidator<T> extends Pick<Validator, 'Errors' | 'Convert'> {
  Check(value: unknown): value is T;
}

const compiled = new WeakMap<TSchema, Validator>();

/**
 * The validator of a schema, compiled when it is first asked for and kept with the schema. A controller knows some hundred
 * schemas and uses a few: compiling all of them would cost it half a second at its start, and memory for good.
 */
export function validatorOf<S extends TSchema>(schema: S): SchemaValidator<Static<S>> {
  const validator: Validator = compiled.get(schema) ?? Compile(schema as TSchema);
  compiled.set(schema, validator);
  return validator as SchemaValidator<unknown> as SchemaValidator<Static<S>>;
}
