import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const apiKeysQuery = graphql(`
  query ApiKeys($user: ID) {
    apiKeys(user_id: $user) {
      id
      name
      username
      role
      scopes
      created_at
      expires_at
      last_used_at
      last_address
    }
  }
`);

export const createApiKey = graphql(`
  mutation CreateApiKey($input: ApiKeyInput!) {
    createApiKey(input: $input) {
      id
      name
      key
    }
  }
`);

export const deleteApiKey = graphql(`
  mutation DeleteApiKey($key: ID!) {
    deleteApiKey(key_id: $key) {
      message
    }
  }
`);

export const restoreApiKey = graphql(`
  mutation RestoreApiKey($key: ID!) {
    restoreApiKey(key_id: $key) {
      name
    }
  }
`);

export const enrolmentKeysQuery = graphql(`
  query EnrolmentKeys {
    enrolmentKeys(limit: 1000) {
      id
      site
      created_at
      expires_at
      max_uses
      uses
      replace
      revoked
    }
  }
`);

export const deleteEnrolmentKey = graphql(`
  mutation DeleteEnrolmentKey($key: ID!) {
    deleteEnrolmentKey(id: $key) {
      message
    }
  }
`);

export type ApiKey = ResultOf<typeof apiKeysQuery>['apiKeys'][number];
export type EnrolmentKey = ResultOf<typeof enrolmentKeysQuery>['enrolmentKeys'][number];
