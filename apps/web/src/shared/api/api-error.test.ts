import { describe, expect, it } from 'vitest';
import { ApiError, errorOfGraphql, errorOfProblem, problemsByField } from './api-error.ts';

describe('errors of the API', () => {
  it('begin and end like sentences, and keep their code', () => {
    const error = errorOfProblem({ code: 'forbidden', detail: 'eve is viewer; this needs the role operator' }, 403);
    expect(error.code).toBe('forbidden');
    expect(error.message).toBe('Eve is viewer; this needs the role operator.');
  });

  it('say that nobody answered where there is no answer at all', () => {
    expect(errorOfGraphql({ graphQLErrors: [], networkError: new Error('failed') }).code).toBe('no_answer');
  });

  it('are told at the nearest field of a form, and elsewhere with the name of their field', () => {
    const error = new ApiError('invalid_input', 'The input is not valid.', [
      { field: 'input.endpoints[0].device', problem: 'is empty', remedy: 'name a device' },
      { field: 'name', problem: 'is taken' },
      { field: 'unheard_of', problem: 'is wrong' },
    ]);
    expect(problemsByField(error, ['name', 'endpoints.0'])).toEqual({
      fields: { 'endpoints.0': 'Is empty; name a device.', name: 'Is taken.' },
      rest: 'unheard_of: Is wrong.',
    });
  });

  it('without fields are told as a whole', () => {
    expect(problemsByField(new ApiError('conflict', 'It is there.'), ['name']).rest).toBe('It is there.');
  });
});
