import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const accountQuery = graphql(`
  query Account {
    account {
      id
      username
      name
      role
      totp
      created_at
      last_sign_in_at
    }
  }
`);

export const beginTotp = graphql(`
  mutation BeginTotp($password: String!) {
    beginTotp(password: $password) {
      secret
      uri
    }
  }
`);

export const confirmTotp = graphql(`
  mutation ConfirmTotp($code: String!) {
    confirmTotp(code: $code) {
      recovery_codes
    }
  }
`);

export const removeTotp = graphql(`
  mutation RemoveTotp($code: String!) {
    removeTotp(code: $code) {
      message
    }
  }
`);

export const renewRecoveryCodes = graphql(`
  mutation RenewRecoveryCodes($code: String!) {
    renewRecoveryCodes(code: $code) {
      recovery_codes
    }
  }
`);

export const passkeysQuery = graphql(`
  query Passkeys($user: ID) {
    passkeys(user_id: $user) {
      id
      name
      host
      created_at
      last_used_at
    }
  }
`);

export const beginPasskey = graphql(`
  mutation BeginPasskey($password: String!) {
    beginPasskey(password: $password)
  }
`);

export const addPasskey = graphql(`
  mutation AddPasskey($input: PasskeyInput!) {
    addPasskey(input: $input) {
      id
      name
    }
  }
`);

export const deletePasskey = graphql(`
  mutation DeletePasskey($passkey: ID!) {
    deletePasskey(passkey_id: $passkey) {
      message
    }
  }
`);

export const sessionsQuery = graphql(`
  query Sessions($user: ID) {
    sessions(user_id: $user) {
      id
      created_at
      last_used_at
      address
      user_agent
      machine
      current
    }
  }
`);

export const endSession = graphql(`
  mutation EndSession($session: ID!) {
    endSession(session_id: $session) {
      message
    }
  }
`);

export const endUserSessions = graphql(`
  mutation EndUserSessions($user: ID!) {
    endUserSessions(user_id: $user) {
      message
    }
  }
`);

export type Passkey = ResultOf<typeof passkeysQuery>['passkeys'][number];
export type SessionRow = ResultOf<typeof sessionsQuery>['sessions'][number];
