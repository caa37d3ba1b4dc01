import { InvalidInputError } from '@patronus/core';
import type { Actor } from '../../audit/index.ts';
import { unknownPasswordHash } from '../../auth/index.ts';
import type { Change } from '../../database/store.ts';
import { identityRepository } from '../../repositories/identity-repository.ts';
import { userRepository } from '../../repositories/user-repository.ts';
import type { Problems } from '../problems.ts';
import { addUser, type UserService } from '../user-service.ts';
import type { Placed, UserManifest } from './manifest.ts';

/**
 * Makes users what their documents say, and answers the ids of those who are new: they cannot sign in before they have
 * chosen a password by a link. Problems go to `problems`.
 */
export async function applyUsers(
  change: Change,
  by: Actor,
  users: Pick<UserService, 'updateIn'>,
  { documents, problems }: { readonly documents: readonly Placed<UserManifest>[]; readonly problems: Problems },
): Promise<string[]> {
  const managed = new Set(await identityRepository.listManagedUsers(change.db));
  const added: string[] = [];
  for (const { manifest, at } of documents) {
    const { role, name = '', enabled = true } = manifest.spec;
    const row = await userRepository.findByName(change.db, manifest.metadata.name);
    if (row !== undefined && managed.has(row.user_id)) {
      const remedy = 'leave the document out; "patronus users update" can disable them';
      problems.add(`${at}metadata.name`, 'comes from single sign-on, which says their name and role', remedy);
    } else if (row?.deleted_at === null) {
      await users.updateIn(change, by, row, { role, name, enabled });
    } else {
      const details = { name, role, enabled, password_given: false };
      const told = { username: manifest.metadata.name, password_hash: await unknownPasswordHash(), details };
      await addUser(change, by, told).then(
        (id) => added.push(id),
        (thrown: unknown) => {
          if (!(thrown instanceof InvalidInputError)) throw thrown;
          problems.addAll(thrown.problems.map((each) => ({ ...each, field: `${at}metadata.name` })));
        },
      );
    }
  }
  return added;
}

/** Ids of the administrators who can sign in. */
export const administratorsIn = async (change: Change): Promise<string[]> =>
  (await userRepository.listAdministrators(change.db)).map(({ user_id }) => user_id);

/** Whoever is new has no password yet, and does not count. */
export async function checkAdministratorStays(
  change: Change,
  added: readonly string[],
  problems: Problems,
): Promise<void> {
  if ((await administratorsIn(change)).some((id) => !added.includes(id))) return;
  const remedy = 'keep one with the role admin, enabled, who has chosen a password';
  problems.add('documents', 'would leave no administrator who can sign in', remedy);
}
