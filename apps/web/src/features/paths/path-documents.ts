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
