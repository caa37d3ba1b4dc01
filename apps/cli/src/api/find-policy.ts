import { PatronusError } from '@patronus/core';
import type { ApiClient } from './api-client.ts';
import type { Policy } from './resources.ts';

/** By name or id. Errors: `not_found`. */
export async function findPolicy(api: ApiClient, reference: string): Promise<Policy> {
  if (/^\d+$/.test(reference)) return await api.get<Policy>(`/policies/${reference}`);
  const policies = await api.list<Policy>('/policies');
  const found = policies.find((policy) => policy.name === reference);
  if (found !== undefined) return found;
  const known = policies.map((policy) => policy.name).join(', ');
  throw new PatronusError('not_found', `there is no policy "${reference}"; there are: ${known}`);
}
