import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

const userFields = graphql(`
  fragment UserFields on User {
    id
    username
    name
    role
    enabled
    totp
    created_at
    last_sign_in_at
    locked_until
    deleted_at
    purge_at
  }
`);

export const usersQuery = graphql(
  `
    query Users($deleted: Boolean) {
      users(deleted: $deleted) {
        ...UserFields
      }
    }
  `,
  [userFields],
);

export const userQuery = graphql(
  `
    query Person($user: ID!) {
      user(user_id: $user) {
        ...UserFields
      }
      identities(user_id: $user) {
        id
        issuer
        subject
        last_used_at
        manages_user
      }
    }
  `,
  [userFields],
);

export type Person = ResultOf<typeof userFields>;

export const createUser = graphql(`
  mutation CreateUser($input: UserInput!) {
    createUser(input: $input) {
      id
      username
    }
  }
`);

export const updateUser = graphql(`
  mutation UpdateUser($user: ID!, $input: UserChanges!) {
    updateUser(user_id: $user, input: $input) {
      id
      username
    }
  }
`);

export const deleteUser = graphql(`
  mutation DeleteUser($user: ID!) {
    deleteUser(user_id: $user) {
      message
    }
  }
`);

export const restoreUser = graphql(`
  mutation RestoreUser($user: ID!) {
    restoreUser(user_id: $user) {
      username
    }
  }
`);

export const createPasswordLink = graphql(`
  mutation CreatePasswordLink($user: ID!) {
    createPasswordLink(user_id: $user) {
      path
      username
      expires_at
    }
  }
`);

export const resetUserTotp = graphql(`
  mutation ResetUserTotp($user: ID!) {
    resetUserTotp(user_id: $user) {
      message
    }
  }
`);

export const roles = [
  { value: 'viewer', label: 'Viewer: looks at everything in the network' },
  { value: 'operator', label: 'Operator: also changes the network' },
  { value: 'admin', label: 'Administrator: also people, keys, deletion and settings' },
];
