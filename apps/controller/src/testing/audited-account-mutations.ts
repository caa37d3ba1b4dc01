import { expect } from 'vitest';
import type { AuditedController, AuditedMutation } from './audited-controller.ts';

const newUser = { username: 'alice', role: 'viewer', password: 'Correct-Horse-9-Battery' };
const newApiKey = { name: 'deploy', scopes: ['network:read'] };

/** What is changed of users and of what is theirs, in an order in which all of it succeeds. */
export const accountMutations = (audited: AuditedController): AuditedMutation[] => [
  ...userMutations(audited),
  ...bobsMutations(audited),
  ...apiKeyMutations(audited),
  ...keyMutations(audited),
  ...deviceMutations(audited),
];

function linkKeeper({ secrets }: AuditedController) {
  return async (answer: Promise<unknown>): Promise<void> => {
    secrets.push(((await answer) as { path: string }).path.split('#')[1]!);
  };
}

function userMutations(audited: AuditedController): AuditedMutation[] {
  const { rest } = audited;
  const newLink = linkKeeper(audited);
  return [
    ['POST /users', 'user_created', 'alice', () => rest('POST', 'users', newUser)],
    ['PATCH /users', 'user_updated', 'alice', () => rest('PATCH', 'users/alice', { role: 'operator' })],
    [
      'PUT /users/password',
      'password_set',
      'alice',
      () => rest('PUT', 'users/alice/password', { password: newUser.password }),
    ],
    [
      'POST /users/password-link',
      'password_link_created',
      'alice',
      () => newLink(rest('POST', 'users/alice/password-link')),
    ],
    ['DELETE /users/sessions', 'sessions_ended', 'alice', () => rest('DELETE', 'users/alice/sessions')],
    ['DELETE /users', 'user_deleted', 'alice', () => rest('DELETE', 'users/alice')],
    ['POST /users/restore', 'user_restored', 'alice', () => rest('POST', 'users/alice/restore')],
    ['DELETE /users?purge', 'user_purged', 'alice', () => rest('DELETE', 'users/alice?purge=true')],
  ];
}

function bobsMutations(audited: AuditedController): AuditedMutation[] {
  const { graphql, rest } = audited;
  const newLink = linkKeeper(audited);
  return [
    [
      'createUser',
      'user_created',
      'bob',
      () => graphql('mutation { createUser(input: { username: "bob", role: "viewer" }) { id } }'),
    ],
    [
      'updateUser',
      'user_updated',
      'bob',
      () => graphql('mutation { updateUser(user_id: "bob", input: { name: "Bob" }) { id } }'),
    ],
    [
      'setUserPassword',
      'password_set',
      'bob',
      () => graphql(`mutation { setUserPassword(user_id: "bob", password: "${newUser.password}") { message } }`),
    ],
    [
      'createPasswordLink',
      'password_link_created',
      'bob',
      async () => {
        const made = await graphql('mutation { createPasswordLink(user_id: "bob") { path } }');
        await newLink(Promise.resolve(made['createPasswordLink']));
      },
    ],
    [
      'endUserSessions',
      'sessions_ended',
      'bob',
      () => graphql('mutation { endUserSessions(user_id: "bob") { message } }'),
    ],
    ['deleteUser', 'user_deleted', 'bob', () => graphql('mutation { deleteUser(user_id: "bob") { message } }')],
    ['restoreUser', 'user_restored', 'bob', () => graphql('mutation { restoreUser(user_id: "bob") { id } }')],
    [
      'POST /users/erasure',
      'user_erased',
      expect.stringMatching(/^erased-/) as string,
      () => rest('POST', 'users/bob/erasure'),
    ],
    [
      'eraseUser',
      'user_erased',
      expect.stringMatching(/^erased-/) as string,
      () => graphql('mutation { eraseUser(user_id: "alice") { message } }'),
    ],
  ];
}

function apiKeyMutations(audited: AuditedController): AuditedMutation[] {
  const { firstId, graphql, rest, secrets } = audited;
  const newSecret = (answer: unknown): void => void secrets.push((answer as { key: string }).key);
  return [
    ['POST /api-keys', 'api_key_created', 'deploy', async () => newSecret(await rest('POST', 'api-keys', newApiKey))],
    [
      'PATCH /api-keys',
      'api_key_updated',
      'deploy',
      async () => rest('PATCH', `api-keys/${await firstId('api-keys')}`, { scopes: ['audit:read'] }),
    ],
    [
      'DELETE /api-keys',
      'api_key_deleted',
      'deploy',
      async () => rest('DELETE', `api-keys/${await firstId('api-keys')}`),
    ],
    [
      'POST /api-keys/restore',
      'api_key_restored',
      'deploy',
      async () => rest('POST', `api-keys/${await firstId('api-keys?deleted=true')}/restore`),
    ],
    [
      'DELETE /api-keys?purge',
      'api_key_purged',
      'deploy',
      async () => rest('DELETE', `api-keys/${await firstId('api-keys')}?purge=true`),
    ],
    [
      'createApiKey',
      'api_key_created',
      'ci',
      async () => {
        const made = await graphql(
          'mutation { createApiKey(input: { name: "ci", scopes: ["network:read"] }) { key } }',
        );
        newSecret(made['createApiKey']);
      },
    ],
    [
      'updateApiKey',
      'api_key_updated',
      'ci',
      async () =>
        graphql(
          `mutation { updateApiKey(key_id: "${await firstId('api-keys')}", input: { scopes: ["audit:read"] }) { id } }`,
        ),
    ],
    [
      'deleteApiKey',
      'api_key_deleted',
      'ci',
      async () => graphql(`mutation { deleteApiKey(key_id: "${await firstId('api-keys')}") { message } }`),
    ],
    [
      'restoreApiKey',
      'api_key_restored',
      'ci',
      async () => graphql(`mutation { restoreApiKey(key_id: "${await firstId('api-keys?deleted=true')}") { id } }`),
    ],
  ];
}

function keyMutations(audited: AuditedController): AuditedMutation[] {
  const { graphql, rest } = audited;
  return [
    ['POST /signing-keys', 'signing_key_created', null, () => rest('POST', 'signing-keys', {})],
    ['rotateSigningKey', 'signing_key_created', null, () => graphql('mutation { rotateSigningKey { id } }')],
    ['POST /secret-keys', 'secret_key_rotated', null, () => rest('POST', 'secret-keys')],
    ['rotateSecretKey', 'secret_key_rotated', null, () => graphql('mutation { rotateSecretKey { success } }')],
  ];
}

function deviceMutations(audited: AuditedController): AuditedMutation[] {
  const { graphql, rest, secrets } = audited;
  const newCode = async (): Promise<string> => {
    const { body } = await audited.controller.ask<{ user_code: string; device_code: string }>('POST', 'auth/device', {
      machine: 'laptop',
    });
    secrets.push(body.device_code, body.user_code, body.user_code.replace('-', ''));
    return body.user_code;
  };
  const decide = async (name: string) => graphql(`mutation { ${name}(code: "${await newCode()}") { message } }`);
  return [
    [
      'POST /auth/device/approval',
      'device_sign_in_approved',
      'laptop',
      async () => rest('POST', `auth/device/${await newCode()}/approval`),
    ],
    [
      'POST /auth/device/refusal',
      'device_sign_in_refused',
      'laptop',
      async () => rest('POST', `auth/device/${await newCode()}/refusal`),
    ],
    ['approveDeviceSignIn', 'device_sign_in_approved', 'laptop', () => decide('approveDeviceSignIn')],
    ['refuseDeviceSignIn', 'device_sign_in_refused', 'laptop', () => decide('refuseDeviceSignIn')],
  ];
}
