import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

/** Those with the most octets first; edges are asked for them. */
export const flowsQuery = graphql(`
  query Flows($search: String, $site: String, $protocol: String, $unknown: Boolean) {
    flowsPage(limit: 1000, sort: "-bytes", search: $search, site: $site, protocol: $protocol, unknown: $unknown) {
      items {
        id
        site
        dest_site
        source
        source_port
        destination
        destination_port
        protocol
        application
        server_name
        policy_id
        policy
        path_id
        source_label
        dest_label
        bytes_sent
        bytes_received
        packets_sent
        packets_received
      }
      next_cursor
    }
  }
`);

export type Flow = ResultOf<typeof flowsQuery>['flowsPage']['items'][number];
