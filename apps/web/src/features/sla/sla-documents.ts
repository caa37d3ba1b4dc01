import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

/** The record of one path, of one policy, or of all. */
export const slaQuery = graphql(`
  query SlaRecord($path: ID, $policy: Int, $from: Timestamp!) {
    sla(path: $path, policy: $policy, from: $from) {
      policy_id
      policy
      path_id
      source_site
      dest_site
      source_label
      dest_label
      in_ms
      out_ms
      down_ms
      unknown_ms
      used_ms
      availability_percent
      violations
    }
    slaViolations(path: $path, policy: $policy, from: $from, limit: 200) {
      id
      policy_id
      policy
      path_id
      source_site
      dest_site
      source_label
      dest_label
      figure
      bound
      value
      worst
      started_at
      ended_at
      out_ms
    }
  }
`);

export type SlaRow = ResultOf<typeof slaQuery>['sla'][number];
export type SlaViolation = ResultOf<typeof slaQuery>['slaViolations'][number];
