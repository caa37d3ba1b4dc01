import { describe, expect, it } from 'vitest';
import { toCamelCase, toSnakeCase } from './case.ts';

describe('keys on their way through the API', () => {
  const inside = { maxLossPercent: 1, anyOf: [{ sourcePorts: [{ from: 1, to: 2 }] }], nothing: null };
  const outside = { max_loss_percent: 1, any_of: [{ source_ports: [{ from: 1, to: 2 }] }], nothing: null };
  it('become snake_case, at any depth', () => expect(toSnakeCase(inside)).toEqual(outside));
  it('and camelCase again', () => expect(toCamelCase(outside)).toEqual(inside));
  it('while values stay as they are', () => {
    expect(toSnakeCase({ eventType: 'pathDown' })).toEqual({ event_type: 'pathDown' });
    expect(toCamelCase({ event_type: 'path_down' })).toEqual({ eventType: 'path_down' });
  });
});
