import { PatronusError } from '@patronus/core';
import { expect, it } from 'vitest';
import { postgresFailure } from './postgres-failure.ts';

const place = { database: 'patronus', user: 'patronus', server: '192.0.2.1:5432' };
const failure = (code: string, message = 'what the server said') =>
  postgresFailure(Object.assign(new Error(message), { code }), place);

it.each([
  ['53100', 'disk_full', /disk is full; nothing of this change was stored/],
  ['53300', 'database_unavailable', /max_connections/],
  ['25006', 'database_unavailable', /takes no writes now/],
  ['57014', 'timeout', /took too long/],
  ['55P03', 'timeout', /held by another change/],
  ['57P01', 'database_unavailable', /ended the connection; nothing of this change was stored/],
  ['40P01', 'database_unavailable', /try again/],
  ['22021', 'invalid_input', /NUL/],
  ['ECONNREFUSED', 'database_unavailable', /cannot be reached \(what the server said\)/],
])('state %s is told as %s, with the place and the remedy', (state, code, message) => {
  const told = failure(state) as PatronusError;
  expect(told).toBeInstanceOf(PatronusError);
  expect(told.code).toBe(code);
  expect(told.message).toMatch(message);
  expect(told.message).toContain('192.0.2.1:5432');
});

it('what is a fault of the program is not made into something else', () => {
  const syntax = Object.assign(new Error('syntax error'), { code: '42601' });
  expect(postgresFailure(syntax, place)).toBe(syntax);
});

it('a missing extension is told by the package that has it', () => {
  const told = failure('0A000', 'extension "citext" is not available') as PatronusError;
  expect(told.message).toMatch(/postgresql-contrib/);
});
