import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const auditQuery = graphql(`
  query Audit(
    $limit: Int
    $actor: String
    $actions: [String!]
    $target: String
    $result: String
    $since: Timestamp
    $until: Timestamp
  ) {
    auditLogPage(
      limit: $limit
      actor: $actor
      actions: $actions
      target: $target
      result: $result
      since: $since
      until: $until
    ) {
      items {
        sequence
        time
        actor_type
        actor
        address
        action
        target_type
        target
        result
        details
        hash
      }
      next_cursor
    }
  }
`);

export type AuditEntry = ResultOf<typeof auditQuery>['auditLogPage']['items'][number];
