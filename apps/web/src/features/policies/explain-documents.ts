import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const explainQuery = graphql(`
  query ExplainFlow(
    $source: String!
    $destination: String!
    $protocol: String!
    $source_port: Int
    $destination_port: Int
    $dscp: Int
    $server_name: String
  ) {
    explainFlow(
      source: $source
      destination: $destination
      protocol: $protocol
      source_port: $source_port
      destination_port: $destination_port
      dscp: $dscp
      server_name: $server_name
    ) {
      source
      destination
      source_site
      dest_site
      outcome
      policy_id
      policy
      reason
      policies {
        policy_id
        policy
        priority
        matched
        chosen
        reason
      }
      paths {
        path_id
        source_label
        dest_label
        health_status
        chosen
        reason
      }
    }
  }
`);

export type Explanation = ResultOf<typeof explainQuery>['explainFlow'];
