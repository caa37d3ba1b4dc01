import Type from 'typebox';
import { expect, it } from 'vitest';
import { validatorOf } from './validator-of.ts';

it('compiles a schema once, and judges by it', () => {
  const schema = Type.Object({ port: Type.Integer({ minimum: 1 }) });
  const validator = validatorOf(schema);
  expect(validatorOf(schema)).toBe(validator);
  expect([validator.Check({ port: 1 }), validator.Check({ port: 0 })]).toEqual([true, false]);
  expect(validator.Errors({ port: 0 })).toMatchObject([{ instancePath: '/port' }]);
});
