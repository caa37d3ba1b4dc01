import { describe, expect, it } from 'vitest';
import { fieldsOf, valueAt, withValueAt } from './document-path.ts';

const document = { name: 'voice', action: { type: 'steer', prefer: ['mpls'] } };

describe('a policy as a document', () => {
  it('changes at a place, keeps the order of its fields and what it does not know', () => {
    const changed = withValueAt({ future: true, ...document }, ['action', 'prefer'], ['lte']);
    expect(changed).toEqual({ future: true, name: 'voice', action: { type: 'steer', prefer: ['lte'] } });
    expect(Object.keys(withValueAt(document, ['name'], 'calls'))).toEqual(['name', 'action']);
  });

  it('makes what is missing on the way to a place', () => {
    const changed = withValueAt({}, ['match_conditions', 'any_of', 0, 'protocol'], 'udp');
    expect(changed).toEqual({ match_conditions: { any_of: [{ protocol: 'udp' }] } });
    expect(valueAt(changed, ['match_conditions', 'any_of', 0, 'protocol'])).toBe('udp');
    expect(valueAt(changed, ['match_conditions', 'any_of', 1, 'protocol'])).toBeUndefined();
  });

  it('takes out what is undefined, entries of lists too', () => {
    expect(withValueAt(document, ['action', 'prefer'], undefined)).toEqual({
      name: 'voice',
      action: { type: 'steer' },
    });
    const two = { any_of: [{ protocol: 'udp' }, { protocol: 'tcp' }] };
    expect(withValueAt(two, ['any_of', 0], undefined)).toEqual({ any_of: [{ protocol: 'tcp' }] });
  });

  it('names all its fields', () => {
    expect(fieldsOf(document)).toEqual(['name', 'action', 'action.type', 'action.prefer', 'action.prefer.0']);
  });
});
