import { graphql } from '../../shared/api/graphql.ts';

export const trafficQuery = graphql(`
  query Traffic($kind: TrafficKind!, $id: ID, $from: Timestamp!, $to: Timestamp!, $step: Float!) {
    trafficHistory(kind: $kind, id: $id, from: $from, to: $to, step: $step) {
      id
      name
      timestamp
      packets_matched
      bytes_matched
      bytes_sent
      bytes_received
    }
  }
`);
