import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const metricsQuery = graphql(`
  query PathMetrics($path: ID!, $reverse: ID!, $from: Timestamp!, $to: Timestamp!, $step: Int!) {
    there: pathMetrics(path_id: $path, from: $from, to: $to, step: $step) {
      timestamp
      latency
      jitter
      loss
      mos
    }
    back: pathMetrics(path_id: $reverse, from: $from, to: $to, step: $step) {
      timestamp
      latency
      jitter
      loss
      mos
    }
  }
`);

export type MetricPoint = ResultOf<typeof metricsQuery>['there'][number];

const pathDetailFields = graphql(`
  fragment PathDetailFields on Path {
    rtt
    reordering_percent
    duplication_percent
    copies {
      sent
      single
      first
      dropped
      late
    }
  }
`);

/** Octets per tunnel, both ways, over the shared range of time. */
export const pathTrafficQuery = graphql(`
  query PathTraffic($path: ID!, $from: Timestamp!, $to: Timestamp!, $step: Float!) {
    trafficHistory(kind: path, id: $path, from: $from, to: $to, step: $step) {
      timestamp
      bytes_sent
      bytes_received
    }
  }
`);

/** What only the page of a path shows, of both directions. */
export const pathDetailQuery = graphql(
  `
    query PathDetail($path: ID!, $reverse: ID!) {
      there: path(path_id: $path) {
        ...PathDetailFields
      }
      back: path(path_id: $reverse) {
        ...PathDetailFields
      }
    }
  `,
  [pathDetailFields],
);

export type PathDetail = ResultOf<typeof pathDetailFields>;

/** What is decided for traffic between the two sites, and what these policies ask of a path. */
export const decisionsQuery = graphql(`
  query PathDecisions($source: String!, $dest: String!) {
    decisions(source_site: $source, dest_site: $dest, limit: 1000) {
      policy_id
      policy
      is_default
      paths {
        path_id
        weight
        source_label
        dest_label
      }
      sla_met
      reason
      since
    }
    policies(limit: 1000) {
      id
      action {
        sla {
          max_delay_ms
          max_jitter_ms
          max_loss_percent
          min_mos
        }
      }
    }
  }
`);

export type Decision = ResultOf<typeof decisionsQuery>['decisions'][number];
export type Sla = NonNullable<ResultOf<typeof decisionsQuery>['policies'][number]['action']['sla']>;

export const pathEventsQuery = graphql(`
  query PathEvents($site: String!, $types: [String!]!, $from: Timestamp!, $to: Timestamp!) {
    events(site: $site, types: $types, since: $from, until: $to, limit: 500) {
      id
      timestamp
      event_type
      severity
      message
      metadata
      site_id
      site
    }
  }
`);

export const checkPath = graphql(`
  mutation CheckPath($path: ID!) {
    checkPathHealth(path_id: $path) {
      health_status
      cause
      sent
      answered
      loss
      rtt_min
      rtt_median
      probes {
        answered
        rtt
      }
      checked_at
    }
  }
`);

export type PathCheck = ResultOf<typeof checkPath>['checkPathHealth'];

export const failoverPath = graphql(`
  mutation FailoverPath($path: ID!, $reason: String!, $expires_in_seconds: Int) {
    failoverPath(path_id: $path, reason: $reason, expires_in_seconds: $expires_in_seconds) {
      message
    }
  }
`);

export const releasePath = graphql(`
  mutation ReleasePath($path: ID!) {
    releasePath(path_id: $path) {
      message
    }
  }
`);
