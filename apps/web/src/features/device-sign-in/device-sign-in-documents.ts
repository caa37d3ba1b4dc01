import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const deviceSignInQuery = graphql(`
  query DeviceSignIn($code: String!) {
    deviceSignIn(code: $code) {
      user_code
      machine
      address
      requested_at
    }
  }
`);

export const approveDeviceSignIn = graphql(`
  mutation ApproveDeviceSignIn($code: String!) {
    approveDeviceSignIn(code: $code) {
      message
    }
  }
`);

export const refuseDeviceSignIn = graphql(`
  mutation RefuseDeviceSignIn($code: String!) {
    refuseDeviceSignIn(code: $code) {
      message
    }
  }
`);

export type DeviceSignIn = ResultOf<typeof deviceSignInQuery>['deviceSignIn'];
