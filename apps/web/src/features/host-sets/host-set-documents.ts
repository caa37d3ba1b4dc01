import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const hostSetsQuery = graphql(`
  query HostSets {
    hostSets(limit: 1000) {
      id
      name
      description
      members
      version
      updated_at
    }
    policies(limit: 1000) {
      id
      name
      match_conditions {
        source_host_sets
        destination_host_sets
      }
    }
  }
`);

export type HostSet = ResultOf<typeof hostSetsQuery>['hostSets'][number];

export const createHostSet = graphql(`
  mutation CreateHostSet($input: HostSetInput!) {
    createHostSet(input: $input) {
      id
      name
    }
  }
`);

export const updateHostSet = graphql(`
  mutation UpdateHostSet($id: ID!, $version: Int!, $input: HostSetChanges!) {
    updateHostSet(id: $id, version: $version, input: $input) {
      id
      name
    }
  }
`);

export const deleteHostSet = graphql(`
  mutation DeleteHostSet($id: ID!, $version: Int!) {
    deleteHostSet(id: $id, version: $version) {
      message
    }
  }
`);
